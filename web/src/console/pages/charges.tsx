// Charges by where they stand, with their attempts; advances; refunds that are not done.

import { useState } from "preact/hooks";

import { money, time } from "../../language.ts";
import { type ChargeSumsView, type ChargeView, type RefundView, call } from "../api.ts";
import { Shares } from "../chart.tsx";
import { useShared } from "../context.ts";
import { Loaded, Notice, useAction, useLoad } from "../load.tsx";
import { Badge, Card, Empty, Figure, Figures, Page, Table, type Tone } from "../pieces.tsx";
import type { Word } from "../words.ts";

const TONES: Record<string, Tone> = {
  collected: "good",
  done: "good",
  declined: "bad",
  refused: "bad",
  collected_other_amount: "bad",
  unknown: "wait",
};

const COLORS: Record<string, number> = {
  collected: 0,
  accepted: 3,
  submitted: 1,
  planned: 6,
  declined: 4,
  unknown: 2,
  superseded: 5,
  collected_other_amount: 7,
};

export function ChargesPage() {
  const { say } = useShared();
  const [chosen, setState] = useState<string>();
  const sums = useLoad(() => call("GET /v1/charges/sums"));
  // What went wrong is looked at first.
  const wrong = sums.value?.states.find(({ state, count }) => state === "declined" && count > 0);
  const state = chosen ?? (sums.value && !wrong ? "collected" : "declined");
  const charges = useLoad(() => call("GET /v1/charges", { params: { state } }), [state]);
  const refunds = useLoad(() => call("GET /v1/refunds/open"));
  return (
    <Page title={say("charges")} lead={say("charges_lead")}>
      <Loaded of={sums}>{(found) => <Sums found={found} state={state} choose={setState} />}</Loaded>
      <Loaded of={charges}>{(rows) => <Charges rows={rows} />}</Loaded>
      <h2>{say("refunds")}</h2>
      <Loaded of={refunds}>{(rows) => <Refunds rows={rows} changed={refunds.again} />}</Loaded>
    </Page>
  );
}

function Sums({ found, state, choose }: { found: ChargeSumsView; state: string; choose(state: string): void }) {
  const { say } = useShared();
  const parts = found.states.map((one) => ({
    key: one.state,
    name: say(`charge_${one.state}` as Word),
    value: one.count,
    said: String(one.count),
    color: COLORS[one.state] ?? 6,
  }));
  return (
    <>
      <Figures>
        <Figure
          name={say("advanced")}
          value={money(found.advanced)}
          note={say("advanced_note")}
          tone={found.advanced.minor > 0 ? "wait" : "good"}
        />
        <Figure name={say("recovered")} value={money(found.recovered)} note={say("recovered_note")} tone="good" />
        <Figure
          name={say("written_off")}
          value={money(found.written_off)}
          note={say("written_off_note")}
          tone={found.written_off.minor > 0 ? "bad" : "calm"}
        />
      </Figures>
      <Card title={say("charges_by_state")}>
        <Shares label={say("charges_by_state")} parts={parts} choose={choose} chosen={state} />
      </Card>
    </>
  );
}

function Charges({ rows }: { rows: ChargeView[] }) {
  const { say, language } = useShared();
  if (rows.length === 0) {
    return <Empty>{say("charges_none")}</Empty>;
  }
  const next = (one: ChargeView) =>
    one.next_attempt ? time(language, one.next_attempt) : one.state === "declined" ? say("next_none") : "";
  return (
    <Table
      name={say("charges")}
      rows={rows}
      rowKey={({ charge }) => charge}
      columns={[
        { head: say("charge"), cell: (one) => <span class="mono">{one.charge}</span> },
        { head: say("rider"), cell: (one) => <span class="mono">{one.rider}</span> },
        { head: say("rides"), number: true, cell: (one) => one.rides },
        { head: say("amount"), number: true, cell: (one) => money(one.amount) },
        {
          head: say("state"),
          cell: (one) => <Badge tone={TONES[one.state] ?? "calm"}>{say(`charge_${one.state}` as Word)}</Badge>,
        },
        { head: say("reason_or_number"), cell: (one) => one.reason ?? one.transaction },
        { head: say("attempts"), cell: (one) => say("attempts_n", { n: one.attempts, m: one.declines }) },
        { head: say("planned_at"), cell: (one) => time(language, one.planned) },
        { head: say("next_attempt"), cell: next },
      ]}
    />
  );
}

function Refunds({ rows, changed }: { rows: RefundView[]; changed(): void }) {
  const { say, language, me } = useShared();
  const action = useAction();
  const again = async ({ refund }: RefundView) => {
    const params = { refund };
    if (await action.run((key) => call("POST /v1/refunds/{refund}/attempts", { params, key }))) {
      changed();
    }
  };
  if (rows.length === 0) {
    return <Empty>{say("refunds_none")}</Empty>;
  }
  return (
    <>
      <Notice fault={action.fault} />
      <Table
        name={say("refunds")}
        rows={rows}
        rowKey={({ refund }) => refund}
        columns={[
          { head: say("refund"), cell: (one) => <span class="mono">{one.refund}</span> },
          { head: say("amount"), number: true, cell: (one) => money(one.amount) },
          {
            head: say("state"),
            cell: (one) => <Badge tone={TONES[one.state] ?? "wait"}>{say(`refund_${one.state}` as Word)}</Badge>,
          },
          { head: say("reason"), cell: (one) => one.reason },
          { head: say("planned_at"), cell: (one) => time(language, one.planned) },
          {
            head: say("action"),
            cell: (one) =>
              one.state === "refused" && me.opens.includes("agent") ? (
                <button
                  type="button"
                  class="quiet small"
                  aria-label={say("refund_again_of", { refund: one.refund })}
                  disabled={action.busy}
                  onClick={() => again(one)}
                >
                  {say("refund_again")}
                </button>
              ) : null,
          },
        ]}
      />
    </>
  );
}
