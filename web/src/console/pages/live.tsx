// What happens now: taps, refusals, fares by line and hour, charges.

import { useEffect, useRef, useState } from "preact/hooks";

import { money, time } from "../../language.ts";
import { type LiveLineView, type LiveView, call } from "../api.ts";
import { useShared } from "../context.ts";
import { Loaded, useLoad } from "../load.tsx";
import { Card, Choice, Empty, Figure, Figures, Page, Table } from "../pieces.tsx";
import { findWord } from "../words.ts";
import "../live.css";

export function LivePage() {
  const { say, language, me } = useShared();
  const [hours, setHours] = useState(24);
  const seesReaders = me.opens.includes("operator");
  const picture = useLoad(async () => {
    const [live, readers] = await Promise.all([
      call("GET /v1/live", { params: { hours } }),
      seesReaders ? call("GET /v1/validators") : [],
    ]);
    const atWork = readers.filter(({ retired }) => !retired);
    const behind = atWork.filter(({ behind_s }) => behind_s == null || behind_s > BEHIND_S);
    return { live, readers: seesReaders ? { all: atWork.length, behind: behind.length } : undefined };
  }, [hours]);
  useEffect(() => {
    const timer = setInterval(() => {
      if (!document.hidden) {
        picture.again();
      }
    }, RENEW_MS);
    return () => clearInterval(timer);
  }, []);
  const aside = (
    <Choice
      label={say("live_hours")}
      value={hours}
      of={STRETCHES.map((value) => ({ value, name: say("live_n_hours", { n: value }) }))}
      choose={setHours}
    />
  );
  return (
    <Page title={say("live")} lead={say("live_lead", { n: hours })} aside={aside}>
      <Loaded of={picture}>
        {({ live, readers }) => (
          <>
            <Numbers live={live} readers={readers} />
            <div class="cards">
              <Card title={say("live_over_time")}>
                <OverTime live={live} />
              </Card>
              <Card title={say("live_reasons")}>
                <Reasons live={live} />
              </Card>
            </div>
            <Card title={say("live_heat")}>
              <Heat live={live} hours={hours} />
            </Card>
            {live.charges && (
              <Card title={say("live_charges")}>
                <Charges charges={live.charges} />
              </Card>
            )}
            <p class="hint">{say("live_as_of", { time: time(language, live.now) })}</p>
          </>
        )}
      </Loaded>
    </Page>
  );
}

function Numbers({ live, readers }: { live: LiveView; readers: { all: number; behind: number } | undefined }) {
  const { say } = useShared();
  const admitted = sum(live.slots.map(({ admitted }) => admitted));
  const refused = sum(live.slots.map(({ refused }) => refused));
  const anHourAgo = Date.parse(live.now) - 3_600_000;
  const lately = live.slots.filter(({ at }) => Date.parse(at) >= anHourAgo);
  const share = admitted + refused > 0 ? ((100 * refused) / (admitted + refused)).toFixed(1) : "0";
  return (
    <Figures>
      <Figure
        name={say("live_taps")}
        value={String(admitted)}
        note={say("live_last_hour", { n: sum(lately.map(({ admitted }) => admitted)) })}
        tone="good"
      />
      <Figure
        name={say("live_refused")}
        value={String(refused)}
        note={say("live_refused_share", { n: share })}
        tone={Number(share) > 5 ? "wait" : "calm"}
      />
      <Figure name={say("live_fares")} value={faresOf(live.lines)} note={say("live_fares_note")} tone="good" />
      {live.advances && (
        <Figure
          name={say("live_advances")}
          value={money(live.advances.outstanding)}
          note={say("live_recovered", { amount: money(live.advances.recovered) })}
          tone={live.advances.outstanding.minor > 0 ? "wait" : "calm"}
        />
      )}
      {readers && (
        <Figure
          name={say("live_readers")}
          value={String(readers.all)}
          note={say("live_behind", { n: readers.behind })}
          tone={readers.behind > 0 ? "bad" : "good"}
        />
      )}
    </Figures>
  );
}

/** Columns of admitted taps with the refused ones above them. */
function OverTime({ live }: { live: LiveView }) {
  const { say, language } = useShared();
  const [first, last] = [Date.parse(live.since), Date.parse(live.now)];
  const columns = Math.min(96, Math.ceil((last - first) / SLOT_MS));
  const width = (last - first) / columns;
  const heights = Array.from({ length: columns }, () => ({ admitted: 0, refused: 0 }));
  for (const { at, admitted, refused } of live.slots) {
    const place = Math.min(columns - 1, Math.max(0, Math.floor((Date.parse(at) - first) / width)));
    const column = heights[place];
    if (column) {
      column.admitted += admitted;
      column.refused += refused;
    }
  }
  const most = Math.max(1, ...heights.map(({ admitted, refused }) => admitted + refused));
  const label = `${say("live_taps")} ${sum(heights.map((one) => one.admitted))}, ${say("live_refused")} ${sum(
    heights.map((one) => one.refused),
  )}`;
  return (
    <figure class="chart">
      <svg viewBox={`0 0 ${columns * 4} 100`} preserveAspectRatio="none" role="img" aria-label={label}>
        {heights.map(({ admitted, refused }, place) => {
          const [good, bad] = [(96 * admitted) / most, (96 * refused) / most];
          return (
            <g key={place}>
              {good > 0 && <rect class="admitted" x={place * 4} y={100 - good} width="3" height={good} />}
              {bad > 0 && <rect class="refused" x={place * 4} y={100 - good - bad} width="3" height={bad} />}
            </g>
          );
        })}
      </svg>
      <figcaption>
        <span>{time(language, first)}</span>
        <span class="key admitted">{say("live_taps")}</span>
        <span class="key refused">{say("live_refused")}</span>
        <span>{time(language, last)}</span>
      </figcaption>
    </figure>
  );
}

function Reasons({ live }: { live: LiveView }) {
  const { say } = useShared();
  const most = Math.max(1, ...live.refusals.map(({ count }) => count));
  if (live.refusals.length === 0) {
    return <p class="hint">{say("live_no_refusals")}</p>;
  }
  return (
    <ul class="bars">
      {live.refusals.map(({ outcome, count }) => {
        const word = findWord(`outcome_${outcome}`);
        return (
          <li key={outcome}>
            <span>{word ? say(word) : outcome}</span>
            <strong>{count}</strong>
            <meter min={0} max={most} value={count} aria-hidden="true" />
          </li>
        );
      })}
    </ul>
  );
}

/** A grid of lines and hours; darker is more, and every cell says its number. */
function Heat({ live, hours }: { live: LiveView; hours: number }) {
  const { say, language } = useShared();
  const grid = useRef<HTMLDivElement>(null);
  // The newest hours stand at the end, and are what one looks for.
  useEffect(() => grid.current?.scrollTo({ left: grid.current.scrollWidth }), [hours]);
  if (live.lines.length === 0) {
    return <Empty>{say("live_no_rides")}</Empty>;
  }
  const last = Math.floor(Date.parse(live.now) / HOUR_MS);
  const shown = Math.min(hours + 1, 24);
  const columns = Array.from({ length: shown }, (_, place) => last - shown + 1 + place);
  const rows = [...live.lines].sort((a, b) => total(b) - total(a)).slice(0, LINES_SHOWN);
  const at = (line: LiveLineView, hour: number) => line.hours.find(({ at }) => Date.parse(at) === hour * HOUR_MS);
  const cells = rows.flatMap((line) => line.hours.map(({ fares }) => fares.minor));
  const most = Math.max(1, ...cells);
  const label = (hour: number) =>
    new Intl.DateTimeFormat(language, { hour: "2-digit", hourCycle: "h23" }).format(new Date(hour * HOUR_MS));
  return (
    <div class="scroll" ref={grid} tabIndex={0} role="region" aria-label={say("live_heat")}>
      <table class="heat">
        <thead>
          <tr>
            <th scope="col">{say("transit_line")}</th>
            {columns.map((hour) => (
              <th key={hour} scope="col">
                {label(hour)}
              </th>
            ))}
            <th scope="col" class="number">
              {say("sum")}
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((line) => (
            <tr key={`${line.operator}/${line.line}`}>
              <th scope="row">
                {line.line_name ?? line.line ?? say("live_whole_network")}
                <small>{line.operator_name}</small>
              </th>
              {columns.map((hour) => {
                const found = at(line, hour);
                const level = found ? Math.ceil((5 * Math.max(0, found.fares.minor)) / most) : 0;
                return (
                  <td key={hour} class={`heat-${level}`}>
                    {found && found.fares.minor !== 0 ? Math.round(found.fares.minor / 100) : found?.taps ? "·" : ""}
                  </td>
                );
              })}
              <td class="number">{money({ minor: total(line), currency: line.hours[0]?.fares.currency ?? "CNY" })}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Charges({ charges }: { charges: NonNullable<LiveView["charges"]> }) {
  const { say } = useShared();
  if (charges.length === 0) {
    return <p class="hint">{say("live_charges_none")}</p>;
  }
  return (
    <Table
      name={say("live_charges")}
      rows={charges}
      rowKey={({ state }) => state}
      columns={[
        {
          head: say("state"),
          cell: ({ state }) => {
            const word = findWord(`charge_${state}`);
            return word ? say(word) : state;
          },
        },
        { head: say("live_count"), cell: ({ count }) => count, number: true },
        { head: say("amount"), cell: ({ amount }) => money(amount), number: true },
      ]}
    />
  );
}

function faresOf(lines: LiveLineView[]): string {
  const currency = lines[0]?.hours[0]?.fares.currency ?? "CNY";
  return money({ minor: sum(lines.map(total)), currency });
}

function total(line: LiveLineView): number {
  return sum(line.hours.map(({ fares }) => fares.minor));
}

function sum(numbers: number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0);
}

/** A validator that is further behind is worth looking at, in seconds. */
export const BEHIND_S = 300;

const STRETCHES = [1, 6, 24, 72, 168];
const LINES_SHOWN = 30;
const RENEW_MS = 10_000;
const SLOT_MS = 300_000;
const HOUR_MS = 3_600_000;
