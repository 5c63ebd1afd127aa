// Every page of the rider's app and of the console in every language against WCAG 2.2 AA, by axe.

import { type Page, expect } from "@playwright/test";

import { audited } from "./audit.ts";
import { code, enroll, find, newNumber, picture, test } from "./world.ts";

test("no page breaks a rule of WCAG 2.2 AA in any language", async ({ page, world }) => {
  const phone = newNumber();
  const main = page.locator("main");
  await page.goto(world.office);
  await everyLanguage(page, "city");
  await main.getByRole("button", { name: /廣州地鐵/ }).click();
  await everyLanguage(page, "phone number");
  await main.getByRole("textbox").fill("12");
  await main.getByRole("button").first().click();
  await everyLanguage(page, "phone number, refused");
  await main.getByRole("textbox").fill(phone);
  await main.getByRole("button").first().click();
  await expect(page.locator("#sms")).toBeVisible();
  await everyLanguage(page, "SMS code");
  await page.locator("#sms").fill(await world.smsCode(phone));
  await main.getByRole("button").first().click();
  await expect(page.locator(".terms")).toBeVisible();
  await everyLanguage(page, "agreement");
  await main.getByRole("button").first().click();
  await page.waitForURL(/\/sign\//);
  await page.locator("button[value=agree]").click();
  await expect(code(page)).toBeVisible();
  await everyLanguage(page, "code");
  for (const place of ["rides", "account"]) {
    await page.locator(`nav a[href="#/${place}"]`).click();
    await expect(main.locator("h1")).toBeFocused();
    await everyLanguage(page, place);
  }
  await page.locator("label.check input").check();
  await everyLanguage(page, "account in large text");
});

test("no page of the console breaks a rule of WCAG 2.2 AA in any language", async ({ page, world }) => {
  test.setTimeout(300_000);
  await page.goto(`${world.office}/console`);
  await expect(page.locator("h1")).toBeFocused();
  await everyLanguage(page, "sign-in");
  await page.locator("form button").click();
  await everyLanguage(page, "sign-in, refused");
  await world.signIn(page, "admin");
  for (const link of await page.getByRole("navigation").getByRole("link").all()) {
    await link.click();
    await expect(page.locator("main h1")).toBeFocused();
    await expect(page.locator("main .loading")).toHaveCount(0);
    const where = (await link.getAttribute("href")) ?? "";
    await everyLanguage(page, where);
    // Dialogs make the choice of language unreachable: they are looked at in one.
    for (const button of await page.locator(".aside button").all()) {
      await button.click();
      if (await page.getByRole("dialog").isVisible()) {
        await audited(page, `${where}, ${await page.getByRole("dialog").getByRole("heading").textContent()}`);
        await page.keyboard.press("Escape");
        await expect(page.getByRole("dialog")).toBeHidden();
      }
    }
  }
});

test("neither does what opens on them: a validator, a rider's ride, the dialogs", async ({ page, context, world }) => {
  const gate = await world.gate("in", "zumiao");
  const phone = newNumber();
  await enroll(page, world, "廣州地鐵", phone);
  expect(await gate.scan(await picture(page))).toMatchObject({ admit: true });
  const desk = await context.newPage();
  await world.signIn(desk, "admin");
  await desk.goto(`${world.office}/console#/devices`);
  await desk.locator("table button").first().click();
  await everyLanguage(desk, "a validator");
  await desk.locator(".card .buttons button").first().click();
  await expect(desk.locator("dialog")).toBeVisible();
  await audited(desk, "moving a validator");
  await desk.keyboard.press("Escape");
  await find(desk, world.office, phone, "asks about a ride");
  await desk.locator(".ride button").first().click();
  await expect(desk.locator(".evidence table")).toBeVisible();
  await everyLanguage(desk, "a ride with its evidence");
  await desk.locator(".evidence .buttons button").click();
  await expect(desk.locator("dialog")).toBeVisible();
  await audited(desk, "correcting a ride");
});

async function everyLanguage(page: Page, what: string): Promise<void> {
  for (const language of ["zh-Hans", "zh-Hant", "en"]) {
    await page.locator("header select, .languages select").selectOption(language);
    await expect(page.locator("html")).toHaveAttribute("lang", language);
    await audited(page, `${what} in ${language}`);
  }
}
