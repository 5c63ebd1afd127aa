// The camera page in a browser with a fake camera: a moving, slightly blurred code is admitted; a
// camera that fails says why and what to do.

import { join } from "node:path";

import { type Browser, type Page, chromium, expect } from "@playwright/test";

import { audited } from "./audit.ts";
import { film } from "./film.ts";
import { Reader } from "./reader.ts";
import { enroll, nextCode, picture, test } from "./world.ts";

test("a compact code, moving and slightly blurred, is admitted on the camera page", async ({ page, world }) => {
  const gate = await Reader.start(world, 1, METRO);
  await enroll(page, world);
  await admitted(page, gate, join(world.folder, "compact.y4m"));
  await gate.stop();
});

test("a code of the national standard too, as its raw bytes", async ({ page, world }) => {
  const bus = await Reader.start(world, 2, BUS);
  await enroll(page, world, "羊城通");
  await admitted(page, bus, join(world.folder, "mot.y4m"));
  await bus.stop();
});

test("a camera that was denied, is missing, in use or lost says so, and what to do", async ({ world, browser }) => {
  const gate = await Reader.start(world, 1, METRO);
  const check = async (fault: string, trouble: string, words: RegExp) => {
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.addInitScript((name) => {
      navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException("", name));
    }, fault);
    await page.goto(`${gate.page}/camera`);
    const card = page.locator(`[data-trouble=${trouble}]`);
    await expect(card).toContainText(words);
    await expect(card.getByRole("button")).toBeVisible();
    await audited(page, `camera: ${trouble}`);
    await context.close();
  };
  await check("NotAllowedError", "denied", /allow the camera in the site settings/);
  await check("NotFoundError", "none", /No camera was found/);
  await check("NotReadableError", "in_use", /Another program uses the camera/);
  await check("TypeError", "other", /cannot be opened/);
  await gate.stop();
});

test("a camera that is lost is looked for until it is back", async ({ page, world }) => {
  const gate = await Reader.start(world, 1, METRO);
  const eyes = await seeing(join(world.folder, "none.y4m"), page);
  const seen = await (await eyes.newContext()).newPage();
  await seen.addInitScript(() => {
    const media = navigator.mediaDevices;
    const open = media.getUserMedia.bind(media);
    media.getUserMedia = async (wanted) => {
      const stream = await open(wanted);
      Object.assign(globalThis, { track: stream.getVideoTracks()[0] });
      return stream;
    };
  });
  await seen.goto(`${gate.page}/camera`);
  await expect(seen.getByText("Hold your ride code to the camera")).toBeVisible();
  await audited(seen, "camera: seeing");
  await seen.evaluate(() => {
    const { track } = globalThis as unknown as { track: MediaStreamTrack };
    track.stop();
    track.dispatchEvent(new Event("ended"));
  });
  await expect(seen.locator("[data-trouble=lost]")).toContainText("The camera is gone");
  await expect(seen.getByText("Hold your ride code to the camera")).toBeVisible();
  await eyes.close();
  await gate.stop();
});

test("only the camera page may use the camera and WebAssembly", async ({ world }) => {
  const gate = await Reader.start(world, 1, METRO);
  for (const [path, own] of [["/", false], ["/driver", false], ["/camera", true]] as const) {
    const { headers } = await fetch(gate.page + path);
    expect(headers.get("content-security-policy")?.includes("'wasm-unsafe-eval'"), path).toBe(own);
    expect(headers.get("permissions-policy")?.includes("camera=(self)"), path).toBe(own);
  }
  await gate.stop();
});

/** Films the next code of a phone, shows it to a reader, and waits for the green. */
async function admitted(phone: Page, reader: Reader, file: string): Promise<void> {
  await nextCode(phone);
  await film(phone, await picture(phone), file);
  const eyes = await seeing(file);
  const tablet = await eyes.newPage({ viewport: { width: 1024, height: 768 } });
  await tablet.goto(`${reader.page}/camera`);
  await expect(tablet.locator("[data-face=yes]")).toBeVisible();
  expect(await reader.decision()).toMatchObject({ admit: true, outcome: "admit" });
  await eyes.close();
}

/** A browser whose camera plays a film; a gray one if `darkroom` is to make it. */
async function seeing(file: string, darkroom?: Page): Promise<Browser> {
  if (darkroom) {
    await darkroom.setContent("<p style='width:200px;height:200px;background:gray'></p>");
    await film(darkroom, await darkroom.locator("p").screenshot(), file);
  }
  const camera = ["--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"];
  return chromium.launch({
    executablePath: "/usr/bin/chromium",
    args: ["--no-sandbox", ...camera, `--use-file-for-fake-video-capture=${file}`],
  });
}

const METRO = '[place]\nmode = "metro"\npassage = "in"\nstop = "xilang"\nvehicle = "A"\n';
const BUS = '[place]\nmode = "bus"\npassage = "single"\nline = "gzbus1"\ndirection = 0\nfare_minor = 200\n';
