// Everything the back office holds about the rider, as one file.

import { type Ride, call } from "../api.ts";
import { useShared } from "../context.ts";
import { Notice, useAction } from "../notice.tsx";

export function MyData() {
  const { say } = useShared();
  const action = useAction();
  return (
    <section class="card">
      <h2>{say("my_data")}</h2>
      <p>{say("my_data_hint")}</p>
      <button type="button" class="quiet" disabled={action.busy} onClick={() => action.run(download)}>
        {action.busy ? say("loading") : say("my_data_get")}
      </button>
      <Notice fault={action.fault} />
    </section>
  );
}

async function download(): Promise<void> {
  const rides = await everyRide();
  const months = [...new Set(rides.flatMap(({ began }) => monthsAround(began)))];
  const everything = {
    account: await call("GET", "/v1/riders/me"),
    debts: await call("GET", "/v1/debts"),
    rides,
    bills: await Promise.all(months.map((month) => call("GET", `/v1/bills/${month}`))),
  };
  const file = new Blob([JSON.stringify(everything, null, 2)], { type: "application/json" });
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = "ridecode.json";
  link.click();
  URL.revokeObjectURL(link.href);
}

/** The calendar months a moment falls in, in whatever zone its tariff counts. */
function monthsAround(moment: string): string[] {
  const day = 86_400_000;
  return [-day, day].map((shift) => new Date(Date.parse(moment) + shift).toISOString().slice(0, 7));
}

/** All rides, page after page. */
async function everyRide(): Promise<Ride[]> {
  const rides: Ride[] = [];
  let next: string | null = "";
  while (next !== null) {
    const after: string = next === "" ? "" : `&after=${next}`;
    const page: { rides: Ride[]; next: string | null } = await call("GET", `/v1/rides?limit=100${after}`);
    rides.push(...page.rides);
    next = page.next;
  }
  return rides;
}
