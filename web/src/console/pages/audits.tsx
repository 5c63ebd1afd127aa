// Recomputing everything beside the working office: how far it is, what does not add up.

import { useEffect, useState } from "preact/hooks";

import { money, time } from "../../language.ts";
import { type AuditView, call } from "../api.ts";
import { useShared } from "../context.ts";
import { type Loading, Loaded, Notice, useAction, useLoad } from "../load.tsx";
import { Badge, Card, Empty, Figure, Figures, Table, TextField, type Tone } from "../pieces.tsx";
import type { Word } from "../words.ts";

const TONES: Record<string, Tone> = { running: "wait", adds_up: "good", does_not_add_up: "bad", not_done: "bad" };

export function Audits() {
  const { say } = useShared();
  const audits = useLoad(() => call("GET /v1/audits"));
  useAgainWhileRunning(audits);
  return (
    <>
      <Begin begun={audits.again} />
      <Loaded of={audits}>
        {([newest]) => (newest ? <Audit audit={newest} /> : <Empty>{say("audits_none")}</Empty>)}
      </Loaded>
    </>
  );
}

/** Everything, or only the days after a head that was kept elsewhere. */
function Begin({ begun }: { begun(): void }) {
  const { say } = useShared();
  const action = useAction();
  const [day, setDay] = useState("");
  const [head, setHead] = useState("");
  const submitted = async (event: Event) => {
    event.preventDefault();
    const since = day && head.trim() ? { since: { day, head: head.trim() } } : {};
    if (await action.run(() => call("POST /v1/audits", { body: since }))) {
      begun();
    }
  };
  return (
    <Card title={say("audit")}>
      <p class="hint">{say("audit_why")}</p>
      <form class="audit-form" onSubmit={submitted}>
        <TextField label={say("audit_since")} type="date" required={head !== ""} value={day} set={setDay} />
        <TextField label={say("audit_head")} required={day !== ""} maxLength={64} value={head} set={setHead} />
        <button type="submit" disabled={action.busy}>
          {say("audit_begin")}
        </button>
      </form>
      <Notice fault={action.fault} />
    </Card>
  );
}

function Audit({ audit }: { audit: AuditView }) {
  const { say, language } = useShared();
  const looked = audit.looked_at;
  const names = ["riders", "taps", "fares", "charges", "transfers", "statements", "payouts"] as const;
  return (
    <Card>
      <div class="card-head">
        <h2>{say("audit_n", { n: audit.number })}</h2>
        <Badge tone={TONES[audit.state] ?? "calm"}>{say(`audit_${audit.state}` as Word)}</Badge>
      </div>
      <p class="hint">{say("asked_by", { name: audit.asked_by, time: time(language, audit.begun) })}</p>
      <Figures>
        <Figure
          name={say("debits_less_credits")}
          value={money({ minor: audit.debits_less_credits_minor, currency: "CNY" })}
          tone={audit.debits_less_credits_minor === 0 ? "good" : "bad"}
        />
        <Figure
          name={say("findings")}
          value={String(audit.findings_count)}
          tone={audit.findings_count === 0 ? "good" : "bad"}
        />
        {names.map((name) => (
          <Figure key={name} name={say(`looked_${name}`)} value={String(looked[name])} />
        ))}
      </Figures>
      {audit.findings.length > 0 && (
        <Table
          name={say("findings")}
          rows={audit.findings}
          rowKey={({ what, id, detail }) => `${what} ${id} ${detail}`}
          columns={[
            { head: say("kind"), cell: ({ what }) => what },
            { head: say("finding_id"), cell: ({ id }) => <span class="mono">{id}</span> },
            { head: say("reason"), cell: ({ detail }) => detail },
          ]}
        />
      )}
    </Card>
  );
}

/** Looks again every second while an audit runs. */
function useAgainWhileRunning(audits: Loading<AuditView[]>): void {
  const isRunning = audits.value?.[0]?.state === "running";
  useEffect(() => {
    if (isRunning) {
      const timer = setTimeout(audits.again, 1_000);
      return () => clearTimeout(timer);
    }
    return undefined;
  }, [isRunning, audits.value]);
}
