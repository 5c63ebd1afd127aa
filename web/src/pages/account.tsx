// What is owed, the rider's phones, and the settings of this one.

import { useEffect, useState } from "preact/hooks";

import { type Rider, call } from "../api.ts";
import { useShared } from "../context.ts";
import { Notice, Page, useAction } from "../notice.tsx";
import { find, forget } from "../vault.ts";
import { MyData } from "./my-data.tsx";
import { Owed } from "./owed.tsx";

export function AccountPage({ forgotten }: { forgotten(): void }) {
  const { say, rider, online, choose } = useShared();
  return (
    <Page title={say("account_title")}>
      {!online && <p class="hint">{say("offline")}</p>}
      {rider && <Owed rider={rider} />}
      {rider && rider.devices.length > 0 && <Phones rider={rider} />}
      {rider && <MyData />}
      <section class="card">
        <h2>{say("settings")}</h2>
        <LargeText />
        <button type="button" class="quiet" onClick={() => choose(undefined)}>
          {say("change_brand")}
        </button>
        <Sure ask={say("forget")} question={say("forget_sure")} yes={say("forget_yes")} act={() => forget().then(forgotten)} />
      </section>
    </Page>
  );
}

function Phones({ rider }: { rider: Rider }) {
  const { say, refresh } = useShared();
  const [own, setOwn] = useState<string[]>([]);
  useEffect(() => void ownDevices().then(setOwn), [rider]);
  const report = async (device: string) => {
    await call("DELETE", `/v1/devices/${device}`, { reason: "lost" });
    await refresh();
  };
  return (
    <section class="card">
      <h2>{say("phones")}</h2>
      <ul class="phones">
        {rider.devices.map(({ device, active }) => (
          <li key={device}>
            <span>
              {own.includes(device) ? say("this_phone") : say("other_phone")} <small>{device.slice(-4)}</small>
            </span>
            {active ? (
              <Sure ask={say("lost")} question={say("lost_sure")} yes={say("yes")} act={() => report(device)} />
            ) : (
              <span class="hint">{say("phone_off")}</span>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

/** The numbers this phone has at the back office, one for each of its keys. */
async function ownDevices(): Promise<string[]> {
  const phones = [await find("phone-es256"), await find("phone-sm2")];
  return phones.flatMap((phone) => phone?.device ?? []);
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

/** A button for what cannot be undone: asks once more before it acts. */
function Sure({ ask, question, yes, act }: { ask: string; question: string; yes: string; act(): Promise<void> }) {
  const { say } = useShared();
  const [asked, setAsked] = useState(false);
  const action = useAction();
  const go = () =>
    action.run(async () => {
      await act();
      setAsked(false);
    });
  if (!asked) {
    return (
      <button type="button" class="quiet" onClick={() => setAsked(true)}>
        {ask}
      </button>
    );
  }
  return (
    <div class="sure" role="group" aria-label={ask}>
      <p>{question}</p>
      <button type="button" class="danger" disabled={action.busy} onClick={go}>
        {yes}
      </button>
      <button type="button" class="quiet" onClick={() => setAsked(false)}>
        {say("no")}
      </button>
      <Notice fault={action.fault} />
    </div>
  );
}
