// Money given to riders: asked for by one, decided by another, posted, taken back.

import { useState } from "preact/hooks";

import { money, time } from "../../language.ts";
import { type AdjustmentView, type FaultAsked, type FaultPreviewView, call } from "../api.ts";
import { useShared } from "../context.ts";
import { Loaded, useAction, useLoad } from "../load.tsx";
import { Badge, Choice, Dialog, Empty, Page, ReasonField, Table, TextField, type Tone } from "../pieces.tsx";
import type { Word } from "../words.ts";

const TONES: Record<string, Tone> = { waiting: "wait", approved: "good", refused: "bad" };

export function AdjustmentsPage() {
  const { say, me } = useShared();
  const adjustments = useLoad(() => call("GET /v1/adjustments"));
  const [asks, setAsks] = useState<"ride" | "batch">();
  const close = () => setAsks(undefined);
  return (
    <Page
      title={say("adjustments")}
      lead={say("adjustments_lead")}
      aside={
        me.opens.includes("agent") && (
          <>
            <button type="button" class="quiet" onClick={() => setAsks("batch")}>
              {say("ask_batch")}
            </button>
            <button type="button" onClick={() => setAsks("ride")}>
              {say("ask_goodwill")}
            </button>
          </>
        )
      }
    >
      <Loaded of={adjustments}>
        {(rows) => {
          const waiting = rows.filter(({ state }) => state === "waiting");
          return rows.length === 0 ? (
            <Empty>{say("adjustments_none")}</Empty>
          ) : (
            <>
              {waiting.length > 0 && (
                <>
                  <h2>{say("waiting_for_you")}</h2>
                  {waiting.map((one) => (
                    <Waiting key={one.adjustment} one={one} changed={adjustments.again} />
                  ))}
                </>
              )}
              <h2>{say("all_adjustments")}</h2>
              <History rows={rows} changed={adjustments.again} />
            </>
          );
        }}
      </Loaded>
      {asks === "ride" && <AskForRide asked={adjustments.again} close={close} />}
      {asks === "batch" && <AskForMany asked={adjustments.again} close={close} />}
    </Page>
  );
}

/** What waits for another person, with the rides it is about. */
function Waiting({ one, changed }: { one: AdjustmentView; changed(): void }) {
  const { say, language, me } = useShared();
  const action = useAction();
  const [decides, setDecides] = useState<boolean>();
  const what = say(`adjustment_${one.kind}` as Word);
  const title = say("decide_of", { what, sum: money(one.sum), name: one.asked_by });
  const act = async () => {
    const asked = { params: { adjustment: one.adjustment }, body: { approve: decides === true } };
    const done = await action.run((key) => call("POST /v1/adjustments/{adjustment}/decision", { ...asked, key }));
    if (done) {
      changed();
    }
    return done;
  };
  return (
    <article class="card" aria-label={title}>
      <div class="card-head">
        <h3>{what}</h3>
        <Badge tone="wait">{say("adjustment_waiting")}</Badge>
        <strong class="sum">{money(one.sum)}</strong>
      </div>
      <p>{one.why}</p>
      <p class="hint">
        {say("asked_by", { name: one.asked_by, time: time(language, one.asked) })} · {say("rides_posted")}: {one.rides}
      </p>
      <p class="hint mono">
        {one.lines.slice(0, 6).map(({ journey, amount }) => `${journey} ${money(amount)}`).join(", ")}
        {one.lines.length > 6 && " …"}
      </p>
      {me.opens.includes("accountant") && (
        <div class="buttons">
          <button type="button" class="quiet" onClick={() => setDecides(false)}>
            {say("refuse")}
          </button>
          <button type="button" onClick={() => setDecides(true)}>
            {say("approve")}
          </button>
        </div>
      )}
      {decides !== undefined && (
        <Dialog
          title={title}
          action={action}
          confirm={decides ? say("approve") : say("refuse")}
          danger={!decides}
          act={act}
          close={() => setDecides(undefined)}
        >
          <p>{one.why}</p>
        </Dialog>
      )}
    </article>
  );
}

function History({ rows, changed }: { rows: AdjustmentView[]; changed(): void }) {
  const { say, language, me } = useShared();
  const [reversing, setReversing] = useState<AdjustmentView>();
  const posted = (one: AdjustmentView) => (
    <>
      {say("posted_n", { n: one.rides, m: one.posted })}
      {one.refused > 0 && <div class="hint">{say("refused_n", { n: one.refused })}</div>}
    </>
  );
  return (
    <>
      <Table
        name={say("adjustments")}
        rows={rows}
        rowKey={({ adjustment }) => adjustment}
        columns={[
          { head: say("kind"), cell: (one) => say(`adjustment_${one.kind}` as Word) },
          { head: say("amount"), number: true, cell: (one) => <strong>{money(one.sum)}</strong> },
          { head: say("rides_posted"), number: true, cell: posted },
          { head: say("why"), cell: (one) => one.why },
          {
            head: say("asked"),
            cell: (one) => say("asked_by", { name: one.asked_by, time: time(language, one.asked) }),
          },
          {
            head: say("state"),
            cell: (one) => <Badge tone={TONES[one.state] ?? "calm"}>{say(`adjustment_${one.state}` as Word)}</Badge>,
          },
          {
            head: say("decided"),
            cell: (one) =>
              one.decided_by && say("asked_by", { name: one.decided_by, time: time(language, one.decided ?? "") }),
          },
          {
            head: say("action"),
            cell: (one) =>
              one.kind === "goodwill" && one.posted > 0 && me.opens.includes("agent") ? (
                <button type="button" class="quiet small" onClick={() => setReversing(one)}>
                  {say("reverse")}
                </button>
              ) : null,
          },
        ]}
      />
      {reversing && <Reverse one={reversing} asked={changed} close={() => setReversing(undefined)} />}
    </>
  );
}

interface Asking {
  asked(): void;
  close(): void;
}

function Reverse({ one, asked, close }: Asking & { one: AdjustmentView }) {
  const { say } = useShared();
  const action = useAction();
  const [why, setWhy] = useState("");
  const act = async () => {
    const params = { adjustment: one.adjustment };
    const done = await action.run((key) =>
      call("POST /v1/adjustments/{adjustment}/reversal", { params, body: { why }, key }),
    );
    if (done) {
      asked();
    }
    return done;
  };
  return (
    <Dialog title={`${say("reverse")} ${money(one.sum)}`} action={action} confirm={say("reverse")} danger act={act} close={close}>
      <p>{say("reverse_why")}</p>
      <ReasonField label={say("why")} hint={say("why_hint")} value={why} set={setWhy} />
    </Dialog>
  );
}

function AskForRide({ asked, close }: Asking) {
  const { say } = useShared();
  const action = useAction();
  const [journey, setJourney] = useState("");
  const [yuan, setYuan] = useState("");
  const [why, setWhy] = useState("");
  const [bad, setBad] = useState<string>();
  const act = async () => {
    const minor = fen(yuan);
    setBad(minor === undefined ? say("yuan_bad") : undefined);
    if (minor === undefined) {
      return false;
    }
    const body = { journey: journey.trim(), amount_minor: minor, why };
    const done = await action.run((key) => call("POST /v1/adjustments", { body, key }));
    if (done) {
      asked();
    }
    return done;
  };
  return (
    <Dialog title={say("ask_goodwill")} action={action} confirm={say("ask")} act={act} close={close}>
      <TextField label={say("journey")} hint={say("journey_hint")} required value={journey} set={setJourney} />
      <TextField label={say("yuan")} fault={bad} inputMode="decimal" value={yuan} set={setYuan} />
      <ReasonField label={say("why")} hint={say("why_hint")} value={why} set={setWhy} />
    </Dialog>
  );
}

/** A fault over many rides: first what it comes to, then asking for it. */
function AskForMany({ asked, close }: Asking) {
  const { say, operators } = useShared();
  const action = useAction();
  const [operator, setOperator] = useState(0);
  const [validator, setValidator] = useState("");
  const [line, setLine] = useState("");
  const [from, setFrom] = useState("");
  const [until, setUntil] = useState("");
  const [yuan, setYuan] = useState("");
  const [why, setWhy] = useState("");
  const [bad, setBad] = useState<string>();
  const [seen, setSeen] = useState<{ asked: string; told: FaultPreviewView }>();
  const minor = fen(yuan);
  const body: FaultAsked = {
    from: moment(from),
    until: moment(until),
    why,
    ...(operator ? { operator } : {}),
    ...(validator.trim() ? { validator: validator.trim() } : {}),
    ...(line.trim() ? { line: line.trim() } : {}),
    ...(minor === undefined ? {} : { amount_minor: minor }),
  };
  // What was looked at is what is asked for: any change of it is looked at first.
  const text = JSON.stringify({ ...body, why: "" });
  const isSeen = seen?.asked === text;
  const act = async () => {
    const isBad = yuan.trim() !== "" && minor === undefined;
    setBad(isBad ? say("yuan_bad") : undefined);
    if (isBad) {
      return false;
    }
    if (!isSeen) {
      await action.run(async () => {
        const told = await call("POST /v1/adjustments/previews", { body });
        setSeen({ asked: text, told });
      });
      return false;
    }
    const done = await action.run((key) => call("POST /v1/adjustments/batches", { body, key }));
    if (done) {
      asked();
    }
    return done;
  };
  return (
    <Dialog
      title={say("ask_batch")}
      action={action}
      confirm={isSeen ? say("submit_batch") : say("preview")}
      act={act}
      close={close}
    >
      <p class="hint">{say("batch_why")}</p>
      <div class="pair">
        <TextField label={say("from")} type="datetime-local" required value={from} set={setFrom} />
        <TextField label={say("until")} type="datetime-local" required value={until} set={setUntil} />
      </div>
      <Choice
        label={say("operator")}
        value={operator}
        of={[
          { value: 0, name: say("any_operator") },
          ...operators.map(({ operator, name }) => ({ value: operator, name })),
        ]}
        choose={setOperator}
      />
      <div class="pair">
        <TextField label={say("validator")} value={validator} set={setValidator} />
        <TextField label={say("line")} value={line} set={setLine} />
      </div>
      <TextField label={say("yuan_each")} fault={bad} inputMode="decimal" value={yuan} set={setYuan} />
      <ReasonField label={say("why")} hint={say("why_hint")} value={why} set={setWhy} />
      <p class="told" role="status" hidden={!isSeen}>
        {isSeen &&
          say("preview_told", { riders: seen.told.riders, rides: seen.told.rides, sum: money(seen.told.sum) })}
      </p>
    </Dialog>
  );
}

/** Yuan as people write them in fen; undefined if it is no amount. No floating point. */
function fen(yuan: string): number | undefined {
  const parts = /^\s*(\d{1,9})(?:[.,](\d{1,2}))?\s*$/.exec(yuan);
  if (!parts) {
    return undefined;
  }
  return Number(parts[1]) * 100 + Number((parts[2] ?? "").padEnd(2, "0"));
}

/** A local date and time as RFC 3339; empty as it is, for the back office to name the field. */
function moment(local: string): string {
  return local === "" ? "" : new Date(local).toISOString();
}
