// From statements to the bank: planned by one, approved by another, written, paid.

import { useState } from "preact/hooks";

import { money } from "../../language.ts";
import { type PaymentView, type PayoutView, call, download } from "../api.ts";
import { operatorName, useShared } from "../context.ts";
import { type Action, Loaded, Notice, useAction, useLoad } from "../load.tsx";
import { Badge, Dialog, Empty, Page, Table, TextField, type Tone } from "../pieces.tsx";
import type { Word } from "../words.ts";

const TONES: Record<string, Tone> = { planned: "wait", approved: "wait", exported: "calm", paid: "good", withdrawn: "calm" };

export function PayoutsPage() {
  const { say, me } = useShared();
  const payouts = useLoad(allPayouts);
  const action = useAction();
  const [told, setTold] = useState<string>();
  const plan = () =>
    action.run(async (key) => {
      const { payout } = await call("POST /v1/payouts", { key });
      setTold(payout ? undefined : say("planned_nothing"));
      payouts.again();
    });
  return (
    <Page
      title={say("payouts")}
      lead={say("payouts_lead")}
      aside={
        me.opens.includes("accountant") && (
          <button type="button" disabled={action.busy} onClick={plan}>
            {say("plan_payout")}
          </button>
        )
      }
    >
      <Notice fault={action.fault} />
      <p class="told" role="status" hidden={told === undefined}>
        {told}
      </p>
      <Loaded of={payouts}>
        {(found) =>
          found.length === 0 ? (
            <Empty>{say("payouts_none")}</Empty>
          ) : (
            found.map((payout) => <Payout key={payout.number} payout={payout} changed={payouts.again} />)
          )
        }
      </Loaded>
    </Page>
  );
}

/** Every payout, newest first. */
async function allPayouts(): Promise<PayoutView[]> {
  const all: PayoutView[] = [];
  for (;;) {
    const page = await call("GET /v1/payouts", { params: { after: all.at(-1)?.number ?? 0 } });
    all.push(...page);
    if (page.length < PAGE) {
      return all.reverse();
    }
  }
}

function Payout({ payout, changed }: { payout: PayoutView; changed(): void }) {
  const { say, operators } = useShared();
  const statements = payout.statements.map(({ operator, number }) => `${operatorName(operators, operator)} № ${number}`);
  const trail = [
    say("planned_by", { name: payout.planned_by, day: payout.day }),
    payout.approved_by && say("approved_by", { name: payout.approved_by }),
    payout.withdrawn_by && say("withdrawn_by", { name: payout.withdrawn_by }),
    payout.exports > 0 && say("exports_n", { n: payout.exports }),
  ];
  return (
    <article class="card" aria-label={say("payout_n", { n: payout.number })}>
      <div class="card-head">
        <h2>{say("payout_n", { n: payout.number })}</h2>
        <Badge tone={TONES[payout.state] ?? "calm"}>{say(`state_${payout.state}` as Word)}</Badge>
        <strong class="sum">{sum(payout)}</strong>
      </div>
      <p class="hint">{trail.filter(Boolean).join(" · ")}</p>
      <p class="hint">{say("for_statements", { list: statements.join(", ") })}</p>
      <Payments payout={payout} changed={changed} />
      <Steps payout={payout} changed={changed} />
    </article>
  );
}

function Payments({ payout, changed }: { payout: PayoutView; changed(): void }) {
  const { say, me } = useShared();
  const [taking, setTaking] = useState<PaymentView>();
  const mayTake = payout.state === "exported" && me.opens.includes("accountant");
  return (
    <>
      <Table
        name={say("payout_n", { n: payout.number })}
        rows={payout.payments}
        rowKey={({ line }) => line}
        columns={[
          { head: say("payment_from"), cell: (one) => <Party words={one.from} /> },
          { head: say("payment_to"), cell: (one) => <Party words={one.to} /> },
          { head: say("payment_id"), cell: (one) => <span class="mono">{one.end_to_end_id}</span> },
          { head: say("amount"), number: true, cell: (one) => money(one.amount) },
          {
            head: say("payment_paid"),
            cell: (one) =>
              one.paid_on ? (
                `${one.paid_on} · ${one.reference ?? ""}`
              ) : mayTake ? (
                <button type="button" class="quiet small" onClick={() => setTaking(one)}>
                  {say("take_payment")}
                </button>
              ) : (
                <span class="hint">{say("not_paid_yet")}</span>
              ),
          },
        ]}
      />
      {taking && <Take payout={payout} payment={taking} changed={changed} close={() => setTaking(undefined)} />}
    </>
  );
}

/** Who pays or is paid: an operator by its name, an issuer by its number. */
function Party({ words }: { words: string }) {
  const { operators } = useShared();
  const number = /^operator (\d+)$/.exec(words)?.[1];
  return <>{number ? operatorName(operators, Number(number)) : words}</>;
}

/** What may be done next, by whoever may do it. */
function Steps({ payout, changed }: { payout: PayoutView; changed(): void }) {
  const { say, me } = useShared();
  const action = useAction();
  const [asks, setAsks] = useState<"withdraw" | "export">();
  if (!me.opens.includes("accountant") || payout.state === "paid" || payout.state === "withdrawn") {
    return null;
  }
  const params = { payout: payout.number };
  const approve = async () => {
    if (await action.run(() => call("POST /v1/payouts/{payout}/approval", { params }))) {
      changed();
    }
  };
  const withdraw = async () => {
    const done = await action.run(() => call("POST /v1/payouts/{payout}/withdrawal", { params }));
    if (done) {
      changed();
    }
    return done;
  };
  return (
    <>
      <Notice fault={asks ? undefined : action.fault} />
      <div class="buttons">
        {payout.state !== "exported" && (
          <button type="button" class="quiet" onClick={() => setAsks("withdraw")}>
            {say("withdraw")}
          </button>
        )}
        {payout.state === "planned" && (
          <button type="button" disabled={action.busy} onClick={approve}>
            {say("approve")}
          </button>
        )}
        {(payout.state === "approved" || payout.state === "exported") && (
          <button type="button" onClick={() => setAsks("export")}>
            {say("export_pain")}
          </button>
        )}
      </div>
      {asks === "withdraw" && (
        <Dialog
          title={say("withdraw")}
          action={action}
          confirm={say("withdraw")}
          danger
          act={withdraw}
          close={() => setAsks(undefined)}
        >
          <p>{say("withdraw_why")}</p>
        </Dialog>
      )}
      {asks === "export" && (
        <Export payout={payout} action={action} changed={changed} close={() => setAsks(undefined)} />
      )}
    </>
  );
}

interface Step {
  payout: PayoutView;
  changed(): void;
  close(): void;
}

function Export({ payout, action, changed, close }: Step & { action: Action }) {
  const { say } = useShared();
  const [day, setDay] = useState(new Date().toISOString().slice(0, 10));
  const act = async () => {
    const body = { execute_on: day };
    const name = `pain.001-${payout.number}.xml`;
    const done = await action.run((key) =>
      download("POST /v1/payouts/{payout}/file", name, { params: { payout: payout.number }, body, key }),
    );
    if (done) {
      changed();
    }
    return done;
  };
  return (
    <Dialog title={say("export_pain")} action={action} confirm={say("download")} act={act} close={close}>
      <TextField label={say("execute_on")} type="date" required value={day} set={setDay} />
    </Dialog>
  );
}

function Take({ payout, payment, changed, close }: Step & { payment: PaymentView }) {
  const { say } = useShared();
  const action = useAction();
  const [day, setDay] = useState(new Date().toISOString().slice(0, 10));
  const [reference, setReference] = useState("");
  const act = async () => {
    const body = { line: payment.line, day, reference };
    const params = { payout: payout.number };
    const done = await action.run(() => call("POST /v1/payouts/{payout}/payments", { params, body }));
    if (done) {
      changed();
    }
    return done;
  };
  return (
    <Dialog title={say("take_payment")} action={action} confirm={say("take_payment")} act={act} close={close}>
      <p>
        <Party words={payment.to} /> · <strong>{money(payment.amount)}</strong>
      </p>
      <TextField label={say("paid_on")} type="date" required value={day} set={setDay} />
      <TextField label={say("reference")} required maxLength={140} value={reference} set={setReference} />
    </Dialog>
  );
}

function sum(payout: PayoutView): string {
  const currency = payout.payments[0]?.amount.currency ?? "CNY";
  return money({ minor: payout.payments.reduce((sum, { amount }) => sum + amount.minor, 0), currency });
}

/** What the back office gives at once. */
const PAGE = 100;
