// The rider's rides, newest first, with how each fare came about.

import { useEffect, useState } from "preact/hooks";

import { type Ride, type Tap, call } from "../api.ts";
import { useShared } from "../context.ts";
import { Notice, Page, useAction } from "../notice.tsx";
import { type Say, money, time } from "../words.ts";
import { modeName } from "./city.tsx";
import { Receipt } from "./receipt.tsx";

interface Answer {
  rides: Ride[];
  next: string | null;
}

export function RidesPage() {
  const { say, online, language } = useShared();
  const [answer, setAnswer] = useState<Answer>();
  const action = useAction();
  const load = (after?: string) =>
    action.run(async () => {
      const page = await call<Answer>("GET", after ? `/v1/rides?after=${after}` : "/v1/rides");
      setAnswer((before) => ({
        rides: after && before ? [...before.rides, ...page.rides] : page.rides,
        next: page.next,
      }));
    });
  useEffect(() => void load(), [language, online]);
  const [receipt, setReceipt] = useState<string>();
  const asked = answer?.rides.find(({ journey }) => journey === receipt);
  if (asked) {
    return <Receipt ride={asked} close={() => setReceipt(undefined)} />;
  }
  return (
    <Page title={say("rides_title")}>
      {!online && <p class="hint">{say("rides_offline")}</p>}
      {online && <Notice fault={action.fault} />}
      {answer?.rides.length === 0 && <p>{say("rides_none")}</p>}
      <ol class="rides">
        {answer?.rides.map((ride) => (
          <RideCard key={ride.journey} ride={ride} print={() => setReceipt(ride.journey)} />
        ))}
      </ol>
      {answer?.next && (
        <button type="button" class="quiet" disabled={action.busy} onClick={() => load(answer.next ?? undefined)}>
          {say("more")}
        </button>
      )}
      <button type="button" class="quiet" disabled={action.busy} onClick={() => load()}>
        {action.busy ? say("loading") : say("retry")}
      </button>
    </Page>
  );
}

function RideCard({ ride, print }: { ride: Ride; print(): void }) {
  const { say, language } = useShared();
  return (
    <li class="card">
      <div class="ride-head">
        <h2>
          <time dateTime={ride.began}>{time(language, ride.began)}</time>
        </h2>
        <strong>{ride.fare ? money(ride.fare.amount) : say("no_fare")}</strong>
      </div>
      <ul class="taps">
        {ride.taps.map((tap) => (
          <li key={tap.time + tap.kind}>{tapWords(tap, say)}</li>
        ))}
      </ul>
      <p class={`state ${ride.state}`}>
        {stateWords(ride.state, say)}
        {ride.reason && ` (${ride.reason})`}
      </p>
      <DayCharge ride={ride} />
      {ride.fare && (
        <details>
          <summary>{say("why")}</summary>
          <ul>
            {ride.fare.explanation.map((line) => (
              <li key={line}>{line}</li>
            ))}
          </ul>
          <button type="button" class="quiet" onClick={print}>
            {say("receipt")}
          </button>
        </details>
      )}
    </li>
  );
}

/** Where one charge takes a day's rides: when, or with how many and for how much. */
export function DayCharge({ ride }: { ride: Ride }) {
  const { say, language } = useShared();
  const { charge, charged_from } = ride;
  if (charged_from) {
    return <p class="hint">{say("charged_with_day", { time: time(language, charged_from) })}</p>;
  }
  return charge && charge.rides.length > 1 ? (
    <p class="hint">{say("day_charge", { n: charge.rides.length, amount: money(charge.amount) })}</p>
  ) : null;
}

/** A tap in words: In · Metro · 祖庙. */
export function tapWords(tap: Tap, say: Say): string {
  const place = [modeName(tap.mode, say), tap.line_name, tap.stop_name].filter(Boolean);
  return [say(tapEntry(tap.kind)), ...place].join(" · ");
}

function tapEntry(kind: string): "tap_in" | "tap_out" | "tap_void" | "tap_single" {
  switch (kind) {
    case "in":
    case "out":
    case "void":
      return `tap_${kind}`;
    default:
      return "tap_single";
  }
}

/** A ride's state in words; one the app has no word for as it came. */
export function stateWords(state: string, say: Say): string {
  switch (state) {
    case "uploaded":
    case "priced":
    case "planned":
    case "submitted":
    case "accepted":
    case "collected":
    case "declined":
    case "unknown":
    case "superseded":
    case "collected_other_amount":
      return say(`state_${state}`);
    default:
      return state;
  }
}
