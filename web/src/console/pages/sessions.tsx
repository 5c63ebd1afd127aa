// Who is signed in where, and ending what is not known.

import { time } from "../../language.ts";
import { type StaffSessionView, call } from "../api.ts";
import { useShared } from "../context.ts";
import { Loaded, Notice, useAction, useLoad } from "../load.tsx";
import { Badge, Page, Table } from "../pieces.tsx";

export function SessionsPage() {
  const { say, language, signedOut } = useShared();
  const sessions = useLoad(() => call("GET /v1/staff/sessions"));
  const action = useAction();
  const end = async ({ session, current }: StaffSessionView) => {
    const done = await action.run(() => call("DELETE /v1/staff/sessions/{session}", { params: { session } }));
    if (done && current) {
      signedOut();
    } else {
      sessions.again();
    }
  };
  const browser = (agent: string) => say("session_on", namesOf(agent));
  return (
    <Page title={say("sessions_title")} lead={say("sessions_lead")}>
      <Notice fault={action.fault} />
      <Loaded of={sessions}>
        {(rows) => (
          <Table
            name={say("sessions_title")}
            rows={rows}
            rowKey={({ session }) => session}
            columns={[
              {
                head: say("session_who"),
                cell: (one) => (
                  <>
                    <strong>{one.name}</strong> {one.current && <Badge tone="good">{say("session_this")}</Badge>}
                  </>
                ),
              },
              { head: say("session_device"), cell: (one) => browser(one.user_agent) },
              { head: say("session_address"), cell: (one) => one.address },
              { head: say("session_since"), cell: (one) => time(language, one.since) },
              { head: say("session_last"), cell: (one) => time(language, one.last_seen) },
              {
                head: say("action"),
                cell: (one) => (
                  <button
                    type="button"
                    class="quiet small"
                    aria-label={say("session_end_of", { name: one.name })}
                    disabled={action.busy}
                    onClick={() => end(one)}
                  >
                    {say("session_end")}
                  </button>
                ),
              },
            ]}
          />
        )}
      </Loaded>
    </Page>
  );
}

/** What people call a browser and its system; browsers call themselves by many names. */
function namesOf(agent: string): { browser: string; system: string } {
  const first = (names: [RegExp, string][]) => names.find(([sign]) => sign.test(agent))?.[1] ?? "?";
  return {
    browser: first([
      [/MicroMessenger/, "WeChat"],
      [/Edg\//, "Edge"],
      [/OPR\//, "Opera"],
      [/Firefox\//, "Firefox"],
      [/Chrome\//, "Chrome"],
      [/Safari\//, "Safari"],
    ]),
    system: first([
      [/HarmonyOS/, "HarmonyOS"],
      [/Android/, "Android"],
      [/iPhone|iPad/, "iOS"],
      [/Windows/, "Windows"],
      [/Mac OS X/, "macOS"],
      [/Linux/, "Linux"],
    ]),
  };
}
