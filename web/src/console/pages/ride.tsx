// The evidence behind one ride, and correcting it.

import { useState } from "preact/hooks";

import { time } from "../../language.ts";
import { type EvidenceView, type RideView, call } from "../api.ts";
import { useShared } from "../context.ts";
import { Loaded, useAction, useLoad } from "../load.tsx";
import { Badge, Choice, Dialog, Field, Table } from "../pieces.tsx";
import { findWord } from "../words.ts";
import "../live.css";
import { Reason, placeName } from "./devices.tsx";

export function RideEvidence({ rider, ride, changed }: { rider: string; ride: RideView; changed(): void }) {
  const { say, language } = useShared();
  const [tap, setTap] = useState<string>();
  const [isDone, setDone] = useState(false);
  const found = useLoad(() => call("GET /v1/journeys/{journey}/evidence", { params: { journey: ride.journey } }), [
    ride.journey,
    ride.state,
    language,
  ]);
  const done = () => {
    setDone(true);
    found.again();
    changed();
  };
  return (
    <div class="evidence">
      {isDone && (
        <p class="told" role="status">
          {say("ride_corrected")}
        </p>
      )}
      <Loaded of={found}>
        {(evidence) => (
          <>
            <Silence evidence={evidence} lacks={lacksTap(ride)} />
            <h3>{say("ride_entries")}</h3>
            <Entries evidence={evidence} />
            {evidence.repairs.length > 0 && <Said evidence={evidence} />}
            {ride.fare && (
              <>
                <h3>{say("ride_explained")}</h3>
                <ol class="steps">
                  {ride.fare.explanation.map((step) => (
                    <li key={step}>{step}</li>
                  ))}
                </ol>
              </>
            )}
            {evidence.entries[0] && (
              <div class="buttons">
                <button type="button" onClick={() => setTap(evidence.entries[0]?.tap)}>
                  {say("ride_correct")}
                </button>
              </div>
            )}
          </>
        )}
      </Loaded>
      {tap && <Correct rider={rider} tap={tap} ride={ride} done={done} close={() => setTap(undefined)} />}
    </div>
  );
}

/** What is not known yet, since when, and who can say it; or that nothing more can come. */
function Silence({ evidence, lacks }: { evidence: EvidenceView; lacks: boolean }) {
  const { say, language } = useShared();
  if (evidence.unknown_since) {
    return (
      <div class="notice">
        <p>{say("ride_unknown_since", { time: time(language, evidence.unknown_since) })}</p>
        <ul>
          {evidence.waiting_for.map(({ validator, place, complete_to }) => (
            <li key={validator}>
              {placeName(say, place) ?? say("trail_validator", { n: validator })} <span class="mono">{validator}</span>{" "}
              ({complete_to ? time(language, complete_to) : say("device_never")})
            </li>
          ))}
        </ul>
      </div>
    );
  }
  return lacks ? <p class="told">{say("ride_fact")}</p> : null;
}

function Entries({ evidence }: { evidence: EvidenceView }) {
  const { say, language } = useShared();
  return (
    <Table
      name={say("ride_entries")}
      rows={evidence.entries}
      rowKey={({ tap }) => tap}
      columns={[
        { head: say("ride_time"), cell: ({ time: when }) => time(language, when) },
        {
          head: say("device_place"),
          cell: ({ place, validator, sequence }) => (
            <>
              {placeName(say, place)} <span class="mono">{`${validator}/${sequence}`}</span>
            </>
          ),
        },
        {
          head: say("ride_decision"),
          cell: ({ outcome, disagreement }) => {
            const word = outcome && findWord(`outcome_${outcome}`);
            return (
              <>
                {word ? say(word) : outcome}{" "}
                {disagreement && <Badge tone="bad">{say("ride_disagrees", { why: disagreement })}</Badge>}
              </>
            );
          },
        },
        {
          head: say("device_clock"),
          cell: ({ clock }) => {
            const word = findWord(`clock_${clock}`);
            return word ? say(word) : clock;
          },
        },
        { head: say("ride_code_hash"), cell: ({ code_sha256 }) => <span class="mono">{code_sha256?.slice(0, 16)}</span> },
      ]}
    />
  );
}

function Said({ evidence }: { evidence: EvidenceView }) {
  const { say, language } = useShared();
  return (
    <>
      <h3>{say("ride_said")}</h3>
      <ul class="lines">
        {evidence.repairs.map(({ tap, mend, made, author, evidence, note }) => {
          const [what, rests] = [findWord(`mend_${mend}`), findWord(`evidence_${evidence}`)];
          return (
            <li key={`${tap}/${made}`}>
              <div>
                <strong>{what ? say(what) : mend}</strong> · {author ?? say("ride_by_rider")} · {time(language, made)}
                <p class="hint">
                  {rests && say(rests)} {note && `“${note}”`}
                </p>
              </div>
            </li>
          );
        })}
      </ul>
    </>
  );
}

type Mend = "in" | "out" | "unridden" | "excused";
type Rests = "word" | "gate" | "timetable" | "other_taps";

function Correct({
  rider,
  tap,
  ride,
  done,
  close,
}: {
  rider: string;
  tap: string;
  ride: RideView;
  done(): void;
  close(): void;
}) {
  const { say, language } = useShared();
  const action = useAction();
  const plan = useLoad(() => call("GET /v1/plan"), [language]);
  const first = ride.taps[0];
  const isOut = first?.kind === "out";
  const [mend, setMend] = useState<Mend>(lacksTap(ride) ? (isOut ? "in" : "out") : "unridden");
  const [rests, setRests] = useState<Rests>("word");
  const [stop, setStop] = useState("");
  const [when, setWhen] = useState(() => local(ride.began));
  const [reason, setReason] = useState("");
  const isSupplied = mend === "in" || mend === "out";
  const stops = served(plan.value, first?.operator);
  const supplied = isSupplied ? { stop: stop || stops[0]?.stop || "", time: new Date(when).toISOString() } : {};
  const act = () =>
    action.run(async (key) => {
      const body = { rider, mend, evidence: rests, note: reason, ...supplied };
      await call("POST /v1/taps/{tap}/repairs", { key, params: { tap }, body });
      done();
    });
  const named = <T extends string>(values: readonly T[], kind: string) =>
    values.map((value) => {
      const word = findWord(`${kind}_${value}`);
      return { value, name: word ? say(word) : value };
    });
  return (
    <Dialog title={say("ride_correct_title")} action={action} confirm={say("ride_correct")} act={act} close={close}>
      <Choice label={say("mend")} value={mend} of={named(MENDS, "mend")} choose={setMend} />
      {isSupplied && (
        <div class="pair">
          <Choice
            label={say("device_stop")}
            value={stop || (stops[0]?.stop ?? "")}
            of={stops.map(({ stop, name }) => ({ value: stop, name }))}
            choose={setStop}
          />
          <Field label={say("mend_when")}>
            {(props) => (
              <input
                {...props}
                type="datetime-local"
                required
                value={when}
                onInput={(event) => setWhen(event.currentTarget.value)}
              />
            )}
          </Field>
        </div>
      )}
      <Choice label={say("evidence")} value={rests} of={named(RESTS, "evidence")} choose={setRests} />
      <Reason reason={reason} change={setReason} />
    </Dialog>
  );
}

const MENDS = ["in", "out", "unridden", "excused"] as const;
const RESTS = ["word", "gate", "timetable", "other_taps"] as const;

/** The stops that an operator's lines serve, by name. */
function served(plan: Awaited<ReturnType<typeof loadPlan>> | undefined, operator: number | undefined) {
  const lines = plan?.lines.filter((line) => line.operator === operator) ?? [];
  const places = new Set(lines.flatMap(({ sections }) => sections.flat()));
  const stops = [...places].flatMap((place) => plan?.stops[place] ?? []);
  return stops.sort((a, b) => a.name.localeCompare(b.name));
}

const loadPlan = () => call("GET /v1/plan");

/** Whether a way in or out is missing. */
function lacksTap({ fare }: RideView): boolean {
  return !fare || ["open", "entry_only", "exit_only"].includes(fare.ending);
}

/** A time as a field for date and time writes it, in the browser's own zone. */
function local(when: string): string {
  const date = new Date(when);
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
