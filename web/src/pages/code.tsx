// The code: what the rider holds to the reader. Made anew every PERIOD_S, with or without network.

import { useEffect, useState } from "preact/hooks";

import { useShared } from "../context.ts";
import { findUsable, usableUntil } from "../credentials.ts";
import { Notice, Page } from "../notice.tsx";
import { type Phone, showCode } from "../phone.ts";
import { Qr } from "../qr.tsx";
import { type Vault, find } from "../vault.ts";
import { BlockNotice } from "./owed.tsx";
import { OtherPhoneNotice } from "./phones.tsx";
import { time } from "../words.ts";

export interface Ready {
  phone: Phone;
  wallet: Vault["wallet"];
}

/** What is shown now. */
interface Shown {
  code: string | Uint8Array | undefined;
  /** Seconds until the next one. */
  left: number;
  offset: number;
}

export function CodePage({ ready }: { ready: Ready }) {
  const { say, language, online, rider } = useShared();
  const [shown, setShown] = useState<Shown>();
  const [fault, setFault] = useState<unknown>();
  useEffect(() => keepFresh(ready, setShown, setFault), [ready]);
  useAwakeScreen();
  const until = usableUntil(ready.wallet.credentials);
  const name = ready.wallet.name;
  return (
    <Page title={say("code_title")}>
      {rider?.block && (
        <>
          <BlockNotice rider={rider} />
          <a class="button" href="#/account">
            {say("see_owed")}
          </a>
        </>
      )}
      <div class="ticket">
        <p class="brand-name" lang="zh-Hant">
          {name}
        </p>
        {shown?.code && (
          <>
            <Qr code={shown.code} label={say("code_alt", { brand: name, n: shown.left })} />
            <Ring left={shown.left} />
            <p class="hold">{say("hold")}</p>
          </>
        )}
        {shown && !shown.code && <p class="notice">{outOf(shown, until)}</p>}
        <p class="until" role="status">
          {online ? "" : `${say("offline_ok")} `}
          {until > 0 && say("works_until", { time: time(language, until * 1000) })}
        </p>
        {shown !== undefined && Math.abs(shown.offset) >= 10 && (
          <p class="hint">{say("clock_off", { n: Math.abs(shown.offset) })}</p>
        )}
      </div>
      {rider && <OtherPhoneNotice rider={rider} />}
      <Notice fault={fault} />
    </Page>
  );

  function outOf({ offset }: Shown, until: number): string {
    const now = Date.now() / 1000 + offset;
    return now < until ? say("not_yet") : say("ran_out", { time: time(language, until * 1000) });
  }
}

/** The time until the next code, as a ring that runs out and as a number. */
function Ring({ left }: { left: number }) {
  const { say } = useShared();
  return (
    <p class="ring">
      <svg viewBox="0 0 36 36" aria-hidden="true">
        <circle cx="18" cy="18" r="15.9" class="track" />
        <circle cx="18" cy="18" r="15.9" class="rest" pathLength={PERIOD_S} stroke-dasharray={`${left} ${PERIOD_S}`} />
      </svg>
      <span>{say("new_in", { n: left })}</span>
    </p>
  );
}

/** Makes a code every PERIOD_S, and at once when the page comes back to the front. */
function keepFresh({ phone, wallet }: Ready, show: (shown: Shown) => void, fail: (fault: unknown) => void) {
  let made = { at: Number.NEGATIVE_INFINITY, code: undefined as Shown["code"] };
  let first = true;
  const tick = async () => {
    if (document.visibilityState === "hidden") {
      return;
    }
    const offset = (await find("offset")) ?? 0;
    const now = Math.floor(Date.now() / 1000 + offset);
    if (now - made.at >= PERIOD_S || now < made.at) {
      const credential = findUsable(wallet.credentials, now);
      made = { at: now, code: credential && (await showCode(phone.key, credential.bytes, now)) };
    }
    show({ code: made.code, left: PERIOD_S - (now - made.at), offset });
    if (first) {
      first = false;
      // When the first code was on the screen, for whoever measures.
      requestAnimationFrame(() => performance.mark("code-shown"));
    }
  };
  const beat = () => void tick().catch(fail);
  beat();
  const timer = setInterval(beat, 1000);
  document.addEventListener("visibilitychange", beat);
  return () => {
    clearInterval(timer);
    document.removeEventListener("visibilitychange", beat);
  };
}

/** Keeps the screen from going dark while the code is shown, where the browser can. */
function useAwakeScreen() {
  useEffect(() => {
    let lock: WakeLockSentinel | undefined;
    const ask = async () => {
      if (document.visibilityState === "visible") {
        lock = await navigator.wakeLock?.request("screen");
      }
    };
    // Refused on a low battery: the code is shown all the same.
    const tryToAsk = () => void ask().catch(() => undefined);
    tryToAsk();
    document.addEventListener("visibilitychange", tryToAsk);
    return () => {
      document.removeEventListener("visibilitychange", tryToAsk);
      void lock?.release();
    };
  }, []);
}

/** How long one code is shown, in seconds: well within the shortest window readers accept. */
const PERIOD_S = 10;
