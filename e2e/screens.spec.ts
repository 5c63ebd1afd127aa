// Pictures of every page at phone and desktop size, for people to look at: target/screens/.

import { type Page, expect } from "@playwright/test";

import { code, newNumber, test } from "./world.ts";

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

async function take(page: Page, name: string): Promise<void> {
  for (const [size, viewport] of Object.entries(SIZES)) {
    await page.setViewportSize(viewport);
    await page.screenshot({ path: `../target/screens/${name}-${size}.png`, fullPage: size === "phone" });
  }
  await page.setViewportSize(SIZES.phone);
}
