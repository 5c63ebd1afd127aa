// Loading what a page shows, and doing what a person asks for, one at a time.

import type { ComponentChildren } from "preact";
import { useCallback, useEffect, useRef, useState } from "preact/hooks";

import { Problem, newKey } from "./api.ts";
import { useShared } from "./context.ts";
import type { Say } from "./words.ts";

/** What was asked for: still on its way, here, or not to be had. */
export interface Loading<T> {
  value: T | undefined;
  fault: unknown;
  again(): void;
}

/** Asks when the page opens and whenever one of `on` changes. What is shown stays meanwhile. */
export function useLoad<T>(ask: () => Promise<T>, on: unknown[] = []): Loading<T> {
  const { signedOut } = useShared();
  const [value, setValue] = useState<T>();
  const [fault, setFault] = useState<unknown>();
  const [round, setRound] = useState(0);
  useEffect(() => {
    // An answer that comes after the next question is not shown.
    let asked = true;
    ask().then(
      (value) => {
        if (asked) {
          setValue(value);
          setFault(undefined);
        }
      },
      (thrown) => {
        if (asked) {
          setFault(thrown);
          if (isSignedOut(thrown)) {
            signedOut();
          }
        }
      },
    );
    return () => {
      asked = false;
    };
  }, [...on, round]);
  const again = useCallback(() => setRound((round) => round + 1), []);
  return { value, fault, again };
}

/** Shows what was asked for, or that it is on its way, or why it cannot be had and how to go on. */
export function Loaded<T>({ of, children }: { of: Loading<T>; children: (value: T) => ComponentChildren }) {
  const { say } = useShared();
  return (
    <>
      {of.fault !== undefined && (
        <div class="notice" role="alert">
          <p>{plain(say, of.fault)}</p>
          <button type="button" class="quiet" onClick={of.again}>
            {say("retry")}
          </button>
        </div>
      )}
      {of.value !== undefined ? (
        children(of.value)
      ) : (
        <p class="loading" role="status" hidden={of.fault !== undefined}>
          {say("loading")}
        </p>
      )}
    </>
  );
}

/** Something a person asks for. */
export interface Action {
  busy: boolean;
  fault: unknown;
  /** Runs it with an idempotency key; gives whether it was done. */
  run(act: (key: string) => Promise<unknown>): Promise<boolean>;
  clear(): void;
}

/** Runs one action at a time and keeps its fault. Repeated after silence it has the same key. */
export function useAction(): Action {
  const { signedOut } = useShared();
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState<unknown>();
  const key = useRef<string | undefined>(undefined);
  const run = async (act: (key: string) => Promise<unknown>) => {
    setBusy(true);
    setFault(undefined);
    key.current ??= newKey();
    try {
      await act(key.current);
      key.current = undefined;
      return true;
    } catch (thrown) {
      setFault(thrown);
      if (!(thrown instanceof Problem) || thrown.kind !== "offline") {
        key.current = undefined;
      }
      if (isSignedOut(thrown)) {
        signedOut();
      }
      return false;
    } finally {
      setBusy(false);
    }
  };
  return { busy, fault, run, clear: () => setFault(undefined) };
}

/** A fault of an action, announced to screen readers. */
export function Notice({ fault }: { fault: unknown }) {
  const { say } = useShared();
  return (
    <p class="notice" role="alert" hidden={fault === undefined}>
      {fault === undefined ? "" : plain(say, fault)}
    </p>
  );
}

/** Says a fault in plain words: what happened and what to do. */
export function plain(say: Say, fault: unknown): string {
  if (!(fault instanceof Problem)) {
    return say("problem_other", { detail: String(fault) });
  }
  const detail = fault.message;
  switch (fault.kind) {
    case "offline":
      return say("problem_offline");
    case "busy":
    case "timed-out":
    case "store-failed":
      return say("problem_busy");
    case "signed-out":
      return say("session_over");
    case "forbidden":
      return say("problem_forbidden", { detail });
    case "same-person":
      return say("problem_same_person");
    case "wrong-sign-in":
      return say("wrong_sign_in");
    case "totp-used":
      return say("totp_used");
    case "too-many-sign-ins":
      return say("too_many_sign_ins", { n: Math.ceil((fault.retryAfter ?? 900) / 60) });
    default:
      return say("problem_other", { detail });
  }
}

function isSignedOut(fault: unknown): boolean {
  return fault instanceof Problem && fault.kind === "signed-out";
}
