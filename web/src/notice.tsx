// What happened to a request, in plain words, and a button that is busy while one is under way.

import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";

import { Problem } from "./api.ts";
import { useShared } from "./context.ts";
import type { Say } from "./words.ts";
import type { Words } from "./words/en.ts";

/** Says a fault in plain words: what happened and what to do. */
export function plain(say: Say, fault: unknown): string {
  if (!(fault instanceof Problem)) {
    return fault instanceof DOMException ? say("problem_storage") : say("problem_other", { detail: String(fault) });
  }
  const detail = fault.message;
  switch (fault.kind) {
    case "offline":
      return say("problem_offline");
    case "wrong-code":
      return fault.triesLeft ? say("wrong_code", { n: fault.triesLeft }) : say("wrong_code_last");
    case "no-code-waiting":
      return say("no_code_waiting");
    case "too-many-codes":
      return say("too_many_codes", { n: fault.retryAfter ?? 600 });
    case "sms-not-sent":
      return say("sms_not_sent");
    case "invalid-field":
      return say("invalid_field", { detail });
    case "signed-out":
      return say("signed_out");
    case "provider-silent":
      return say("provider_silent");
    case "provider-refused":
      return say("provider_refused", { detail });
    case "blocked":
      return say("problem_blocked");
    case "device-revoked":
    case "unknown-device":
      return say("problem_revoked");
    case "account-closed":
      return say("closed");
    case "cannot-close":
      return say(CLOSING[fault.because ?? ""] ?? "closing_later", { detail });
    case "busy":
    case "timed-out":
    case "store-failed":
      return say("problem_busy");
    default:
      return say("problem_other", { detail });
  }
}

/** What stands in the way of closing an account. */
const CLOSING: Record<string, keyof Words> = {
  owed: "closing_owed",
  in_credit: "closing_credit",
  charge_open: "closing_charge",
  ride_open: "closing_ride",
};

/** A fault, announced to screen readers. */
export function Notice({ fault }: { fault: unknown }) {
  const { say } = useShared();
  return (
    <p class="notice" role="alert" hidden={fault === undefined}>
      {fault === undefined ? "" : plain(say, fault)}
    </p>
  );
}

/** Runs one action at a time and keeps its fault. */
export function useAction(): { busy: boolean; fault: unknown; run(act: () => Promise<void>): Promise<void> } {
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState<unknown>();
  const run = async (act: () => Promise<void>) => {
    setBusy(true);
    setFault(undefined);
    try {
      await act();
    } catch (thrown) {
      setFault(thrown);
    }
    setBusy(false);
  };
  return { busy, fault, run };
}

/** A page's frame: its title takes the focus, so that screen readers begin there. */
export function Page({ title, children }: { title: string; children: ComponentChildren }) {
  return (
    <section aria-labelledby="title">
      <h1 id="title" tabIndex={-1}>
        {title}
      </h1>
      {children}
    </section>
  );
}
