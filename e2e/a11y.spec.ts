// Every page of the rider's app in every language against WCAG 2.2 AA, by axe.

import { AxeBuilder } from "@axe-core/playwright";
import { type Page, expect } from "@playwright/test";

import { code, newNumber, test } from "./world.ts";

test("no page breaks a rule of WCAG 2.2 AA in any language", async ({ page, world }) => {
  const phone = newNumber();
  const main = page.locator("main");
  await page.goto(world.office);
  await everyLanguage(page, "city");
  await main.getByRole("button").first().click();
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

async function everyLanguage(page: Page, what: string): Promise<void> {
  for (const language of ["zh-Hans", "zh-Hant", "en"]) {
    await page.locator("header select").selectOption(language);
    await expect(page.locator("html")).toHaveAttribute("lang", language);
    const audit = new AxeBuilder({ page }).withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]);
    const { violations } = await audit.analyze();
    const told = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
    expect(told, `${what} in ${language}`).toEqual([]);
  }
}
