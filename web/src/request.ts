// Requests to the back office. The session is a cookie that no script can read.
//
// A refusal is a Problem with the name the manual lists; no reply at all is the problem `offline`.

/** A refusal, by its name in docs/operating.md, or `offline`. */
export class Problem extends Error {
  constructor(
    readonly kind: string,
    detail: string,
    /** Tries left, where a code was wrong. */
    readonly triesLeft?: number,
    /** Seconds to wait, where too much was asked for. */
    readonly retryAfter?: number,
    /** Why an account cannot be closed yet, in a word. */
    readonly because?: string,
  ) {
    super(detail);
  }
}

/** What a request may carry. */
export interface Carried {
  /** A body: a file as it is, everything else as JSON. */
  body?: unknown;
  /** The idempotency key: the same one again gives the same reply. */
  key?: string | undefined;
  /** Looks at every reply, refusals too. */
  seen?: (reply: Response) => Promise<void>;
}

/** Sends a request. */
export async function request(method: string, path: string, { body, key, seen }: Carried = {}): Promise<Response> {
  const headers: Record<string, string> = { "Accept-Language": document.documentElement.lang };
  if (body !== undefined) {
    headers["Content-Type"] = body instanceof Blob ? "text/csv" : "application/json";
  }
  if (key !== undefined) {
    headers["Idempotency-Key"] = key;
  }
  const options: RequestInit = { method, headers, cache: "no-store", credentials: "same-origin" };
  if (body !== undefined) {
    options.body = body instanceof Blob ? body : JSON.stringify(body);
  }
  let reply: Response;
  try {
    reply = await fetch(path, options);
  } catch {
    throw new Problem("offline", "no reply");
  }
  await seen?.(reply);
  if (!reply.ok) {
    throw await problem(reply);
  }
  return reply;
}

async function problem(reply: Response): Promise<Problem> {
  const document = (await reply.json().catch(() => ({}))) as Record<string, unknown>;
  const kind = String(document.type ?? "internal").split("/").pop() ?? "internal";
  const number = (value: unknown) => (typeof value === "number" ? value : undefined);
  const detail = String(document.detail ?? reply.status);
  const because = typeof document.because === "string" ? document.because : undefined;
  return new Problem(kind, detail, number(document.tries_left), number(document.retry_after_s), because);
}
