// Where the rider is signed in, and ending it.

import { useEffect, useState } from "preact/hooks";

import { type OwnSession, call } from "../api.ts";
import { useShared } from "../context.ts";
import { Notice, useAction } from "../notice.tsx";
import { Sure } from "../sure.tsx";
import { time } from "../words.ts";

export function Sessions() {
  const { say, language, refresh } = useShared();
  const [sessions, setSessions] = useState<OwnSession[]>([]);
  const action = useAction();
  const load = async () => setSessions(await call<OwnSession[]>("GET", "/v1/riders/sessions"));
  const end = async ({ session, own }: OwnSession) => {
    await call("DELETE", `/v1/riders/sessions/${session}`);
    await (own ? refresh() : load());
  };
  useEffect(() => void action.run(load), []);
  return (
    <section class="card">
      <h2>{say("sessions")}</h2>
      <ul class="phones">
        {sessions.map((session) => (
          <li key={session.session}>
            <span>
              {say(`client_${session.client}`)}
              <br />
              <small>{session.own ? say("session_own") : say("session_since", { time: time(language, session.opened) })}</small>
            </span>
            <Sure ask={say("sign_out")} question={say("sign_out_sure")} yes={say("sign_out")} act={() => end(session)} />
          </li>
        ))}
      </ul>
      <Notice fault={action.fault} />
    </section>
  );
}
