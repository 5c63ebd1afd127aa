// The vectors that Rust and TypeScript share (vectors/codes).

import { readFileSync } from "node:fs";
import { join } from "node:path";

/** Of codes.json: a compact code with its fields, or the fault it has. */
export interface CodeCase {
  name: string;
  input: string;
  keys: string;
  text?: string;
  fault?: string;
  expected?: { scheme: string; device_key: string; generated: number };
}

/** Of base45.json. */
export interface Base45Case {
  name: string;
  bytes: string;
  text: string;
}

export const codes: { cases: CodeCase[]; secrets: Record<string, string> } = read("codes.json");
export const base45: { texts: Base45Case[] } = read("base45.json");

export function hex(text: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.from(text, "hex"));
}

// npm runs tests in the folder of package.json.
function read<T>(name: string): T {
  return JSON.parse(readFileSync(join("../vectors/codes", name), "utf8")) as T;
}
