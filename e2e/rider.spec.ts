// The rider's app against the real programs: from enrolment to a charge, with and without a network.

import { type Page, expect } from "@playwright/test";

import { code, decoded, enroll, test } from "./world.ts";

test("from the first opening to a shown code in at most six taps, then none", async ({ page, world }) => {
  expect(await enroll(page, world)).toBeLessThanOrEqual(6);
  await page.reload();
  await expect(code(page)).toBeVisible();
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

/** The code's pixels as the screen shows them. */
async function picture(page: Page): Promise<Buffer> {
  await expect(code(page)).toBeVisible();
  return code(page).screenshot();
}

/** Waits for the code to renew itself. */
async function nextCode(page: Page): Promise<void> {
  const path = () => code(page).locator("path").getAttribute("d");
  const before = await path();
  await expect.poll(path, { timeout: 20_000 }).not.toBe(before);
}

/** Asks for the rides until the newest is paid. */
async function paid(page: Page): Promise<void> {
  await expect(async () => {
    await page.getByRole("button", { name: "Try again" }).click();
    await expect(page.locator(".card .state").first()).toHaveText("Paid", { timeout: 1_000 });
  }).toPass({ timeout: 60_000 });
}
