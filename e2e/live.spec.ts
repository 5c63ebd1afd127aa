// The console's live side against the real programs: rides, validators, the agent's desk, the trail.

import { type Browser, type Page, expect } from "@playwright/test";

import { code, enroll, find, newNumber, picture, test } from "./world.ts";

test("a ride that a validator takes shows in the live picture", async ({ page, browser, world }) => {
  const bus = await world.validator(3, "mode=bus,passage=single,line=fs-bus-1");
  await enroll(page, world, "廣佛通");
  expect(await bus.scan(await picture(page))).toMatchObject({ admit: true });
  const staff = await desk(browser);
  await world.signIn(staff, "admin");
  await staff.goto(`${world.office}/console#/live`);
  const taps = staff.locator(".figure", { hasText: "Taps admitted" }).locator("dd").first();
  await expect(taps).not.toHaveText("0", { timeout: 40_000 });
  const row = staff.locator("table.heat tbody tr").filter({ hasText: "fs-bus-1" });
  await expect(row).toContainText("¥2.00", { timeout: 60_000 });
  await staff.context().close();
});

test("a device registers with the code the console gives, uploads, is moved and retires", async ({ page, world }) => {
  await world.signIn(page, "operator");
  await page.goto(`${world.office}/console#/devices`);
  await page.getByRole("button", { name: "Give out a code" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Give out a code" }).click();
  const given = await page.locator("#one-time-code").textContent();
  await page.getByRole("dialog").getByRole("button", { name: "Close" }).click();
  const gate = await world.validatorWith(given ?? "", "mode=metro,passage=in,stop=gongyuanqian");
  const row = page.getByRole("row").filter({ hasText: "Gongyuanqian" });
  await expect(row).toContainText("up to date", { timeout: 60_000 });
  await row.getByRole("button").click();
  const card = page.locator(".card").filter({ hasText: "Software" });
  await expect(card).toContainText("Free disk");
  await card.getByRole("button", { name: "Move" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Stop").selectOption({ label: "Xilang" });
  await dialog.getByLabel("Reason").fill("the hall is rebuilt");
  await dialog.getByRole("button", { name: "Move" }).click();
  await expect(card).toContainText("stands elsewhere");
  await card.getByRole("button", { name: "Retire" }).click();
  await page.getByRole("dialog").getByLabel("Reason").fill("the door was broken open");
  await page.getByRole("dialog").getByRole("button", { name: "Retire" }).click();
  await expect(card).toContainText("retired");
  await page.goto(`${world.office}/console#/trail`);
  await expect(page.getByRole("row").filter({ hasText: "retired a validator" }).first()).toContainText("broken open");
  await gate.stop();
});

test("a phone the agent blocks is refused after the next bundle, and the trail says why", async ({ page, browser, world }) => {
  const gate = await world.gate("in", "zumiao");
  const phone = newNumber();
  await enroll(page, world, "廣州地鐵", phone);
  const shown = await picture(page);
  const agent = await desk(browser);
  await world.signIn(agent, "agent");
  await find(agent, world.office, phone, "says the phone was stolen");
  await agent.getByRole("button", { name: "Block as lost" }).click();
  await agent.getByRole("dialog").getByLabel("Reason").fill("stolen on the bus");
  await agent.getByRole("dialog").getByRole("button", { name: "Block as lost" }).click();
  await expect(agent.locator(".badge", { hasText: "lost" })).toBeVisible();
  await expect(async () => {
    expect(await gate.scan(await fresh(page, shown))).toMatchObject({ admit: false, outcome: "denied" });
  }).toPass({ timeout: 60_000 });
  await agent.goto(`${world.office}/console#/trail`);
  await expect(agent.getByRole("row").filter({ hasText: "blocked a phone" }).first()).toContainText("stolen on the bus");
  await expect(agent.locator("main")).not.toContainText(phone);
  await agent.context().close();
});

test("a ride the agent corrects changes the rider's page and shows in the trail", async ({ page, browser, world }) => {
  const bus = await world.validator(3, "mode=bus,passage=single,line=fs-bus-1");
  const phone = newNumber();
  await enroll(page, world, "廣佛通", phone);
  expect(await bus.scan(await picture(page))).toMatchObject({ admit: true });
  await page.getByRole("link", { name: "Rides" }).click();
  await expect(async () => {
    await page.getByRole("button", { name: "Try again" }).click();
    await expect(page.locator(".card").first()).toContainText("¥2.00", { timeout: 1_000 });
  }).toPass({ timeout: 60_000 });
  const agent = await desk(browser);
  await world.signIn(agent, "agent");
  await find(agent, world.office, phone, "the bus broke down");
  await agent.getByRole("button", { name: /Evidence of the ride/ }).click();
  await expect(agent.locator(".evidence")).toContainText("admitted");
  await agent.getByRole("button", { name: "Correct this ride" }).click();
  const dialog = agent.getByRole("dialog");
  await dialog.getByLabel("What to do").selectOption({ label: "Nobody rode: take it back" });
  await dialog.getByLabel("It rests on").selectOption({ label: "the timetable" });
  await dialog.getByLabel("Reason").fill("the bus broke down at the first stop");
  await dialog.getByRole("button", { name: "Correct this ride" }).click();
  await expect(dialog).toHaveCount(0);
  await expect(async () => {
    await page.getByRole("button", { name: "Try again" }).click();
    await expect(page.locator("main")).not.toContainText("¥2.00", { timeout: 1_000 });
  }).toPass({ timeout: 60_000 });
  await agent.goto(`${world.office}/console#/trail`);
  const line = agent.getByRole("row").filter({ hasText: "corrected a tap" }).first();
  await expect(line).toContainText("demo-agent");
  await expect(line).toContainText("the bus broke down at the first stop");
  await agent.context().close();
});

/** A desk with a browser of its own. */
async function desk(browser: Browser): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  return context.newPage();
}

/** The code on the screen now, or the one seen before where none is shown any more. */
async function fresh(page: Page, before: Buffer): Promise<Buffer> {
  return (await code(page).isVisible()) ? code(page).screenshot() : before;
}
