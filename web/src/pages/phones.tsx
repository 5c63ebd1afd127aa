// The rider's phones: which make codes, moving the account to this one, and reporting one lost.

import { useEffect, useState } from "preact/hooks";

import { type Rider, call } from "../api.ts";
import { useShared } from "../context.ts";
import { Sure } from "../sure.tsx";
import { find } from "../vault.ts";

export function Phones({ rider }: { rider: Rider }) {
  const { say, refresh } = useShared();
  const own = useOwnDevices(rider);
  const revoke = async (device: string, reason: "lost" | "replaced") => {
    await call("DELETE", `/v1/devices/${device}`, { reason });
    await refresh();
  };
  const moved = async (device: string) => {
    await revoke(device, "replaced");
    // Nobody goes on reading the account on the phone that was left.
    await call("DELETE", "/v1/riders/sessions");
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
              <span class="choices">
                {own.length > 0 && !own.includes(device) && (
                  <Sure ask={say("moved")} question={say("moved_sure")} yes={say("moved_yes")} act={() => moved(device)} />
                )}
                <Sure ask={say("lost")} question={say("lost_sure")} yes={say("yes")} act={() => revoke(device, "lost")} />
              </span>
            ) : (
              <span class="hint">{say("phone_off")}</span>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Says on the code's page that another phone makes codes too, until the rider has seen to it. */
export function OtherPhoneNotice({ rider }: { rider: Rider }) {
  const { say } = useShared();
  const own = useOwnDevices(rider);
  const others = rider.devices.filter(({ device, active }) => active && !own.includes(device));
  const names = others.map(({ device }) => device).join(" ");
  const [kept, setKept] = useState(localStorage.getItem(KEPT));
  if (own.length === 0 || others.length === 0 || kept === names) {
    return null;
  }
  const keep = () => {
    localStorage.setItem(KEPT, names);
    setKept(names);
  };
  return (
    <div class="card" role="status">
      <p>{say("other_phone_too")}</p>
      <a class="button" href="#/account">
        {say("see_phones")}
      </a>
      <button type="button" class="quiet" onClick={keep}>
        {say("keep_both")}
      </button>
    </div>
  );
}

/** The numbers this phone has at the back office, one for each of its keys. */
function useOwnDevices(rider: Rider): string[] {
  const [own, setOwn] = useState<string[]>([]);
  useEffect(() => void ownDevices().then(setOwn), [rider]);
  return own;
}

async function ownDevices(): Promise<string[]> {
  const phones = [await find("phone-es256"), await find("phone-sm2")];
  return phones.flatMap((phone) => phone?.device ?? []);
}

/** The other phones that the rider wants to keep, by their numbers. */
const KEPT = "kept-phones";
