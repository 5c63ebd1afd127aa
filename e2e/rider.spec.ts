// The rider's app against the real programs: from enrolment to a charge, with and without a network.

import { readFileSync } from "node:fs";

import { type Page, expect } from "@playwright/test";

import { code, decoded, enroll, nextCode, picture, test } from "./world.ts";

test("from the first opening to a shown code in at most six taps, then none", async ({ page, world }) => {
  expect(await enroll(page, world)).toBeLessThanOrEqual(6);
  await page.reload();
  await expect(code(page)).toBeVisible();
});

test("cities near the phone come first once the rider asks, and nothing of it leaves the phone", async ({
  page,
  context,
  world,
}) => {
  await context.grantPermissions(["geolocation"], { origin: world.office });
  await context.setGeolocation({ latitude: 45.75, longitude: 126.63 });
  const asked: string[] = [];
  page.on("request", (request) => asked.push(request.url()));
  await page.goto(world.office);
  await expect(page.getByText("Opened here").first()).toBeVisible();
  const elsewhere = page.locator(".elsewhere li").first();
  await expect(elsewhere).not.toContainText("km");
  const before = asked.length;
  await page.getByRole("button", { name: "Near me first" }).click();
  await expect(elsewhere).toContainText("Haerbin");
  await expect(elsewhere).toContainText("about");
  expect(asked.slice(before)).toEqual([]);
});

test("a phone that may not say where it is says what to do instead", async ({ page, context, world }) => {
  await context.clearPermissions();
  await page.goto(world.office);
  await page.getByRole("button", { name: "Near me first" }).click();
  await expect(page.getByRole("alert")).toContainText("search for the city");
});

test("a code on the screen becomes a ride, and the ride a charge", async ({ page, world }) => {
  const [entry, exit] = [await world.gate("in", "zumiao"), await world.gate("out", "tiyuxilu")];
  await enroll(page, world);
  expect(decoded(await picture(page))).toMatch(/^R1:[0-9A-Z $%*+\-./:]+$/);
  expect(await entry.scan(await picture(page))).toMatchObject({ admit: true, outcome: "admit" });
  await nextCode(page);
  expect(await exit.scan(await picture(page))).toMatchObject({ admit: true });
  await page.getByRole("link", { name: "Rides" }).click();
  await paid(page);
  await expect(page.locator(".card").first()).toContainText("¥");
});

test("the same with the network cut between enrolment and the taps", async ({ page, context, world }) => {
  const [entry, exit] = [await world.gate("in", "zumiao"), await world.gate("out", "tiyuxilu")];
  await enroll(page, world);
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
  await context.setOffline(true);
  await page.reload();
  await expect(page.getByText("No network, and none needed")).toBeVisible();
  expect(await entry.scan(await picture(page))).toMatchObject({ admit: true });
  await nextCode(page);
  expect(await exit.scan(await picture(page))).toMatchObject({ admit: true });
  await context.setOffline(false);
  await page.getByRole("link", { name: "Rides" }).click();
  await paid(page);
});

test("a code of the national standard, signed with SM2 in the browser, opens a bus", async ({ page, context, world }) => {
  const bus = await world.validator(2, "mode=bus,passage=single,line=gzbus1");
  await enroll(page, world, "羊城通");
  expect(await bus.scan(await picture(page))).toMatchObject({ admit: true, outcome: "admit" });
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
  await context.setOffline(true);
  await page.reload();
  await expect(code(page)).toBeVisible();
  await context.setOffline(false);
  await page.getByRole("link", { name: "Rides" }).click();
  await paid(page);
  await expect(page.locator(".card .state").first()).toHaveText("Paid");
  await expect(page.locator(".card").first()).toContainText("¥2.00");
});

test("an empty account stops codes with amount, rides and date, and paying starts them again", async ({
  page,
  world,
}) => {
  const [entry, exit] = [await world.gate("in", "zumiao"), await world.gate("out", "tiyuxilu")];
  await enroll(page, world);
  await world.setWallet(page, 0);
  await entry.scan(await picture(page));
  await nextCode(page);
  expect(await exit.scan(await picture(page))).toMatchObject({ admit: true });
  await expect(async () => {
    await page.goto(`${world.office}/#/account`);
    await page.reload();
    await expect(page.locator("#owed .notice").first()).toContainText(/¥\d+\.00 for 1 ride/, { timeout: 2_000 });
  }).toPass({ timeout: 60_000 });
  await page.getByRole("link", { name: "Code", exact: true }).click();
  await expect(page.locator("main .notice", { hasText: "Codes are stopped" })).toBeVisible();
  await page.getByRole("link", { name: "See what is owed" }).click();
  await world.setWallet(page, 100_00);
  await page.getByRole("button", { name: /^Pay ¥\d+\.00 now$/ }).click();
  await expect(page.getByText("Nothing is owed.")).toBeVisible({ timeout: 60_000 });
  await page.getByRole("link", { name: "Rides" }).click();
  await paid(page);
  await page.getByRole("link", { name: "Account" }).click();
  const saved = page.waitForEvent("download");
  await page.getByRole("button", { name: "Download" }).click();
  const mine = JSON.parse(readFileSync(await (await saved).path(), "utf8"));
  expect(mine.rides).toHaveLength(1);
  expect(mine.bills.flatMap(({ fares }: { fares: object[] }) => fares)).toHaveLength(1);
  await page.getByRole("link", { name: "Rides" }).click();
  await page.getByText("How this fare came about").click();
  await page.getByRole("button", { name: "Receipt" }).click();
  await expect(page.getByRole("article")).toContainText(/In · Metro · Zumiao/);
  await expect(page.getByRole("article")).toContainText("Paid");
});

/** Asks for the rides until the newest is paid. */
async function paid(page: Page): Promise<void> {
  await expect(async () => {
    await page.getByRole("button", { name: "Try again" }).click();
    await expect(page.locator(".card .state").first()).toHaveText("Paid", { timeout: 1_000 });
  }).toPass({ timeout: 60_000 });
}
