// What each operator is owed, by service day: the picture, the statements, closing a day.

import { useState } from "preact/hooks";

import { money } from "../../language.ts";
import { type StatementDayView, type StatementDaysView, call, download } from "../api.ts";
import { Bars } from "../chart.tsx";
import { operatorName, useShared } from "../context.ts";
import { Loaded, Notice, useAction, useLoad } from "../load.tsx";
import { Badge, Card, Choice, Dialog, Empty, Figure, Figures, Page, Table, TextField } from "../pieces.tsx";

const SPANS = [7, 14, 31, 62];
const FORMATS = ["csv", "tides", "coverage"] as const;

export function StatementsPage() {
  const { say, me, operators } = useShared();
  const [operator, setOperator] = useState(me.operator ?? 0);
  const [span, setSpan] = useState(14);
  const [isClosing, setClosing] = useState(false);
  const params = { days: span, ...(operator ? { operator } : {}) };
  const days = useLoad(() => call("GET /v1/statements/days", { params }), [operator, span]);
  const all = me.operator ? [] : [{ value: 0, name: say("all_operators") }];
  return (
    <Page
      title={say("statements")}
      lead={say("statements_lead")}
      aside={
        <>
          <Choice
            label={say("operator")}
            value={operator}
            of={[...all, ...operators.map(({ operator, name }) => ({ value: operator, name }))]}
            choose={setOperator}
          />
          <Choice
            label={say("span")}
            value={span}
            of={SPANS.map((value) => ({ value, name: say("days_n", { n: value }) }))}
            choose={setSpan}
          />
          {me.opens.includes("accountant") && (
            <button type="button" onClick={() => setClosing(true)}>
              {say("close_day")}
            </button>
          )}
        </>
      }
    >
      <Loaded of={days}>
        {(found) => (
          <>
            <Picture found={found} />
            <Statements rows={found.days} />
            {isClosing && (
              <CloseDay today={found.today} operator={operator} closed={days.again} close={() => setClosing(false)} />
            )}
          </>
        )}
      </Loaded>
    </Page>
  );
}

/** What the days come to, and a bar for each. */
function Picture({ found }: { found: StatementDaysView }) {
  const { say, operators } = useShared();
  const { currency } = found.payable;
  const shown = operators.filter(({ operator }) => found.days.some((day) => day.operator === operator));
  const stacks = daysBetween(found.from, found.until).map((day) => ({
    name: day.slice(5),
    values: shown.map(({ operator }) => {
      const own = found.days.find((one) => one.day === day && one.operator === operator);
      return own?.payable.minor ?? 0;
    }),
  }));
  const sum = (part: (day: StatementDayView) => number) => found.days.reduce((sum, day) => sum + part(day), 0);
  const missing = sum((day) => day.validators_missing);
  return (
    <>
      <Figures>
        <Figure name={say("payable")} value={money(found.payable)} tone="good" />
        <Figure name={say("fares")} value={money({ minor: sum((day) => day.fares.minor), currency })} />
        <Figure name={say("commission")} value={money({ minor: sum((day) => day.commission.minor), currency })} />
        <Figure name={say("lines")} value={String(sum((day) => day.lines))} />
        <Figure name={say("gaps")} value={String(missing)} tone={missing > 0 ? "wait" : "calm"} note={say("gaps_note")} />
      </Figures>
      {found.days.length > 0 && (
        <Card title={say("payable_by_day")}>
          <Bars
            label={say("payable_by_day")}
            series={shown.map(({ name }) => name)}
            stacks={stacks}
            format={(minor) => money({ minor: Math.round(minor), currency })}
          />
        </Card>
      )}
    </>
  );
}

function Statements({ rows }: { rows: StatementDayView[] }) {
  const { say, operators } = useShared();
  const action = useAction();
  const save = ({ operator, day }: StatementDayView, format: string) =>
    action.run(() =>
      download("GET /v1/statements/file", `${format}-${operator}-${day}.csv`, { params: { operator, day, format } }),
    );
  if (rows.length === 0) {
    return <Empty>{say("statements_none")}</Empty>;
  }
  return (
    <>
      <Notice fault={action.fault} />
      <Table
        name={say("statements")}
        rows={rows}
        rowKey={({ operator, day }) => `${operator} ${day}`}
        columns={[
          { head: say("day"), cell: (one) => <strong>{one.day}</strong> },
          { head: say("operator"), cell: (one) => operatorName(operators, one.operator) },
          { head: say("numbers"), cell: (one) => one.numbers.map((number) => `№ ${number}`).join(", ") },
          { head: say("lines"), number: true, cell: (one) => one.lines },
          { head: say("fares"), number: true, cell: (one) => money(one.fares) },
          { head: say("commission"), number: true, cell: (one) => money(one.commission) },
          { head: say("payable"), number: true, cell: (one) => <strong>{money(one.payable)}</strong> },
          {
            head: say("gaps"),
            cell: (one) =>
              one.validators_missing > 0 ? (
                <Badge tone="wait">{say("gaps_n", { n: one.validators_missing })}</Badge>
              ) : (
                <Badge tone="good">{say("gaps_none")}</Badge>
              ),
          },
          {
            head: say("download"),
            cell: (one) => (
              <div class="row-actions">
                {FORMATS.map((format) => (
                  <button
                    key={format}
                    type="button"
                    class="quiet small"
                    disabled={action.busy}
                    aria-label={say("download_of", { what: say(`format_${format}`), day: one.day })}
                    onClick={() => save(one, format)}
                  >
                    {say(`format_${format}`)}
                  </button>
                ))}
              </div>
            ),
          },
        ]}
      />
    </>
  );
}

interface CloseDayProps {
  today: string;
  operator: number;
  closed(): void;
  close(): void;
}

/** Closes a day by hand; closing it again puts late rides on another statement. */
function CloseDay({ today, operator, closed, close }: CloseDayProps) {
  const { say, operators } = useShared();
  const action = useAction();
  const [day, setDay] = useState(today);
  const [whose, setWhose] = useState(operator || (operators[0]?.operator ?? 0));
  const [told, setTold] = useState<string>();
  const act = async () => {
    const done = await action.run(async (key) => {
      const { statement } = await call("POST /v1/days/{day}/close", { params: { day, operator: whose }, key });
      const n = statement?.number ?? 0;
      setTold(statement ? say("closed_as", { n, amount: money(statement.payable) }) : say("closed_nothing"));
    });
    if (done) {
      closed();
    }
    return false;
  };
  return (
    <Dialog
      title={say("close_day")}
      action={action}
      confirm={say("close_day")}
      told={told !== undefined}
      act={act}
      close={close}
    >
      <p class="hint">{say("close_day_why")}</p>
      <Choice
        label={say("operator")}
        value={whose}
        of={operators.map(({ operator, name }) => ({ value: operator, name }))}
        choose={setWhose}
      />
      <TextField label={say("day")} type="date" required max={today} value={day} set={setDay} />
      <p class="told" role="status" hidden={told === undefined}>
        {told}
      </p>
    </Dialog>
  );
}

/** Every day from one to another, both included. */
function daysBetween(from: string, until: string): string[] {
  const days = [];
  for (let at = Date.parse(from); at <= Date.parse(until); at += 86_400_000) {
    days.push(new Date(at).toISOString().slice(0, 10));
  }
  return days;
}
