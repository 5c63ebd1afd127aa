// The back office as the app speaks to it. The session is a cookie that no script can read.
//
// Every reply also tells the server's time. A refusal is a Problem with the name the manual lists;
// no reply at all is the problem `offline`.

import { clockOffset } from "./credentials.ts";
import type { BrandView, CredentialView, DebtsView, RideHomeView, RideView, RiderView, TapView } from "./openapi.ts";
import { request } from "./request.ts";
import { keep } from "./vault.ts";

export type Brand = BrandView;
export type Rider = RiderView;
export type MandateState = Rider["mandates"][number]["state"];
export type Ride = RideView;
export type Tap = TapView;
export type Debts = DebtsView;
export type GrantedCredential = CredentialView;
export type RideHome = RideHomeView;

/** Where the rider is signed in. */
export interface OwnSession {
  session: string;
  opened: string;
  expires: string;
  client: "android" | "iphone" | "ipad" | "windows" | "mac" | "linux" | "other";
  /** Whether it is this one. */
  own: boolean;
}

export { Problem } from "./request.ts";

/** Sends a request and reads its reply. With a key, the same request may be sent again. */
export async function call<T>(method: string, path: string, body?: unknown, key?: string): Promise<T> {
  const sent = Date.now();
  const reply = await request(method, path, { body, key, seen: (reply) => noteTime(reply, sent) });
  return reply.status === 204 ? (undefined as T) : ((await reply.json()) as T);
}

/** Bytes as base64. */
export function base64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes));
}

/** Base64 as bytes. */
export function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

async function noteTime(reply: Response, sent: number): Promise<void> {
  const offset = clockOffset(reply.headers.get("Date") ?? "", sent, Date.now());
  if (offset !== undefined) {
    // A browser that keeps nothing cannot show codes either, and says so there.
    await keep("offset", offset).catch(() => undefined);
  }
}
