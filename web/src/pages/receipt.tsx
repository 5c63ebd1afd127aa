// A ride's receipt: a page to print or to keep.

import { useEffect } from "preact/hooks";

import type { Ride } from "../api.ts";
import { useShared } from "../context.ts";
import { money, time } from "../words.ts";
import { DayCharge, stateWords, tapWords } from "./rides.tsx";

export function Receipt({ ride, close }: { ride: Ride; close(): void }) {
  const { say, language } = useShared();
  useEffect(() => document.getElementById("title")?.focus(), []);
  return (
    <article class="receipt" aria-labelledby="title">
      <h1 id="title" tabIndex={-1}>
        {say("receipt")}
      </h1>
      <dl>
        <dt>{say("receipt_ride")}</dt>
        <dd>{ride.journey}</dd>
        <dt>{say("receipt_when")}</dt>
        <dd>{time(language, ride.began)}</dd>
        {ride.taps.map((tap) => (
          <div key={tap.time + tap.kind}>
            <dt>{time(language, tap.time)}</dt>
            <dd>
              {tapWords(tap, say)} ({tap.operator_name})
            </dd>
          </div>
        ))}
        <dt>{say("receipt_state")}</dt>
        <dd>{stateWords(ride.state, say)}</dd>
        {ride.charge && (
          <>
            <dt>{say("receipt_order")}</dt>
            <dd>{ride.charge.id}</dd>
          </>
        )}
      </dl>
      <DayCharge ride={ride} />
      {ride.fare && (
        <>
          <p class="amount">{money(ride.fare.amount)}</p>
          <ul class="why">
            {ride.fare.explanation.map((line) => (
              <li key={line}>{line}</li>
            ))}
          </ul>
        </>
      )}
      <p class="actions">
        <button type="button" onClick={() => print()}>
          {say("print")}
        </button>
        <button type="button" class="quiet" onClick={close}>
          {say("back")}
        </button>
      </p>
    </article>
  );
}
