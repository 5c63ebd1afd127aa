// The back office as the console speaks to it, with the types of its interface description.

import type { Routes } from "../openapi.ts";
import { request } from "../request.ts";

export type * from "../openapi.ts";
export { Problem } from "../request.ts";

/** What a route answers. */
export type Reply<R extends keyof Routes> = Routes[R]["reply"];

/** What a route asks for. */
export type Asked<R extends keyof Routes> = { key?: string } & (Routes[R]["params"] extends undefined
  ? object
  : { params: Routes[R]["params"] }) &
  (Routes[R]["body"] extends undefined ? object : { body: Body<Routes[R]["body"]> });

/** A body of text may be a file as it is, in whatever encoding. */
type Body<T> = T extends string ? Blob : T;

type MaybeAsked<R extends keyof Routes> = object extends Asked<R> ? [Asked<R>?] : [Asked<R>];

/** Sends a request and reads its reply. */
export async function call<R extends keyof Routes>(route: R, ...[asked]: MaybeAsked<R>): Promise<Reply<R>> {
  const reply = await send(route, asked);
  if (reply.status === 204) {
    return undefined as Reply<R>;
  }
  const isJson = reply.headers.get("Content-Type")?.includes("json") ?? false;
  return (await (isJson ? reply.json() : reply.text())) as Reply<R>;
}

/** Sends a request and has the browser save its reply as a file. */
export async function download<R extends keyof Routes>(route: R, name: string, ...[asked]: MaybeAsked<R>): Promise<void> {
  const reply = await send(route, asked);
  const address = URL.createObjectURL(await reply.blob());
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  // The browser reads the address after the click.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

/** A key under which the same write counts once. */
export function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function send<R extends keyof Routes>(route: R, asked?: MaybeAsked<R>[0]): Promise<Response> {
  const [method, path] = route.split(" ") as [string, string];
  const { params, body, key } = (asked ?? {}) as { params?: Record<string, unknown>; body?: unknown; key?: string };
  const query = new URLSearchParams();
  let filled = path;
  for (const [name, value] of Object.entries(params ?? {})) {
    if (filled.includes(`{${name}}`)) {
      filled = filled.replace(`{${name}}`, encodeURIComponent(String(value)));
    } else if (value !== undefined) {
      query.set(name, String(value));
    }
  }
  const address = query.size > 0 ? `${filled}?${query}` : filled;
  return request(method, address, { body, key });
}
