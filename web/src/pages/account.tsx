// What is owed, the rider's phones and sessions, the settings of this phone, and closing it all.

import { useShared } from "../context.ts";
import { Page } from "../notice.tsx";
import { Sure } from "../sure.tsx";
import { forget } from "../vault.ts";
import { Closing } from "./closing.tsx";
import { MyData } from "./my-data.tsx";
import { Owed } from "./owed.tsx";
import { Phones } from "./phones.tsx";
import { Sessions } from "./sessions.tsx";

export function AccountPage({ forgotten }: { forgotten(): void }) {
  const { say, rider, online, choose } = useShared();
  return (
    <Page title={say("account_title")}>
      {!online && <p class="hint">{say("offline")}</p>}
      {rider && <Owed rider={rider} />}
      {rider && rider.devices.length > 0 && <Phones rider={rider} />}
      {rider && <Sessions />}
      {rider && <MyData />}
      <section class="card">
        <h2>{say("settings")}</h2>
        <LargeText />
        <button type="button" class="quiet" onClick={() => choose(undefined)}>
          {say("change_brand")}
        </button>
        <Sure ask={say("forget")} question={say("forget_sure")} yes={say("forget_yes")} act={() => forget().then(forgotten)} />
      </section>
      {rider && rider.state !== "closed" && <Closing closed={() => forget().then(forgotten)} />}
    </Page>
  );
}

function LargeText() {
  const { say, large, setLarge } = useShared();
  return (
    <label class="check">
      <input type="checkbox" checked={large} onChange={(event) => setLarge(event.currentTarget.checked)} />
      {say("large_text")}
    </label>
  );
}
