// A film of a code for Chromium's fake camera: the pixels of a screenshot, moving, turning and
// slightly blurred, as a YUV4MPEG2 file that the test writes itself.

import { appendFileSync, writeFileSync } from "node:fs";

import type { Page } from "@playwright/test";

/** Films a picture of a code; `page` is only the darkroom. */
export async function film(page: Page, picture: Buffer, file: string): Promise<void> {
  const frames = await page.evaluate(shoot, { picture: picture.toString("base64"), ...SIZE });
  writeFileSync(file, `YUV4MPEG2 W${SIZE.width} H${SIZE.height} F10:1 Ip A1:1 C420jpeg\n`);
  const gray = Buffer.alloc((SIZE.width * SIZE.height) / 2, 128);
  for (const frame of frames) {
    appendFileSync(file, Buffer.concat([Buffer.from("FRAME\n"), Buffer.from(frame, "base64"), gray]));
  }
}

/** Draws every frame in the browser; gives the brightness of its pixels in base64. */
async function shoot(scene: { picture: string; width: number; height: number; frames: number }): Promise<string[]> {
  const bytes = Uint8Array.from(atob(scene.picture), (character) => character.charCodeAt(0));
  const code = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
  const canvas = new OffscreenCanvas(scene.width, scene.height);
  const context = canvas.getContext("2d", { willReadFrequently: true })!;
  const side = Math.min(scene.width, scene.height) * 0.72;
  const frames: string[] = [];
  for (let at = 0; at < scene.frames; at += 1) {
    const turn = (2 * Math.PI * at) / scene.frames;
    context.resetTransform();
    context.filter = "none";
    context.fillStyle = "#59616b";
    context.fillRect(0, 0, scene.width, scene.height);
    context.translate(scene.width / 2 + 40 * Math.sin(turn), scene.height / 2 + 16 * Math.cos(turn));
    context.rotate(0.16 * Math.sin(turn));
    context.filter = "blur(1.1px)";
    context.fillStyle = "#e8e8e8";
    context.fillRect(-side / 2 - 24, -side / 2 - 24, side + 48, side + 48);
    context.drawImage(code, -side / 2, -side / 2, side, side);
    const { data } = context.getImageData(0, 0, scene.width, scene.height);
    const brightness = new Uint8Array(scene.width * scene.height);
    for (let pixel = 0; pixel < brightness.length; pixel += 1) {
      const [red, green, blue] = [data[4 * pixel]!, data[4 * pixel + 1]!, data[4 * pixel + 2]!];
      // BT.601; a little less contrast than on the screen, as cameras give.
      brightness[pixel] = 20 + 0.85 * (0.299 * red + 0.587 * green + 0.114 * blue);
    }
    let text = "";
    for (let from = 0; from < brightness.length; from += 32_768) {
      text += String.fromCharCode(...brightness.subarray(from, from + 32_768));
    }
    frames.push(btoa(text));
  }
  return frames;
}

const SIZE = { width: 640, height: 480, frames: 16 };
