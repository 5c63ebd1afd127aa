// The agreement, the way to the payment provider, and back.

import { useEffect, useState } from "preact/hooks";

import { type Brand, type MandateState, type Rider, call } from "../api.ts";
import { useShared } from "../context.ts";
import { Notice, Page, useAction } from "../notice.tsx";
import { money } from "../words.ts";

export function MandatePage({ rider, brand }: { rider: Rider; brand: Brand }) {
  const { say } = useShared();
  const action = useAction();
  const last = rider.mandates.at(-1);
  const [asking, setAsking] = useState(last?.state === "pending");
  if (asking && last) {
    return <WaitingPage mandate={last.mandate} give={() => setAsking(false)} />;
  }
  const sign = () =>
    action.run(async () => {
      const { sign_url } = await call<{ sign_url: string }>("POST", "/v1/mandates");
      location.assign(sign_url);
    });
  return (
    <Page title={say("agree_title")}>
      {last?.state === "ended" && <p role="status">{say("refused")}</p>}
      <ul class="terms">
        <li>{say("agree_1", { max: money(brand.fare_ceiling) })}</li>
        <li>{say("agree_2")}</li>
        <li>{say("agree_3")}</li>
        <li>{say("agree_4")}</li>
      </ul>
      <button type="button" disabled={action.busy} onClick={sign}>
        {action.busy ? say("loading") : say("agree")}
      </button>
      <Notice fault={action.fault} />
    </Page>
  );
}

/** Back from the provider: asks until it is known what the rider did there. */
function WaitingPage({ mandate, give }: { mandate: string; give(): void }) {
  const { say, refresh } = useShared();
  const action = useAction();
  const [asked, setAsked] = useState(false);
  const ask = () =>
    action.run(async () => {
      const { state } = await call<{ state: MandateState }>("GET", `/v1/mandates/${mandate}`);
      setAsked(true);
      if (state !== "pending") {
        await refresh();
        give();
      }
    });
  useEffect(() => void ask(), [mandate]);
  return (
    <Page title={say("waiting_title")}>
      <p role="status">{asked && !action.busy ? say("waiting") : say("loading")}</p>
      <button type="button" disabled={action.busy} onClick={ask}>
        {say("retry")}
      </button>
      <button type="button" class="quiet" onClick={give}>
        {say("sign_again")}
      </button>
      <Notice fault={action.fault} />
    </Page>
  );
}
