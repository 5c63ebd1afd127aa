// The provider's bills against our books: what differs, what to do about it, what was done.

import { useState } from "preact/hooks";

import { money } from "../../language.ts";
import { type DifferenceView, type ProviderBillView, call } from "../api.ts";
import { Shares } from "../chart.tsx";
import { useShared } from "../context.ts";
import { Loaded, useAction, useLoad } from "../load.tsx";
import { Badge, Card, Dialog, Empty, Field, Figure, Figures, Page, ReasonField, Table, TextField } from "../pieces.tsx";
import type { Word } from "../words.ts";

const COLORS: Record<string, number> = {
  matched: 0,
  "not-collected": 6,
  "missing-there": 1,
  "missing-here": 5,
  "paid-twice": 7,
  "duplicate-line": 2,
  "transaction-differs": 3,
};

export function DifferencesPage() {
  const { say, me } = useShared();
  const open = useLoad(() => call("GET /v1/differences"));
  const [bill, setBill] = useState<ProviderBillView>();
  const [asks, setAsks] = useState<"hand-in" | "show">();
  const close = () => setAsks(undefined);
  return (
    <Page
      title={say("differences")}
      lead={say("differences_lead")}
      aside={
        <>
          <button type="button" class="quiet" onClick={() => setAsks("show")}>
            {say("show_bill")}
          </button>
          {me.opens.includes("accountant") && (
            <button type="button" onClick={() => setAsks("hand-in")}>
              {say("hand_in")}
            </button>
          )}
        </>
      }
    >
      {bill && <Bill bill={bill} />}
      <Loaded of={open}>
        {(rows) =>
          rows.length === 0 ? (
            <Empty>{say("differences_none")}</Empty>
          ) : (
            <>
              <Figures>
                <Figure name={say("open_n")} value={String(rows.length)} tone="wait" />
              </Figures>
              <Differences rows={rows} changed={open.again} />
            </>
          )
        }
      </Loaded>
      {asks && (
        <OfDay
          handsIn={asks === "hand-in"}
          found={(bill) => {
            setBill(bill);
            open.again();
          }}
          close={close}
        />
      )}
    </Page>
  );
}

/** A bill at a glance: what its lines come to and how many are in each class. */
function Bill({ bill }: { bill: ProviderBillView }) {
  const { say } = useShared();
  const parts = bill.classes
    .filter(({ count }) => count > 0)
    .map((one) => ({
      key: one.class,
      name: say(className(one.class)),
      value: one.count,
      said: String(one.count),
      color: COLORS[one.class] ?? 4,
    }));
  return (
    <Card title={say("bill_of", { day: bill.day })}>
      <Figures>
        <Figure name={say("bill_total")} value={money(bill.total)} />
        {bill.net && <Figure name={say("bill_net")} value={money(bill.net)} tone="good" />}
        {bill.cost && <Figure name={say("bill_cost")} value={money(bill.cost)} />}
      </Figures>
      <Shares label={say("bill_of", { day: bill.day })} parts={parts} />
    </Card>
  );
}

function Differences({ rows, changed }: { rows: DifferenceView[]; changed(): void }) {
  const { say, language, me } = useShared();
  const [resolving, setResolving] = useState<DifferenceView>();
  return (
    <>
      <Table
        name={say("differences")}
        rows={rows}
        rowKey={({ provider, day, place }) => `${provider} ${day} ${place}`}
        columns={[
          { head: say("day"), cell: (one) => <strong>{one.day}</strong> },
          { head: say("difference"), cell: (one) => <Badge tone="bad">{say(className(one.class))}</Badge> },
          { head: say("charge"), cell: (one) => <span class="mono">{one.charge}</span> },
          { head: say("ours"), number: true, cell: (one) => one.ours && money(one.ours) },
          { head: say("theirs"), number: true, cell: (one) => one.theirs && money(one.theirs) },
          { head: say("what_to_do"), cell: (one) => (language === "en" ? one.action : one.action_zh) },
          {
            head: say("action"),
            cell: (one) =>
              me.opens.includes("accountant") ? (
                <button
                  type="button"
                  class="quiet small"
                  aria-label={say("resolve_of", { charge: one.charge })}
                  onClick={() => setResolving(one)}
                >
                  {say("resolve")}
                </button>
              ) : null,
          },
        ]}
      />
      {resolving && <Resolve one={resolving} changed={changed} close={() => setResolving(undefined)} />}
    </>
  );
}

function Resolve({ one, changed, close }: { one: DifferenceView; changed(): void; close(): void }) {
  const { say, language } = useShared();
  const action = useAction();
  const [reason, setReason] = useState("");
  const act = async () => {
    const params = { day: one.day, provider: one.provider };
    const body = { place: one.place, reason };
    const done = await action.run(() => call("POST /v1/provider-bills/{day}/resolutions", { params, body }));
    if (done) {
      changed();
    }
    return done;
  };
  return (
    <Dialog
      title={say("resolve_of", { charge: one.charge })}
      action={action}
      confirm={say("resolve")}
      act={act}
      close={close}
    >
      <p>{language === "en" ? one.action : one.action_zh}</p>
      <ReasonField label={say("resolve_how")} value={reason} set={setReason} />
    </Dialog>
  );
}

interface OfDayProps {
  handsIn: boolean;
  found(bill: ProviderBillView): void;
  close(): void;
}

/** Shows the bill of a day, or hands one in. */
function OfDay({ handsIn, found, close }: OfDayProps) {
  const { say } = useShared();
  const action = useAction();
  const [day, setDay] = useState("");
  const [provider, setProvider] = useState("1");
  const [file, setFile] = useState<File>();
  const act = () =>
    action.run(async () => {
      const params = { day, provider: Number(provider) };
      const bill = handsIn
        ? await call("POST /v1/provider-bills/{day}", { params, body: file ?? new Blob() })
        : await call("GET /v1/provider-bills/{day}", { params });
      found(bill);
    });
  return (
    <Dialog
      title={say(handsIn ? "hand_in" : "show_bill")}
      action={action}
      confirm={say(handsIn ? "hand_in" : "show")}
      act={act}
      close={close}
    >
      {handsIn && <p class="hint">{say("hand_in_why")}</p>}
      <div class="pair">
        <TextField label={say("day")} type="date" required value={day} set={setDay} />
        <TextField
          label={say("provider")}
          inputMode="numeric"
          pattern="[0-9]+"
          required
          value={provider}
          set={setProvider}
        />
      </div>
      {handsIn && (
        <Field label={say("bill_file")}>
          {(props) => (
            <input
              {...props}
              type="file"
              required
              accept=".csv,.txt"
              onChange={(event) => setFile(event.currentTarget.files?.[0])}
            />
          )}
        </Field>
      )}
    </Dialog>
  );
}

/** The word for a class, as the back office writes it with hyphens. */
function className(name: string): Word {
  return `class_${name.replaceAll("-", "_")}` as Word;
}
