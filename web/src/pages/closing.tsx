// Closing the account: what ends, what is kept and why, and what stands in the way.

import { call } from "../api.ts";
import { useShared } from "../context.ts";
import { Page } from "../notice.tsx";
import { Sure } from "../sure.tsx";

export function Closing({ closed }: { closed(): Promise<void> }) {
  const { say, refresh } = useShared();
  const close = async () => {
    await call("DELETE", "/v1/riders/me");
    await closed();
    await refresh();
  };
  return (
    <section class="card">
      <h2>{say("closing")}</h2>
      <p>{say("closing_ends")}</p>
      <p class="hint">{say("closing_kept")}</p>
      <Sure ask={say("closing")} question={say("closing_sure")} yes={say("closing_yes")} act={close} />
    </section>
  );
}

/** What is left of a closed account for its rider: the rides, and everything as a file. */
export function ClosedPage() {
  const { say } = useShared();
  return (
    <Page title={say("closed")}>
      <p>{say("closing_kept")}</p>
      <a class="button" href="#/rides">
        {say("rides")}
      </a>
    </Page>
  );
}
