// The operator's console against the real programs: who gets in, who sees what, money with four eyes.

import { readFileSync } from "node:fs";

import { type Page, expect } from "@playwright/test";

import { enroll, localTime, picture, test } from "./world.ts";

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

test("money needs four eyes, from a correction to the bank", async ({ page, browser, world }) => {
  const bus = await world.validator(3, "mode=bus,passage=single,line=fsbus103");
  const rider = await (await browser.newContext()).newPage();
  await enroll(rider, world, "廣佛通");
  expect(await bus.scan(await picture(rider))).toMatchObject({ admit: true });
  await rider.getByRole("link", { name: "Rides" }).click();
  await expect(async () => {
    await rider.reload();
    await expect(rider.locator(".card .state").first()).toHaveText("Paid", { timeout: 1_000 });
  }).toPass({ timeout: 30_000 });
  await rider.context().close();

  // Whoever asks for a correction cannot decide about it.
  await world.signIn(page, "admin");
  await visit(page, "Goodwill and corrections");
  await page.getByRole("button", { name: "Correct many rides" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("From").fill(localTime(-86_400_000));
  await dialog.getByLabel("Until").fill(localTime(86_400_000));
  await dialog.getByLabel("Operator").selectOption({ label: "佛山公交" });
  await dialog.getByLabel("Why").fill("The reader on line 103 charged twice.");
  await dialog.getByRole("button", { name: "Look first" }).click();
  await expect(dialog.getByRole("status")).toContainText("1 ride(s) of 1 rider(s), ¥2.00 in all");
  await dialog.getByRole("button", { name: "Ask for it" }).click();
  await expect(dialog).toBeHidden();
  await page.getByRole("button", { name: "Approve" }).click();
  await dialog.getByRole("button", { name: "Approve" }).click();
  await expect(dialog.getByRole("alert")).toContainText("Who asked cannot decide");
  await dialog.getByRole("button", { name: "Cancel" }).click();

  const other = await (await browser.newContext({ locale: "en", timezoneId: "Asia/Shanghai" })).newPage();
  await world.signIn(other, "accountant");
  await visit(other, "Goodwill and corrections");
  await other.getByRole("button", { name: "Approve" }).click();
  await other.getByRole("dialog").getByRole("button", { name: "Approve" }).click();
  const given = other.getByRole("row").filter({ hasText: "charged twice" });
  await expect(given).toContainText("approved");
  await expect(async () => {
    await other.reload();
    await expect(given).toContainText("1 (1)", { timeout: 1_000 });
  }).toPass();

  // The accountant closes the day and plans; somebody else approves; the bank gets its file.
  await visit(other, "Statements");
  await other.getByRole("button", { name: "Close a day" }).click();
  const closing = other.getByRole("dialog");
  await closing.getByLabel("Operator").selectOption({ label: "佛山公交" });
  await closing.getByRole("button", { name: "Close a day" }).click();
  await expect(closing.getByRole("status")).toContainText("payable");
  await closing.getByRole("button", { name: "Close", exact: true }).click();
  await expect(other.getByRole("row").filter({ hasText: "佛山公交" })).toContainText("№ 1");
  const sheet = other.waitForEvent("download");
  await other.getByRole("button", { name: /Download CSV/ }).click();
  expect(readFileSync(await (await sheet).path(), "utf8")).toContain("payable_minor");
  await visit(other, "Payouts");
  await other.getByRole("button", { name: "Plan a payout" }).click();
  await other.getByRole("button", { name: "Approve" }).click();
  await expect(other.getByRole("alert")).toContainText("It did not work");
  await visit(page, "Payouts");
  await page.getByRole("button", { name: "Approve" }).click();
  await page.getByRole("button", { name: "Write pain.001" }).click();
  const file = page.waitForEvent("download");
  await dialog.getByRole("button", { name: "Download" }).click();
  expect(readFileSync(await (await file).path(), "utf8")).toContain("pain.001.001.09");
  await expect(page.getByText("written 1 time(s)")).toBeVisible();
  await visit(other, "Audit and ledger days");
  await other.getByRole("button", { name: "Run the audit" }).click();
  await expect(other.getByText("adds up", { exact: true })).toBeVisible();
  await other.context().close();
});

/** Opens a page by its name in the navigation. */
async function visit(page: Page, name: string): Promise<void> {
  await page.getByRole("navigation").getByRole("link", { name }).click();
  await expect(page.getByRole("heading", { level: 1, name })).toBeFocused();
}
