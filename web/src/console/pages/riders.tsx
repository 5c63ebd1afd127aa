// The agent's desk: find a rider, see rides with their evidence, block a lost phone, correct a ride.

import { useState } from "preact/hooks";

import { money, time } from "../../language.ts";
import { type FoundView, Problem, type RideView, call } from "../api.ts";
import { useShared } from "../context.ts";
import { Loaded, Notice, useAction, useLoad } from "../load.tsx";
import { Badge, Card, Dialog, Empty, Field, Figure, Figures, Page, type Tone } from "../pieces.tsx";
import { findWord } from "../words.ts";
import { Reason } from "./devices.tsx";
import { RideEvidence } from "./ride.tsx";

export function RidersPage() {
  const { say } = useShared();
  const [phone, setPhone] = useState("");
  const [reason, setReason] = useState("");
  const [found, setFound] = useState<FoundView>();
  const action = useAction();
  const isNobody = action.fault instanceof Problem && action.fault.kind === "unknown-rider";
  const find = (event: Event) => {
    event.preventDefault();
    setFound(undefined);
    void action.run(async () => {
      setFound(await call("POST /v1/riders/lookups", { body: { phone, reason } }));
    });
  };
  const again = async ({ rider }: FoundView) => {
    setFound(await call("POST /v1/riders/lookups", { body: { rider, reason } }));
  };
  return (
    <Page title={say("riders")} lead={say("riders_lead")}>
      <Card>
        <form class="pair" onSubmit={find}>
          <Field label={say("rider_phone")}>
            {(props) => (
              <input
                {...props}
                type="tel"
                autocomplete="off"
                required
                value={phone}
                onInput={(event) => setPhone(event.currentTarget.value)}
              />
            )}
          </Field>
          <Reason reason={reason} change={setReason} />
          <div class="buttons">
            <button type="submit" disabled={action.busy}>
              {say("rider_find")}
            </button>
          </div>
        </form>
        {isNobody ? <p class="told" role="status">{say("rider_nobody")}</p> : <Notice fault={action.fault} />}
      </Card>
      {found && <Found key={found.rider} found={found} changed={() => again(found)} />}
    </Page>
  );
}

const STATES: Record<string, Tone> = { active: "good", blocked: "bad", closed: "calm", lost: "bad" };

function Found({ found, changed }: { found: FoundView; changed(): Promise<void> }) {
  const { say, language } = useShared();
  const [lost, setLost] = useState<string>();
  const state = findWord(`rider_${found.state}`);
  const { block } = found;
  return (
    <>
      <Figures>
        <Figure name={say("state")} value={state ? say(state) : found.state} tone={STATES[found.state] ?? "calm"} />
        <Figure name={say("rider_owes")} value={money(found.balance)} tone={found.balance.minor > 0 ? "wait" : "calm"} />
        <Figure name={say("rider_opened")} value={time(language, found.opened)} />
      </Figures>
      <p class="hint">
        {say("rider_number")}: <span class="mono">{found.rider}</span>
      </p>
      {block && (
        <p class="notice">
          {say("rider_block_why", { amount: money(block.amount), n: block.rides, time: time(language, block.since) })}
        </p>
      )}
      <Card title={say("rider_phones")}>
        {found.phones.length === 0 && <p class="hint">{say("rider_no_phones")}</p>}
        <ul class="lines">
          {found.phones.map(({ device, registered, state, since }) => {
            const word = findWord(`phone_${state}`);
            return (
              <li key={device}>
                <div>
                  <span class="mono">{device}</span>{" "}
                  <Badge tone={STATES[state] ?? "calm"}>{word ? say(word) : state}</Badge>
                  <p class="hint">{time(language, since ?? registered)}</p>
                </div>
                {state === "active" && (
                  <button type="button" class="danger small" onClick={() => setLost(device)}>
                    {say("phone_block")}
                  </button>
                )}
              </li>
            );
          })}
        </ul>
      </Card>
      <Rides rider={found.rider} />
      {lost && <Lost rider={found.rider} device={lost} done={changed} close={() => setLost(undefined)} />}
    </>
  );
}

function Lost({ rider, device, done, close }: { rider: string; device: string; done(): Promise<void>; close(): void }) {
  const { say } = useShared();
  const action = useAction();
  const [reason, setReason] = useState("");
  const act = () =>
    action.run(async () => {
      await call("POST /v1/devices/{device}/block", { params: { device }, body: { rider, reason } });
      await done();
    });
  return (
    <Dialog title={say("phone_block_title")} action={action} confirm={say("phone_block")} danger act={act} close={close}>
      <p>{say("phone_block_hint")}</p>
      <p class="mono">{device}</p>
      <Reason reason={reason} change={setReason} />
    </Dialog>
  );
}

function Rides({ rider }: { rider: string }) {
  const { say, language } = useShared();
  const [open, setOpen] = useState<string>();
  const [earlier, setEarlier] = useState<{ rides: RideView[]; next: string | null | undefined }>();
  const ask = (after?: string) =>
    call("GET /v1/riders/{rider}/rides", { params: { rider, limit: 20, ...(after && { after }) } });
  const newest = useLoad(() => ask(), [rider, language]);
  const action = useAction();
  const more = (after: string) =>
    action.run(async () => {
      const page = await ask(after);
      setEarlier({ rides: [...(earlier?.rides ?? []), ...page.rides], next: page.next });
    });
  return (
    <Card title={say("rider_rides")}>
      <Loaded of={newest}>
        {({ rides, next }) => {
          const shown = [...rides, ...(earlier?.rides ?? [])];
          const after = earlier ? earlier.next : next;
          if (shown.length === 0) {
            return <Empty>{say("rider_no_rides")}</Empty>;
          }
          return (
            <>
              <ul class="lines rides">
                {shown.map((ride) => (
                  <li key={ride.journey}>
                    <Ride ride={ride} open={open === ride.journey} toggle={() => setOpen(open === ride.journey ? undefined : ride.journey)} />
                    {open === ride.journey && <RideEvidence rider={rider} ride={ride} changed={newest.again} />}
                  </li>
                ))}
              </ul>
              <Notice fault={action.fault} />
              {after && (
                <button type="button" class="quiet" disabled={action.busy} onClick={() => more(after)}>
                  {say("ride_more")}
                </button>
              )}
            </>
          );
        }}
      </Loaded>
    </Card>
  );
}

const RIDE_TONES: Record<string, Tone> = { collected: "good", priced: "good", declined: "bad", unknown: "wait" };

function Ride({ ride, open, toggle }: { ride: RideView; open: boolean; toggle(): void }) {
  const { say, language } = useShared();
  const word = findWord(`ride_${ride.state}`) ?? findWord(`charge_${ride.state}`);
  return (
    <div class="ride">
      <div>
        <strong>{time(language, ride.began)}</strong>{" "}
        <Badge tone={RIDE_TONES[ride.state] ?? "calm"}>{word ? say(word) : ride.state}</Badge>
        <p class="hint">
          {ride.taps
            .map(({ kind, stop_name, line_name, operator_name }) => {
              const what = findWord(`kind_${kind}`);
              return `${what ? say(what) : kind} ${stop_name ?? line_name ?? operator_name}`;
            })
            .join(" → ")}
        </p>
      </div>
      <strong class="number">{ride.fare ? money(ride.fare.amount) : "–"}</strong>
      <button
        type="button"
        class="quiet small"
        aria-expanded={open}
        aria-label={say("ride_evidence_of", { time: time(language, ride.began) })}
        onClick={toggle}
      >
        {say("ride_evidence")}
      </button>
    </div>
  );
}
