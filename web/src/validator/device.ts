// The validator as its own pages speak to it, over HTTP on this machine.
//
// What is shown is asked for with patience: the answer comes when there is something newer. How the
// validator is, is asked every second. Codes go as the bytes that were read.

/** A name in Chinese and English. */
export interface Name {
  zh: string;
  en: string;
}

/** What the validator shows: a decision, a void or a passage. */
export interface Answer {
  /** The entry's number; null where nothing was written. */
  sequence?: number | null;
  admit?: boolean;
  silent?: boolean;
  outcome?: string;
  /** The flat fare, in fen. */
  fare_minor?: number | null;
  /** The most the ride may cost, in fen. */
  fare_ceiling_minor?: number | null;
  category?: Name | null;
  shown?: string;
  shown_zh?: string;
  remedy?: string | null;
  remedy_zh?: string | null;
  voided?: number;
  passed?: number;
}

/** Something that is wrong. */
export interface Ailment extends Name {
  /** Its word in the manual. */
  word: string;
  /** Whether nobody is let through because of it. */
  stops: boolean;
}

/** Where the validator stands, as a sign. */
export interface Sign {
  mode: string;
  passage: "single" | "in" | "out";
  line: Name | null;
  toward: Name | null;
  stop: Name | null;
  vehicle: string | null;
  fare_minor: number | null;
}

/** How the validator is. */
export interface State {
  time: string;
  /** Whether the back office is not reached. */
  offline: boolean;
  /** Entries the back office does not hold yet. */
  unsent: number;
  /** Seconds since the bundle in force was made. */
  bundle_age_s: number;
  /** Seconds within which one code shown again is no news. */
  silent_s: number;
  ailments_shown: Ailment[];
  sign: Sign | null;
  /** The number of what is on the screen. */
  screen: number;
}

/** Hands on what is shown, from now until the page is closed; undefined while nobody answers. */
export async function followScreen(show: (answer: Answer | undefined) => void): Promise<never> {
  let after = await newest();
  for (;;) {
    try {
      const reply = await fetch(`/v1/screen?after=${after}`, { cache: "no-store" });
      if (reply.status === 200) {
        after = Number(reply.headers.get("screen-number"));
        show((await reply.json()) as Answer);
      } else if (reply.status !== 204) {
        throw new Error(reply.statusText);
      }
    } catch {
      show(undefined);
      await pause(1000);
    }
  }
}

/** What is on the screen already when a page is opened is no news. */
async function newest(): Promise<number> {
  try {
    return ((await (await fetch("/v1/state")).json()) as State).screen;
  } catch {
    return 0;
  }
}

/** Hands on how the validator is, every second; undefined while nobody answers. */
export async function followState(tell: (state: State | undefined) => void): Promise<never> {
  for (;;) {
    try {
      const reply = await fetch("/v1/state", { cache: "no-store" });
      const text = await reply.text();
      // Nothing is told before the first look around.
      if (text !== "") {
        tell(JSON.parse(text) as State);
      }
    } catch {
      tell(undefined);
    }
    await pause(1000);
  }
}

/** Asks about a code, by its bytes. Undefined if the validator does not answer. */
export async function scan(code: Uint8Array<ArrayBuffer>): Promise<Answer | undefined> {
  try {
    const headers = { "content-type": "application/octet-stream" };
    const reply = await fetch("/v1/scan", { method: "POST", headers, body: code });
    return reply.ok ? ((await reply.json()) as Answer) : undefined;
  } catch {
    return undefined;
  }
}

/** Sends what the driver wants. Gives the answer, or why it was refused. */
export async function ask(
  method: string,
  path: string,
  body: unknown,
): Promise<{ done: Record<string, unknown> } | { refused: string }> {
  try {
    const headers = { "content-type": "application/json" };
    const reply = await fetch(path, { method, headers, body: JSON.stringify(body) });
    const text = await reply.text();
    const answer = text === "" ? {} : (JSON.parse(text) as Record<string, unknown>);
    return reply.ok ? { done: answer } : { refused: String(answer.detail ?? reply.status) };
  } catch {
    return { refused: "终端无响应 The validator does not answer" };
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, ms));
}
