// The validator's screen against the real validator: sign, green, red, taken back, out of order, each
// with a shape, a sound and words of its own, and back to the sign by itself.

import { type Page, expect } from "@playwright/test";

import { audited } from "./audit.ts";
import { Reader } from "./reader.ts";
import { code, decoded, enroll, picture, test } from "./world.ts";

test("a gate shows its sign, then each answer with its own shape and sound", async ({ page, context, world }) => {
  const gate = await Reader.start(world, 1, '[place]\nmode = "metro"\npassage = "in"\nstop = "xilang"\nvehicle = "A2"\n');
  const screen = await context.newPage();
  await listen(screen);
  await screen.goto(gate.page);
  await expect(screen.getByText("西塱")).toBeVisible();
  await expect(screen.getByText("Xilang")).toBeVisible();
  await expect(screen.getByText("Way in")).toBeVisible();
  await expect(screen.getByText("A2")).toBeVisible();
  await expect(screen.locator("[data-hearing=muted]")).toBeVisible();
  await screen.locator("main").click();
  await expect(screen.locator("[data-hearing=muted]")).toHaveCount(0);

  await enroll(page, world);
  const shown = bytes(decoded(await picture(page))!);
  expect(await gate.scan(shown)).toMatchObject({ admit: true });
  await expect(screen.locator("[data-face=yes]")).toContainText("请进站");
  await expect(screen.locator("[data-face=yes]")).toContainText(/at most ¥\d+\.\d\d/);
  await expect(screen.locator("[data-face=yes]")).toContainText("Ordinary");
  await audited(screen, "admitted");
  await expect(screen.locator("[data-face=idle]")).toBeVisible();

  expect(await gate.scan(bytes("TX0123"))).toMatchObject({ admit: false });
  await expect(screen.locator("[data-face=no]")).toContainText("此类二维码不支持");
  await expect(screen.locator("[data-face=no]")).toContainText("Show a local ride code");
  await audited(screen, "refused");
  await expect(screen.locator("[data-face=idle]")).toBeVisible();
  await audited(screen, "the sign");

  await fetch(`${gate.page}/v1/undo`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ reason: "rider_left" }),
  });
  await expect(screen.locator("[data-face=back]")).toContainText("已撤销");
  await expect(screen.locator("[data-face=idle]")).toBeVisible();

  await gate.stop();
  await expect(screen.locator("[data-face=off]")).toContainText("The validator does not answer");
  const sounds = await heard(screen);
  expect(new Set(sounds).size, `${sounds}`).toBe(4);
});

test("a bus shows line, direction and flat fare once its driver signed on", async ({ context, page, world }) => {
  const settings = 'place_from = "driver"\n[place]\nmode = "bus"\npassage = "single"\nfare_minor = 200\n';
  const bus = await Reader.start(world, 2, settings);
  const screen = await context.newPage();
  await screen.goto(bus.page);
  await expect(screen.locator("[data-face=off]")).toContainText("司机请先签到");
  const desk = await context.newPage();
  await desk.goto(`${bus.page}/driver`);
  await desk.getByLabel("Direction").selectOption("0");
  await desk.getByRole("textbox", { name: /Line/ }).fill("gzbus1");
  await desk.getByRole("button", { name: /Sign on/ }).click();
  await expect(desk.getByText("Signed on")).toBeVisible();
  await audited(desk, "the driver's desk");
  await expect(screen.getByText("1路")).toBeVisible();
  await expect(screen.getByText("¥2.00")).toBeVisible();
  await enroll(page, world, "羊城通");
  await expect(code(page)).toBeVisible();
  await bus.stop();
});

test("a screen without a network says so, with the age of the lists and what is unsent", async ({ page, world }) => {
  const online = await Reader.start(world, 1, '[place]\nmode = "metro"\npassage = "out"\nstop = "tiyuxilu"\n');
  await page.goto(online.page);
  await expect(page.getByText("Tiyu Xilu")).toBeVisible();
  await expect(page.getByText("Offline")).toHaveCount(0);
  const gate = await online.withoutNetwork();
  await page.goto(gate.page);
  await expect(page.getByText("Offline")).toBeVisible();
  await expect(page.getByText(/lists \d+ min old/)).toBeVisible();
  const unsent = async () => Number(/\d+/.exec(await page.locator(".badge", { hasText: "unsent" }).innerText())?.[0]);
  await expect.poll(unsent).toBeGreaterThan(0);
  const before = await unsent();
  await gate.scan(bytes("TX0123"));
  await expect.poll(unsent).toBe(before + 1);
  await gate.stop();
});

/** Keeps a record of every tone that is played. */
async function listen(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const record: [number, number][] = [];
    Object.assign(globalThis, { record });
    const start = OscillatorNode.prototype.start;
    OscillatorNode.prototype.start = function (when?: number) {
      record.push([when ?? 0, this.frequency.value]);
      start.call(this, when);
    };
  });
}

/** The tunes that were played: tones less than a second apart are one. */
async function heard(page: Page): Promise<string[]> {
  const record = await page.evaluate(() => (globalThis as unknown as { record: [number, number][] }).record);
  const tunes: number[][] = [];
  record.forEach(([when, hertz], at) => {
    const before = record[at - 1]?.[0] ?? -Infinity;
    if (when - before > 1) {
      tunes.push([]);
    }
    tunes.at(-1)!.push(hertz);
  });
  return tunes.map((tune) => tune.join(" "));
}

function bytes(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}
