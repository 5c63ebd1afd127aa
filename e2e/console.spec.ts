// The operator's console against the real programs: who gets in, who sees what, money with four eyes.

import { type Page, expect } from "@playwright/test";

import { test } from "./world.ts";

test("nobody gets in with a wrong password, a wrong code or a used one", async ({ page, world }) => {
  await page.goto(`${world.office}/console`);
  await expect(page.getByRole("heading", { name: "Operator's console" })).toBeFocused();
  await fill(page, ["demo-auditor", world.password, "12345"]);
  await expect(page.getByText("Write the six digits.")).toBeVisible();
  await fill(page, ["demo-auditor", "not the password", "123456"]);
  await expect(page.getByRole("alert")).toContainText("Name, password or code is wrong");
  await fill(page, ["nobody", world.password, "123456"]);
  await expect(page.getByRole("alert")).toContainText("Name, password or code is wrong");
  const code = await world.oneTimeCode("auditor");
  await fill(page, ["demo-auditor", world.password, code]);
  await expect(page.getByText("demo-auditor")).toBeVisible();
  await page.getByRole("button", { name: "Sign out" }).click();
  await fill(page, ["demo-auditor", world.password, code]);
  await expect(page.getByRole("alert")).toContainText("was used already");
});

test("too many wrong sign-ins close a name, and the page says for how long", async ({ page, world }) => {
  await page.goto(`${world.office}/console`);
  for (let tries = 0; tries < 10; tries += 1) {
    await fill(page, ["somebody", "wrong password", "123456"]);
    await expect(page.getByRole("button", { name: "Sign in" })).toBeEnabled();
  }
  await fill(page, ["somebody", "wrong password", "123456"]);
  await expect(page.getByRole("alert")).toContainText("Try again in 15 min");
});

test("a role sees its own pages, and is told so where it follows a link to another", async ({ page, world }) => {
  await world.signIn(page, "operator");
  const pages = page.getByRole("navigation").getByRole("link");
  await expect(pages.filter({ hasText: "Sign-ins" })).toBeVisible();
  await expect(pages.filter({ hasText: "Statements" })).toHaveCount(0);
  await page.goto(`${world.office}/console#/statements`);
  await expect(page.getByRole("heading", { name: "not open to your role" })).toBeVisible();
});

test("a session that is ended elsewhere asks to sign in again", async ({ page, browser, world }) => {
  await world.signIn(page, "agent");
  const other = await (await browser.newContext()).newPage();
  await world.signIn(other, "agent");
  await other.goto(`${world.office}/console#/sessions`);
  const rows = other.getByRole("row").filter({ hasText: "demo-agent" });
  await expect(rows).toHaveCount(2);
  await rows.filter({ hasNotText: "this browser" }).getByRole("button").click();
  await expect(rows).toHaveCount(1);
  await page.goto(`${world.office}/console#/sessions`);
  await page.reload();
  await expect(page.getByRole("button", { name: "Sign in" })).toBeVisible();
  await other.context().close();
});

async function fill(page: Page, [name, password, code]: [string, string, string]): Promise<void> {
  await page.getByLabel("Name").fill(name);
  await page.getByLabel("Password").fill(password);
  await page.getByLabel("Six digits").fill(code);
  await page.getByRole("button", { name: "Sign in" }).click();
}
