// The back office as the app speaks to it. The session is a cookie that no script can read.
//
// Every reply also tells the server's time. A refusal is a Problem with the name the manual lists;
// no reply at all is the problem `offline`.

import { clockOffset } from "./credentials.ts";
import { request } from "./request.ts";
import { keep } from "./vault.ts";

export interface Money {
  minor: number;
  currency: string;
}

export interface Brand {
  brand: number;
  name: string;
  city: string;
  scheme: string;
  device_algorithm: string;
  /** The most one ride may cost. */
  fare_ceiling: Money;
  accepted: { operator: number; operator_name: string; modes: string[]; lines: string[] }[];
}

export interface Rider {
  rider: string;
  state: "active" | "blocked" | "closed";
  block: { amount: Money; rides: number; since: string } | null;
  balance: Money;
  mandates: { mandate: string; state: MandateState }[];
  devices: { device: string; algorithm: string; active: boolean }[];
  device_nonce: string;
}

export type MandateState = "pending" | "active" | "suspended" | "ended";

export interface Ride {
  journey: string;
  began: string;
  state: string;
  reason: string | null;
  taps: Tap[];
  fare: { amount: Money; ending: string; explanation: string[] } | null;
  charge: { id: string; amount: Money; rides: string[] } | null;
  charged_from: string | null;
}

export interface Tap {
  time: string;
  kind: string;
  mode: string;
  operator_name: string;
  line_name: string | null;
  stop_name: string | null;
}

export interface Debts {
  amount: Money;
  rides: Debt[];
}

export interface Debt {
  charge: string;
  journey: string;
  rides: string[];
  amount: Money;
  began: string | null;
  since: string;
  state: string;
  reason: string | null;
  next_attempt: string | null;
}

export interface GrantedCredential {
  not_before: string;
  expires: string;
  bytes: string;
}

export { Problem } from "./request.ts";

/** Sends a request and reads its reply. */
export async function call<T>(method: string, path: string, body?: unknown): Promise<T> {
  const sent = Date.now();
  const reply = await request(method, path, { body, seen: (reply) => noteTime(reply, sent) });
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
