// Validators: a map of the lines, a list beside it, giving out codes, moving and retiring.

import { useEffect, useState } from "preact/hooks";

import { time } from "../../language.ts";
import { type PlaceView, type ReaderView, call } from "../api.ts";
import { useShared } from "../context.ts";
import { Loaded, useAction, useLoad } from "../load.tsx";
import { LineMap } from "../map.tsx";
import { Badge, Card, Choice, Dialog, Empty, Field, Page, Table, type Tone } from "../pieces.tsx";
import { type Say, findWord } from "../words.ts";
import { BEHIND_S } from "./live.tsx";

/** How a validator is, by how far behind it is. */
export type Freshness = "fresh" | "late" | "silent" | "retired";

export function freshness({ retired, behind_s }: ReaderView): Freshness {
  if (retired) {
    return "retired";
  }
  if (behind_s == null || behind_s > SILENT_S) {
    return "silent";
  }
  return behind_s > BEHIND_S ? "late" : "fresh";
}

export function DevicesPage() {
  const { say, language } = useShared();
  const [withRetired, setWithRetired] = useState(false);
  const [chosen, setChosen] = useState<string>();
  const [isNew, setNew] = useState(false);
  const readers = useLoad(() => call("GET /v1/validators"), [language]);
  const plan = useLoad(() => call("GET /v1/plan"), [language]);
  useEffect(() => {
    const timer = setInterval(() => document.hidden || readers.again(), RENEW_MS);
    return () => clearInterval(timer);
  }, []);
  const aside = (
    <button type="button" onClick={() => setNew(true)}>
      {say("device_new")}
    </button>
  );
  return (
    <Page title={say("devices")} lead={say("devices_lead")} aside={aside}>
      <Loaded of={readers}>
        {(all) => {
          const shown = all.filter(({ retired }) => withRetired || !retired);
          const open = all.find(({ validator }) => validator === chosen);
          return (
            <div class="beside">
              <div>
                {plan.value && <LineMap plan={plan.value} readers={shown} chosen={chosen} choose={setChosen} />}
                <Legend />
              </div>
              <div>
                {open && (
                  <Reader key={open.validator} reader={open} changed={readers.again} close={() => setChosen(undefined)} />
                )}
                <label class="tick">
                  <input
                    type="checkbox"
                    checked={withRetired}
                    onChange={(event) => setWithRetired(event.currentTarget.checked)}
                  />
                  {say("device_show_retired")}
                </label>
                {shown.length === 0 ? (
                  <Empty>{say("devices_none")}</Empty>
                ) : (
                  <List readers={shown} choose={setChosen} />
                )}
              </div>
            </div>
          );
        }}
      </Loaded>
      {isNew && <NewCode close={() => setNew(false)} done={readers.again} />}
    </Page>
  );
}

const TONES: Record<Freshness, Tone> = { fresh: "good", late: "wait", silent: "bad", retired: "calm" };

function State({ reader }: { reader: ReaderView }) {
  const { say } = useShared();
  const state = freshness(reader);
  return (
    <>
      <Badge tone={TONES[state]}>{say(`device_${state}`)}</Badge>{" "}
      {reader.misplaced && <Badge tone="wait">{say("device_misplaced")}</Badge>}
    </>
  );
}

function Legend() {
  const { say } = useShared();
  return (
    <ul class="legend">
      {(["fresh", "late", "silent"] as const).map((state) => (
        <li key={state}>
          <svg viewBox="-10 -10 20 20" aria-hidden="true">
            <Mark state={state} size={7} />
          </svg>
          {say(`device_${state}`)}
        </li>
      ))}
    </ul>
  );
}

/** A circle, a triangle, a square on its corner: told apart without color. */
export function Mark({ state, size }: { state: Freshness; size: number }) {
  const by = (factor: number) => (size * factor).toFixed(1);
  switch (state) {
    case "fresh":
      return <circle class="mark fresh" r={size} />;
    case "late":
      return <path class="mark late" d={`M0 ${by(-1.2)} L${by(1.15)} ${by(0.9)} L${by(-1.15)} ${by(0.9)} Z`} />;
    case "silent":
      return <path class="mark silent" d={`M0 ${by(-1.3)} L${by(1.3)} 0 L0 ${by(1.3)} L${by(-1.3)} 0 Z`} />;
    case "retired":
      return <path class="mark retired" d={`M${by(-1)} ${by(-1)} L${by(1)} ${by(1)} M${by(1)} ${by(-1)} L${by(-1)} ${by(1)}`} />;
  }
}

function List({ readers, choose }: { readers: ReaderView[]; choose(validator: string): void }) {
  const { say } = useShared();
  const order: Freshness[] = ["silent", "late", "fresh", "retired"];
  const rank = (reader: ReaderView) => order.indexOf(freshness(reader));
  const rows = [...readers].sort((a, b) => rank(a) - rank(b) || (b.behind_s ?? 0) - (a.behind_s ?? 0));
  return (
    <Table
      name={say("devices")}
      rows={rows}
      rowKey={({ validator }) => validator}
      columns={[
        {
          head: say("device_number"),
          cell: ({ validator }) => (
            <button
              type="button"
              class="quiet small mono"
              aria-label={say("device_open", { n: validator })}
              onClick={() => choose(validator)}
            >
              {validator}
            </button>
          ),
        },
        { head: say("device_place"), cell: ({ place, operator_name }) => placeName(say, place) ?? operator_name },
        { head: say("state"), cell: (reader) => <State reader={reader} /> },
        {
          head: say("device_complete"),
          cell: ({ behind_s, waiting }) => (
            <>
              {ago(say, behind_s)}
              {waiting > 0 && <span class="hint"> · {say("device_n_waiting", { n: waiting })}</span>}
            </>
          ),
        },
      ]}
    />
  );
}

/** Everything about one validator, and what can be done about it. */
function Reader({ reader, changed, close }: { reader: ReaderView; changed(): void; close(): void }) {
  const { say, language } = useShared();
  const [asks, setAsks] = useState<"move" | "retire">();
  const { vitals } = reader;
  const clock = vitals && findWord(`clock_${vitals.clock}`);
  const ms = (us: number) => `${(us / 1000).toFixed(1)} ms`;
  const rows: [string, string | undefined | null][] = [
    [say("operator"), reader.operator_name],
    [say("device_place"), placeName(say, reader.place) ?? say("device_no_place")],
    [say("device_assigned"), placeName(say, reader.assigned)],
    [say("device_complete"), reader.complete_to ? time(language, reader.complete_to) : say("device_never")],
    [say("device_waiting"), String(reader.waiting)],
    [say("device_heard"), vitals ? time(language, vitals.heard) : say("device_never")],
    [say("device_clock"), clock ? say(clock) : vitals?.clock],
    [say("device_bundle"), vitals && String(vitals.bundle_version)],
    [say("device_disk"), vitals?.free_bytes == null ? undefined : `${(vitals.free_bytes / 2 ** 30).toFixed(1)} GiB`],
    [say("device_software"), vitals?.software],
    [say("device_waits"), vitals && vitals.scans > 0 ? `${ms(vitals.shown_p50_us)} / ${ms(vitals.shown_p99_us)}` : undefined],
    [say("device_ailments"), vitals && vitals.ailments.length > 0 ? vitals.ailments.join(", ") : undefined],
    [say("device_registered"), time(language, reader.registered)],
    [say("device_retired"), reader.retired && time(language, reader.retired)],
  ];
  return (
    <Card>
      <div class="card-head">
        <h2>
          {say("trail_validator", { n: reader.validator })} <State reader={reader} />
        </h2>
        <button type="button" class="quiet small" onClick={close}>
          {say("close")}
        </button>
      </div>
      <dl class="facts">
        {rows.map(([name, value]) =>
          value ? (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ) : null,
        )}
      </dl>
      {!reader.retired && (
        <div class="buttons">
          <button type="button" class="quiet" onClick={() => setAsks("move")}>
            {say("device_move")}
          </button>
          <button type="button" class="danger" onClick={() => setAsks("retire")}>
            {say("device_retire")}
          </button>
        </div>
      )}
      {asks === "move" && <Move reader={reader} done={changed} close={() => setAsks(undefined)} />}
      {asks === "retire" && <Retire reader={reader} done={changed} close={() => setAsks(undefined)} />}
    </Card>
  );
}

interface Asking {
  reader: ReaderView;
  done(): void;
  close(): void;
}

function Move({ reader, done, close }: Asking) {
  const { say, language } = useShared();
  const action = useAction();
  const plan = useLoad(() => call("GET /v1/plan"), [language]);
  const from = reader.assigned ?? reader.place;
  const [line, setLine] = useState(from?.line ?? "");
  const [stop, setStop] = useState(from?.stop ?? "");
  const [vehicle, setVehicle] = useState(from?.vehicle ?? "");
  const [reason, setReason] = useState("");
  const lines = plan.value?.lines.filter(({ operator }) => operator === reader.operator) ?? [];
  const served = lines.filter((one) => line === "" || one.line === line);
  const places = new Set(served.flatMap(({ sections }) => sections.flat()));
  const stops = [...places].flatMap((place) => plan.value?.stops[place] ?? []);
  const none = { value: "", name: say("device_any") };
  const act = () =>
    action.run(async () => {
      const body = { line: line || null, stop: stop || null, vehicle: vehicle.trim() || null, reason };
      await call("POST /v1/validators/{validator}/move", { params: { validator: reader.validator }, body });
      done();
    });
  return (
    <Dialog
      title={say("device_move_title", { n: reader.validator })}
      action={action}
      confirm={say("device_move")}
      act={act}
      close={close}
    >
      <p class="hint">{say("device_move_hint")}</p>
      <Choice
        label={say("transit_line")}
        value={line}
        of={[none, ...lines.map(({ line, name }) => ({ value: line, name }))]}
        choose={setLine}
      />
      <Choice
        label={say("device_stop")}
        value={stop}
        of={[none, ...stops.map(({ stop, name }) => ({ value: stop, name }))]}
        choose={setStop}
      />
      <Field label={say("device_vehicle")}>
        {(props) => (
          <input {...props} value={vehicle} onInput={(event) => setVehicle(event.currentTarget.value)} />
        )}
      </Field>
      <Reason reason={reason} change={setReason} />
    </Dialog>
  );
}

function Retire({ reader, done, close }: Asking) {
  const { say } = useShared();
  const action = useAction();
  const [reason, setReason] = useState("");
  const act = () =>
    action.run(async () => {
      const params = { validator: reader.validator };
      await call("POST /v1/validators/{validator}/retirement", { params, body: { reason } });
      done();
    });
  return (
    <Dialog
      title={say("device_retire_title", { n: reader.validator })}
      action={action}
      confirm={say("device_retire")}
      danger
      act={act}
      close={close}
    >
      <p>{say("device_retire_hint")}</p>
      <Reason reason={reason} change={setReason} />
    </Dialog>
  );
}

/** Why something is done, for the trail. */
export function Reason({ reason, change }: { reason: string; change(reason: string): void }) {
  const { say } = useShared();
  return (
    <Field label={say("reason")} hint={say("reason_hint")}>
      {(props) => (
        <input
          {...props}
          value={reason}
          required
          minLength={3}
          maxLength={500}
          onInput={(event) => change(event.currentTarget.value)}
        />
      )}
    </Field>
  );
}

function NewCode({ done, close }: { done(): void; close(): void }) {
  const { say, operators, me } = useShared();
  const action = useAction();
  const [operator, setOperator] = useState(me.operator ?? operators[0]?.operator ?? 1);
  const [made, setMade] = useState<string>();
  const act = async () => {
    if (made) {
      return true;
    }
    await action.run(async () => {
      const { one_time_code } = await call("POST /v1/validators/codes", { body: { operator } });
      setMade(one_time_code);
      done();
    });
    // The code stays to be read.
    return false;
  };
  return (
    <Dialog
      title={say("device_new")}
      action={action}
      confirm={made ? say("close") : say("device_new")}
      act={act}
      close={close}
    >
      {made ? (
        <div role="status">
          <p>{say("device_code_told")}</p>
          <p class="mono told" id="one-time-code">
            {made}
          </p>
          <p>{say("device_code_how")}</p>
          <p class="mono">
            ridecode validator --server {location.origin} --register {made}
          </p>
        </div>
      ) : (
        <Choice
          label={say("operator")}
          value={operator}
          of={operators.map(({ operator, name }) => ({ value: operator, name }))}
          choose={setOperator}
        />
      )}
    </Dialog>
  );
}

/** A place in words: stop, line, vehicle, as far as it has them. */
export function placeName(say: Say, place: PlaceView | null | undefined): string | undefined {
  if (!place) {
    return undefined;
  }
  const parts = [place.stop_name ?? place.stop, place.line_name ?? place.line, place.vehicle];
  return parts.filter(Boolean).join(" · ") || say("device_no_place");
}

function ago(say: Say, seconds: number | null | undefined): string {
  if (seconds == null) {
    return say("device_never");
  }
  if (seconds < 90) {
    return say("device_just_now");
  }
  if (seconds < 5_400) {
    return say("device_ago_min", { n: Math.round(seconds / 60) });
  }
  const hours = Math.round(seconds / 3_600);
  return hours < 48 ? say("device_ago_h", { n: hours }) : say("device_ago_d", { n: Math.round(hours / 24) });
}

/** A validator that is further behind is silent, in seconds. */
const SILENT_S = 3_600;
const RENEW_MS = 10_000;
