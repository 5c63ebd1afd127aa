// Pictures of every page, for people to look at: target/screens/. Riders' pages at phone and desktop
// size, the validator's at those of a phone, a tablet and a reader's own display.

import { type Page, expect } from "@playwright/test";

import { Reader } from "./reader.ts";
import { code, decoded, enroll, find, localTime, newNumber, picture, test, World } from "./world.ts";

const READERS = {
  phone: { width: 390, height: 844 },
  tablet: { width: 1024, height: 768 },
  display: { width: 800, height: 480 },
};
const SIZES = { phone: { width: 390, height: 844 }, desktop: { width: 1280, height: 800 } };

test("pictures of every page of the rider's app", async ({ page, world }) => {
  const phone = newNumber();
  await page.goto(world.office);
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await take(page, "city");
  await page.getByRole("button", { name: /^Choose 廣州地鐵/ }).click();
  await take(page, "phone-number");
  await page.getByRole("textbox", { name: "Phone number" }).fill(phone);
  await page.getByRole("button", { name: "Send the code" }).click();
  await page.getByRole("textbox", { name: "Code from the SMS" }).fill(await world.smsCode(phone));
  await take(page, "sms-code");
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("button", { name: /Agree and sign/ })).toBeVisible();
  await take(page, "agreement");
  await page.getByRole("button", { name: /Agree and sign/ }).click();
  await page.waitForURL(/\/sign\//);
  await take(page, "provider");
  await page.getByRole("button", { name: /Agree and sign|同意并签约/ }).click();
  await expect(code(page)).toBeVisible();
  await take(page, "code");
  for (const name of ["Rides", "Account"]) {
    await page.getByRole("link", { name }).click();
    await take(page, name.toLowerCase());
  }
});

test("pictures of every state of the validator's pages", async ({ page, context, world }) => {
  const gate = await Reader.start(world, 1, '[place]\nmode = "metro"\npassage = "in"\nstop = "xilang"\nvehicle = "A2"\n');
  const driven = 'place_from = "driver"\n[place]\nmode = "bus"\npassage = "single"\nfare_minor = 200\n';
  const bus = await Reader.start(world, 2, driven);
  await enroll(page, world);
  const screen = await context.newPage();
  const state = (name: string, face: string) => takeFace(screen, `validator-${name}`, face);
  await screen.goto(bus.page);
  await state("bus-not-signed-on", "off");
  await screen.goto(`${bus.page}/driver`);
  await takeAt(screen, "validator-driver", READERS);
  await sent(bus, "PUT", "/v1/place", { line: "gzbus1", direction: 0 });
  await screen.goto(bus.page);
  await expect(screen.getByText("1路")).toBeVisible();
  await state("bus", "idle");
  await screen.goto(gate.page);
  await expect(screen.getByText("西塱")).toBeVisible();
  await state("gate", "idle");
  const shown = new TextEncoder().encode(decoded(await picture(page)));
  // Each size is a look of its own: the face stays for seconds only.
  await gate.scan(shown);
  await state("gate-yes", "yes");
  await expect(screen.locator("[data-face=idle]")).toBeVisible();
  // Within three seconds a repeat gets no answer.
  await expect.poll(async () => (await gate.scan(shown)).silent ?? false).toBe(false);
  await state("gate-no", "no");
  await expect(screen.locator("[data-face=idle]")).toBeVisible();
  await sent(gate, "POST", "/v1/undo", { reason: "rider_left" });
  await state("gate-taken-back", "back");
  await screen.goto(`${gate.page}/camera`);
  await expect(screen.locator(".trouble")).toBeVisible();
  await takeAt(screen, "validator-camera-trouble", READERS);
  await screen.goto(gate.page);
  await gate.stop();
  await state("gate-out-of-order", "off");
  await bus.stop();
});

async function sent(reader: Reader, method: string, path: string, body: unknown): Promise<void> {
  const headers = { "content-type": "application/json" };
  const reply = await fetch(reader.page + path, { method, headers, body: JSON.stringify(body) });
  expect(reply.ok, `${method} ${path}`).toBe(true);
}

/** A picture of a face at each size of a reader. */
async function takeFace(page: Page, name: string, face: string): Promise<void> {
  await expect(page.locator(`[data-face=${face}]`)).toBeVisible();
  await takeAt(page, name, READERS);
}

async function takeAt(page: Page, name: string, sizes: Record<string, { width: number; height: number }>): Promise<void> {
  for (const [size, viewport] of Object.entries(sizes)) {
    await page.setViewportSize(viewport);
    await page.screenshot({ path: `../target/screens/${name}-${size}.png` });
  }
}

test("pictures of a validator and of a rider's ride at the console", async ({ page, context, world }) => {
  const [entry, exit] = [await world.gate("in", "zumiao"), await world.gate("out", "tiyuxilu")];
  const phone = newNumber();
  await enroll(page, world, "廣州地鐵", phone);
  await entry.scan(await picture(page));
  const before = await code(page).locator("path").getAttribute("d");
  await expect.poll(() => code(page).locator("path").getAttribute("d"), { timeout: 20_000 }).not.toBe(before);
  await exit.scan(await picture(page));
  const desk = await context.newPage();
  await world.signIn(desk, "admin");
  await desk.goto(`${world.office}/console#/devices`);
  await desk.locator("table button").first().click();
  await take(desk, "console-validator");
  await find(desk, world.office, phone, "asks about a ride");
  await desk.locator(".ride button").first().click();
  await expect(desk.locator(".evidence table")).toBeVisible();
  await take(desk, "console-ride");
});

test("pictures of every page of the console", async ({ page }) => {
  const world = await World.start("morning");
  await page.goto(`${world.office}/console`);
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await take(page, "console-sign-in");
  await world.signIn(page, "admin");
  await page.goto(`${world.office}/console#/payouts`);
  await page.getByRole("button", { name: "Plan a payout" }).click();
  await expect(page.getByRole("article").first()).toBeVisible();
  await page.goto(`${world.office}/console#/adjustments`);
  await page.getByRole("button", { name: "Correct many rides" }).click();
  await page.getByLabel("From").fill(localTime(-86_400_000));
  await page.getByLabel("Until").fill(localTime(86_400_000));
  await page.getByLabel("Yuan for each ride").fill("1");
  await page.getByLabel("Why").fill("The gates at 体育西路 stayed shut.");
  await page.getByRole("button", { name: "Look first" }).click();
  await expect(page.getByRole("status").last()).toContainText("in all");
  await take(page, "console-correction");
  await page.getByRole("button", { name: "Ask for it" }).click();
  await expect(page.getByRole("dialog")).toBeHidden();
  for (const link of await page.getByRole("navigation").getByRole("link").all()) {
    await link.click();
    await expect(page.locator("main h1")).toBeFocused();
    await expect(page.locator("main .loading")).toHaveCount(0);
    await take(page, `console-${(await link.getAttribute("href"))?.replace("#/", "")}`);
  }
  await world.stop();
});

async function take(page: Page, name: string): Promise<void> {
  for (const [size, viewport] of Object.entries(SIZES)) {
    await page.setViewportSize(viewport);
    await page.screenshot({ path: `../target/screens/${name}-${size}.png`, fullPage: size === "phone" });
  }
  await page.setViewportSize(SIZES.phone);
}
