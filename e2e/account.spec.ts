// What riders do with their account besides riding: another phone, a lost one, sign-ins, closing.

import { type Browser, type BrowserContext, type Page, expect } from "@playwright/test";

import { type Validator, code, enroll, newNumber, nextCode, picture, signIn, test } from "./world.ts";

const press = (page: Page, name: string | RegExp) => page.getByRole("button", { name }).first().click();

test("moving to a new phone switches the old one off at the gates, and signs it out", async ({ page, browser, world }) => {
  const gate = await world.gate("in", "zumiao");
  const phone = newNumber();
  await enroll(page, world, "廣州地鐵", phone);
  await withAnother(browser, async (fresh) => {
    await signIn(fresh, world, phone);
    await expect(code(fresh)).toBeVisible();
    await expect(fresh.getByText("Another phone makes codes for this account too.")).toBeVisible();
    await fresh.getByRole("link", { name: "See phones" }).click();
    await press(fresh, "I moved to this phone");
    await press(fresh, "Yes, switch it off");
    await expect(fresh.getByText("Switched off")).toBeVisible();
    await denied(gate, page);
    await fresh.getByRole("link", { name: "Code", exact: true }).click();
    expect(await gate.scan(await picture(fresh))).toMatchObject({ admit: true });
    await expect(fresh.getByText("Another phone makes codes")).toHaveCount(0);
  });
  await page.goto(`${world.office}/#/rides`);
  await page.reload();
  await expect(page.getByRole("textbox", { name: "Phone number" }).or(code(page))).toBeVisible();
  const status = await page.evaluate(async () => (await fetch("/v1/riders/me")).status);
  expect(status, "the old phone is signed out").toBe(401);
});

test("two phones may be kept, and the question is asked once", async ({ page, browser, world }) => {
  const phone = newNumber();
  await enroll(page, world, "廣州地鐵", phone);
  await withAnother(browser, async (fresh) => {
    await signIn(fresh, world, phone);
    await press(fresh, "Keep both");
    await expect(fresh.getByText("Another phone makes codes")).toHaveCount(0);
    await fresh.reload();
    await expect(code(fresh)).toBeVisible();
    await expect(fresh.getByText("Another phone makes codes")).toHaveCount(0);
  });
});

test("a lost phone is reported from another one, and its codes are denied", async ({ page, browser, world }) => {
  const gate = await world.gate("in", "zumiao");
  const phone = newNumber();
  await enroll(page, world, "廣州地鐵", phone);
  await withAnother(browser, async (borrowed) => {
    await signIn(borrowed, world, phone);
    await expect(code(borrowed)).toBeVisible();
    await borrowed.getByRole("link", { name: "Account" }).click();
    const row = borrowed.locator(".phones li").filter({ hasText: "Another phone" }).first();
    await row.getByRole("button", { name: "Report lost" }).click();
    await row.getByRole("button", { name: "Yes, it is lost" }).click();
    await expect(borrowed.getByText("Switched off")).toBeVisible();
  });
  await denied(gate, page);
});

test("sign-ins are listed, and ended one by one", async ({ page, browser, world }) => {
  const phone = newNumber();
  await enroll(page, world, "廣州地鐵", phone);
  await withAnother(browser, async (other) => {
    await signIn(other, world, phone);
    await expect(code(other)).toBeVisible();
    await page.getByRole("link", { name: "Account" }).click();
    const sessions = page.locator("section.card", { has: page.getByRole("heading", { name: "Signed in" }) });
    await expect(sessions.locator("li")).toHaveCount(2);
    const row = sessions.locator("li").filter({ hasText: "since" });
    await expect(row).toContainText("Linux computer");
    await row.getByRole("button", { name: "Sign out" }).click();
    await row.getByRole("button", { name: "Sign out" }).click();
    await expect(sessions.locator("li")).toHaveCount(1);
    const status = await other.evaluate(async () => (await fetch("/v1/riders/me")).status);
    expect(status).toBe(401);
  });
});

test("a reply to a sign-in that is lost costs no other SMS", async ({ page, world }) => {
  const phone = newNumber();
  await page.goto(world.office);
  await press(page, /^Choose 廣州地鐵/);
  await page.getByRole("textbox", { name: "Phone number" }).fill(phone);
  await press(page, "Send the code");
  await page.getByRole("textbox", { name: "Code from the SMS" }).fill(await world.smsCode(phone));
  await page.route("**/v1/riders/sessions", async (route) => {
    // The server hears it; the phone does not hear the server.
    await route.fetch();
    await route.abort("connectionreset");
  });
  await press(page, "Sign in");
  await expect(page.getByRole("alert").filter({ hasText: "No network" })).toBeVisible();
  await page.unroute("**/v1/riders/sessions");
  await press(page, "Sign in");
  await expect(page.getByRole("button", { name: /Agree and sign/ })).toBeVisible();
});

test("an account is closed once nothing is owed, and says what is kept", async ({ page, world }) => {
  const [entry, exit] = [await world.gate("in", "zumiao"), await world.gate("out", "tiyuxilu")];
  await enroll(page, world);
  await world.setWallet(page, 0);
  await entry.scan(await picture(page));
  await nextCode(page);
  await exit.scan(await picture(page));
  await expect(async () => {
    await page.goto(`${world.office}/#/account`);
    await page.reload();
    await expect(page.locator("#owed .notice").first()).toContainText(/¥\d+\.00 for 1 ride/, { timeout: 2_000 });
  }).toPass({ timeout: 60_000 });
  await expect(page.getByText("Rides, fares and payments are kept")).toBeVisible();
  await press(page, "Close the account");
  await press(page, "Yes, close it");
  await expect(page.getByRole("alert").filter({ hasText: "Something is owed" })).toBeVisible();
  await world.setWallet(page, 100_00);
  await page.getByRole("button", { name: /^Pay ¥\d+\.00 now$/ }).click();
  await expect(page.getByText("Nothing is owed.")).toBeVisible({ timeout: 60_000 });
  await press(page, "Yes, close it");
  await expect(page.getByText("Where do you ride?").or(page.getByRole("textbox", { name: "Phone number" }))).toBeVisible();
  const status = await page.evaluate(async () => (await fetch("/v1/riders/me")).status);
  expect(status, "nobody is signed in").toBe(401);
});

test("a receipt prints on one page of A4", async ({ page, world }) => {
  const bus = await world.validator(2, "mode=bus,passage=single,line=gzbus1");
  await enroll(page, world, "羊城通");
  expect(await bus.scan(await picture(page))).toMatchObject({ admit: true });
  await page.getByRole("link", { name: "Rides" }).click();
  await expect(async () => {
    await press(page, "Try again");
    await expect(page.locator(".card .state").first()).toHaveText("Paid", { timeout: 1_000 });
  }).toPass({ timeout: 60_000 });
  await page.locator("summary").first().click();
  await press(page, "Receipt");
  await expect(page.locator(".receipt")).toBeVisible();
  const pdf = (await page.pdf({ preferCSSPageSize: true })).toString("latin1");
  expect(pdf.match(/\/Type\s*\/Page\b/g)).toHaveLength(1);
  const [, width, height] = /\/MediaBox\s*\[0 0 ([\d.]+) ([\d.]+)\]/.exec(pdf) ?? [];
  // A4 in points, to the nearest.
  expect([Number(width), Number(height)].map(Math.round)).toEqual([595, 842]);
  await page.emulateMedia({ media: "print" });
  await expect(page.locator("nav")).toBeHidden();
  await expect(page.getByRole("button", { name: "Print" })).toBeHidden();
  await page.screenshot({ path: "../target/screens/receipt-print.png" });
});

test("enrolment by keyboard alone, in large text on a narrow phone", async ({ page, world }) => {
  await page.setViewportSize({ width: 320, height: 640 });
  await page.addInitScript(() => localStorage.setItem("large", "yes"));
  const phone = newNumber();
  await page.goto(world.office);
  await fits(page);
  await tabTo(page, /^Choose 廣州地鐵/);
  await page.keyboard.press("Enter");
  await expect(page.getByRole("textbox", { name: "Phone number" })).toBeVisible();
  await fits(page);
  await tabTo(page, "Phone number");
  await page.keyboard.type(phone);
  await page.keyboard.press("Enter");
  await expect(page.getByRole("textbox", { name: "Code from the SMS" })).toBeVisible();
  await tabTo(page, "Code from the SMS");
  await page.keyboard.type(await world.smsCode(phone));
  await page.keyboard.press("Enter");
  await expect(page.getByRole("button", { name: /Agree and sign/ })).toBeVisible();
  await fits(page);
  await tabTo(page, /Agree and sign/);
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/sign\//);
  await page.locator("button[value=agree]").click();
  await expect(code(page)).toBeVisible();
  await fits(page);
  for (const name of ["Rides", "Account"]) {
    await page.getByRole("link", { name }).click();
    await expect(page.locator("h1")).toBeFocused();
    await fits(page);
  }
});

/** Presses Tab until what has this name has the focus, and shows it. */
async function tabTo(page: Page, name: string | RegExp): Promise<void> {
  const wanted = page.getByRole("button", { name }).or(page.getByRole("textbox", { name })).first();
  await expect(wanted).toBeVisible();
  for (let presses = 0; presses < 30; presses += 1) {
    if (await wanted.evaluate((element) => element === document.activeElement)) {
      const outline = await wanted.evaluate((element) => getComputedStyle(element).outlineStyle);
      expect(outline, `${name} shows its focus`).not.toBe("none");
      return;
    }
    await page.keyboard.press("Tab");
  }
  throw new Error(`${name} is not reached by Tab`);
}

/** Nothing is wider than the screen (WCAG 2.2, 1.4.10). */
async function fits(page: Page): Promise<void> {
  const [inside, width] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  expect(inside).toBeLessThanOrEqual(width!);
}

/** A phone that knows of nothing and goes on making codes is denied, once the next bundle is there. */
async function denied(gate: Validator, phone: Page): Promise<void> {
  await phone.context().setOffline(true);
  await expect(async () => {
    await nextCode(phone);
    expect(await gate.scan(await picture(phone))).toMatchObject({ outcome: "denied" });
  }).toPass({ timeout: 60_000 });
  await phone.context().setOffline(false);
}

/** A browser of somebody else's, or another phone. */
async function withAnother(browser: Browser, act: (page: Page) => Promise<void>): Promise<void> {
  const context: BrowserContext = await browser.newContext({ locale: "en", viewport: { width: 390, height: 844 } });
  await act(await context.newPage());
  await context.close();
}
