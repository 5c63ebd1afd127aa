// Bad days in the rider's app: each says what happened, keeps what was entered, and goes on.

import { type Page, expect } from "@playwright/test";

import { code, enroll, newNumber, picture, test } from "./world.ts";

const number = (page: Page) => page.getByRole("textbox", { name: "Phone number" });
const digits = (page: Page) => page.getByRole("textbox", { name: "Code from the SMS" });
const press = (page: Page, name: string | RegExp) => page.getByRole("button", { name }).first().click();
const phones = (page: Page) =>
  page.locator("section.card").filter({ has: page.getByRole("heading", { name: "Phones", exact: true }) }).locator("li");
const told = (page: Page, text: string | RegExp) =>
  expect(page.getByRole("alert").filter({ hasText: text })).toBeVisible();

test("a number that is none is told at once, and kept", async ({ page, world }) => {
  await page.goto(world.office);
  await press(page, /^Choose/);
  for (const wrong of ["", "138", "abc", "+1", "1380013804a"]) {
    await number(page).fill(wrong);
    await press(page, "Send the code");
    await told(page, "Write 11 digits");
    await expect(number(page)).toHaveValue(wrong);
  }
});

test("the network lost at any step of enrolment loses nothing", async ({ page, context, world }) => {
  const phone = newNumber();
  await page.goto(world.office);
  await press(page, /^Choose 廣州地鐵/);
  await number(page).fill(phone);
  const offline = async (button: string | RegExp) => {
    // The step before has to be over: this is about requests that never leave.
    await expect(page.getByRole("button", { name: button }).first()).toBeEnabled();
    await context.setOffline(true);
    await press(page, button);
    await told(page, "No network. What you entered is still here");
    await context.setOffline(false);
  };
  await offline("Send the code");
  await expect(number(page)).toHaveValue(phone);
  await press(page, "Send the code");
  await digits(page).fill(await world.smsCode(phone));
  await offline("Sign in");
  await press(page, "Sign in");
  await offline(/Agree and sign/);
  await press(page, /Agree and sign/);
  await page.waitForURL(/\/sign\//);
});

test("a wrong code tells how many tries are left", async ({ page, world }) => {
  const phone = newNumber();
  await page.goto(world.office);
  await press(page, /^Choose 廣州地鐵/);
  await number(page).fill(phone);
  await press(page, "Send the code");
  await expect(digits(page)).toBeVisible();
  const right = await world.smsCode(phone);
  await digits(page).fill("12");
  await press(page, "Sign in");
  await told(page, "Write the six digits");
  await digits(page).fill(right === "000000" ? "000001" : "000000");
  await press(page, "Sign in");
  await told(page, /Tries left: \d/);
  await digits(page).fill(right);
  await press(page, "Sign in");
  await expect(page.getByRole("button", { name: /Agree and sign/ })).toBeVisible();
});

test("a mandate refused at the provider can be signed after all", async ({ page, world }) => {
  const phone = newNumber();
  await page.goto(world.office);
  await press(page, /^Choose 廣州地鐵/);
  await number(page).fill(phone);
  await press(page, "Send the code");
  await digits(page).fill(await world.smsCode(phone));
  await press(page, "Sign in");
  await press(page, /Agree and sign/);
  await page.locator("button[value=refuse]").click();
  await expect(page.getByText("The agreement was not signed")).toBeVisible();
  await press(page, /Agree and sign/);
  await page.locator("button[value=agree]").click();
  await expect(code(page)).toBeVisible();
});

test("answers that are no answers are told, and the number is kept", async ({ page, world }) => {
  await page.goto(world.office);
  await press(page, /^Choose/);
  const phone = newNumber();
  await number(page).fill(phone);
  const answers: [number, string, string, RegExp][] = [
    [500, "text/html", "<h1>Bad gateway</h1>", /Something is wrong on our side/],
    [503, "application/problem+json", '{"type":"/problems/busy"}', /The server is busy/],
    [502, "application/problem+json", '{"type":"/problems/sms-not-sent"}', /could not be sent/],
    [429, "application/problem+json", '{"type":"/problems/too-many-codes","retry_after_s":77}', /wait 77 seconds/],
    [200, "application/json", "{", /Something is wrong on our side/],
  ];
  for (const [status, contentType, body, words] of answers) {
    await page.route("**/v1/riders/codes", (route) => route.fulfill({ status, contentType, body }));
    await press(page, "Send the code");
    await told(page, words);
    await expect(number(page)).toHaveValue(phone);
    await page.unroute("**/v1/riders/codes");
  }
});

test("a phone whose clock is an hour off still makes codes that open gates", async ({ page, world }) => {
  const gate = await world.gate("in", "zumiao");
  await page.clock.install({ time: Date.now() - 3_600_000 });
  await enroll(page, world);
  await expect(page.getByText(/This phone's clock is off by 3[56]\d\d s/)).toBeVisible();
  expect(await gate.scan(await picture(page))).toMatchObject({ admit: true });
});

test("a browser that cleared its storage gets a new key without another SMS", async ({ page, world }) => {
  await enroll(page, world);
  await page.evaluate(async () => {
    localStorage.clear();
    const gone = indexedDB.deleteDatabase("ridecode");
    await new Promise((resolve) => (gone.onsuccess = gone.onblocked = resolve));
  });
  await page.reload();
  await press(page, /^Choose 廣州地鐵/);
  await expect(code(page)).toBeVisible();
  await page.getByRole("link", { name: "Account" }).click();
  await expect(phones(page)).toHaveCount(2);
});

test("news that comes while a phone registers does not register it twice", async ({ page, world }) => {
  let registered = 0;
  await page.route("**/v1/devices", async (route) => {
    registered += 1;
    // To another page and back, each asking again who the rider is, while this request is on its way.
    for (const where of ["#/account", "#/"]) {
      const asked = page.waitForResponse("**/v1/riders/me");
      await page.evaluate((where) => (location.hash = where), where);
      await asked;
    }
    await route.continue();
  });
  await enroll(page, world);
  await page.getByRole("link", { name: "Account" }).click();
  await expect(phones(page)).toHaveCount(1);
  expect(registered).toBe(1);
});

test("a browser that keeps nothing says so", async ({ page, world }) => {
  await page.addInitScript(() => {
    IDBFactory.prototype.open = () => {
      throw new DOMException("denied", "SecurityError");
    };
  });
  await page.goto(world.office);
  await told(page, "This browser keeps nothing");
});

test("two tabs show codes, and a phone reported lost in one stops in the other", async ({ page, context, world }) => {
  await enroll(page, world);
  const other = await context.newPage();
  await other.goto(world.office);
  await expect(code(other)).toBeVisible();
  await page.getByRole("link", { name: "Account" }).click();
  await press(page, "Report lost");
  await press(page, "Yes, it is lost");
  await expect(page.getByText("Switched off")).toBeVisible();
});
