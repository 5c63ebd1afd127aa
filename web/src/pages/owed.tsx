// What is owed, for which rides, since when, and paying it at once.

import { useEffect, useState } from "preact/hooks";

import { type Debts, type Rider, type RideHome, call } from "../api.ts";
import { useShared } from "../context.ts";
import { fetchRideHome } from "../enrol.ts";
import { Notice, useAction } from "../notice.tsx";
import { money, time } from "../words.ts";

export function Owed({ rider }: { rider: Rider }) {
  const { say, language, refresh } = useShared();
  const [debts, setDebts] = useState<Debts>();
  // How often to ask what became of an attempt that the rider asked for.
  const [questions, setQuestions] = useState(0);
  const action = useAction();
  const ask = async () => {
    const found = await call<Debts>("GET", "/v1/debts");
    // What was owed a moment ago is paid: the account tells what else has changed.
    if (debts && found.rides.length < debts.rides.length) {
      await refresh();
    }
    setDebts(found);
  };
  const pay = () =>
    action.run(async () => {
      setDebts(await call<Debts>("POST", "/v1/repayments"));
      setQuestions(QUESTIONS);
    });
  const underWay = debts?.rides.some(({ state }) => state !== "declined") ?? false;
  const trying = underWay || (questions > 0 && debts !== undefined && debts.rides.length > 0);
  useEffect(() => void action.run(ask), [rider.balance.minor, rider.state]);
  useEffect(() => {
    const again = () => {
      setQuestions((left) => left - 1);
      void action.run(ask);
    };
    const timer = trying ? setTimeout(again, ASK_MS) : undefined;
    return () => clearTimeout(timer);
  }, [debts]);

  const { minor, currency } = rider.balance;
  return (
    <section class="card" id="owed">
      <h2>{minor < 0 ? say("credit") : say("owed")}</h2>
      <p class="amount">{money({ minor: Math.abs(minor), currency })}</p>
      {rider.state === "closed" && <p>{say("closed")}</p>}
      <BlockNotice rider={rider} />
      {rider.block?.ride_home && <Home ride={rider.block.ride_home} />}
      {!rider.block && minor === 0 && <p>{say("owed_nothing")}</p>}
      {!rider.block && minor > 0 && debts?.rides.length === 0 && <p>{say("owed_soon")}</p>}
      {debts && debts.rides.length > 0 && (
        <>
          <ul class="debts">
            {debts.rides.map((debt) => (
              <li key={debt.charge}>
                <span>
                  <time dateTime={debt.began ?? debt.since}>{time(language, debt.began ?? debt.since)}</time>
                  {debt.rides.length > 1 && <small class="hint">{say("day_debt", { n: debt.rides.length })}</small>}
                  <small class="hint">
                    {debt.state === "declined" && debt.next_attempt
                      ? say("next_attempt", { time: time(language, debt.next_attempt) })
                      : say(debt.state === "declined" ? "state_declined" : "state_submitted")}
                  </small>
                </span>
                <strong>{money(debt.amount)}</strong>
              </li>
            ))}
          </ul>
          <p class="hint">{say("pay_hint")}</p>
          <button type="button" disabled={action.busy || trying} onClick={pay}>
            {trying ? say("paying") : say("pay_now", { amount: money(debts.amount) })}
          </button>
        </>
      )}
      <Notice fault={action.fault} />
    </section>
  );
}

/** Why codes are stopped, with amount, rides and date; nothing if they are not. */
export function BlockNotice({ rider }: { rider: Rider }) {
  const { say, language } = useShared();
  const { block } = rider;
  return !block ? null : (
    <p class="notice">
      {say("blocked", { amount: money(block.amount), n: block.rides, time: time(language, block.since) })}
    </p>
  );
}

/** The one ride home of a block: asking for it, or what became of it. */
function Home({ ride }: { ride: RideHome }) {
  const { say, language } = useShared();
  const action = useAction();
  const ask = () =>
    action.run(async () => {
      await fetchRideHome();
      // The code page reads what the phone keeps when it begins.
      location.hash = "#/";
      location.reload();
    });
  const amount = money(ride.limit);
  switch (ride.state) {
    case "available":
      return (
        <>
          <p>{say("home_available", { amount })}</p>
          <button type="button" disabled={action.busy} onClick={ask}>
            {say("home_ask")}
          </button>
          <Notice fault={action.fault} />
        </>
      );
    case "given":
      return <p>{say("home_given", { amount, time: time(language, ride.until ?? "") })}</p>;
    case "used":
      return <p class="hint">{say("home_used")}</p>;
    default:
      return <p class="hint">{say("home_ran_out")}</p>;
  }
}

/** How long an attempt under way is left alone before it is asked about, in milliseconds. */
const ASK_MS = 2_000;

/** How often it is asked about: providers that take longer are looked at on the next visit. */
const QUESTIONS = 15;
