// Days of the ledger: what an auditor compares with a head kept elsewhere.

import { type LedgerDayView, call } from "../api.ts";
import { Bars } from "../chart.tsx";
import { useShared } from "../context.ts";
import { Loaded, useLoad } from "../load.tsx";
import { Badge, Card, Empty, Page, Table } from "../pieces.tsx";
import { Audits } from "./audits.tsx";

export function LedgerDaysPage() {
  const { say } = useShared();
  const days = useLoad(async () => (await call("GET /v1/ledger/days")).reverse());
  return (
    <Page title={say("ledger_days")} lead={say("ledger_days_lead")}>
      <Audits />
      <Loaded of={days}>
        {(rows) =>
          rows.length === 0 ? (
            <Empty>{say("ledger_days_none")}</Empty>
          ) : (
            <>
              {rows.some(({ transfers }) => transfers) && <Picture rows={rows} />}
              <Table
                name={say("ledger_days")}
                rows={rows}
                rowKey={({ number }) => number}
                columns={[
                  { head: say("ledger_day"), cell: ({ number }) => `№ ${number}` },
                  { head: say("day"), cell: ({ day }) => <strong>{day}</strong> },
                  { head: say("transfers"), number: true, cell: ({ transfers }) => transfers },
                  { head: say("bookings"), number: true, cell: ({ bookings }) => bookings },
                  {
                    head: say("head"),
                    cell: ({ head }) =>
                      head ? <span class="mono">{head}</span> : <Badge tone="wait">{say("not_sealed")}</Badge>,
                  },
                ]}
              />
            </>
          )
        }
      </Loaded>
    </Page>
  );
}

/** A bar for each of the newest days. */
function Picture({ rows }: { rows: LedgerDayView[] }) {
  const { say } = useShared();
  const newest = rows.slice(0, 31).reverse();
  return (
    <Card title={say("transfers_by_day")}>
      <Bars
        label={say("transfers_by_day")}
        series={[say("transfers")]}
        stacks={newest.map(({ day, transfers }) => ({ name: day.slice(5), values: [transfers ?? 0] }))}
        format={(value) => String(Math.round(value))}
      />
    </Card>
  );
}
