// Every page of the console: its address, its name, whom it is for. A page is open to a person
// where `opens` is among what the back office says of their role; it is asked again for every read.

import type { ComponentType } from "preact";

import { AdjustmentsPage } from "./pages/adjustments.tsx";
import { ChargesPage } from "./pages/charges.tsx";
import { DifferencesPage } from "./pages/differences.tsx";
import { LedgerDaysPage } from "./pages/ledger-days.tsx";
import { PayoutsPage } from "./pages/payouts.tsx";
import { DevicesPage } from "./pages/devices.tsx";
import { LivePage } from "./pages/live.tsx";
import { RidersPage } from "./pages/riders.tsx";
import { SessionsPage } from "./pages/sessions.tsx";
import { StatementsPage } from "./pages/statements.tsx";
import { TrailPage } from "./pages/trail.tsx";
import type { Word } from "./words.ts";

export interface ConsolePage {
  /** The part of the address after `#/`. */
  path: string;
  name: Word;
  /** What a role must open: `staff`, `operator`, `agent`, `accountant` or `books`. */
  opens: string;
  /** Only for staff of all operators: riders' money, payouts. */
  issuerOnly?: boolean;
  Page: ComponentType;
}

/** In the order of the navigation; the first that is open is where a person begins. */
export const PAGES: ConsolePage[] = [
  { path: "live", name: "live", opens: "staff", Page: LivePage },
  { path: "devices", name: "devices", opens: "operator", Page: DevicesPage },
  { path: "riders", name: "riders", opens: "agent", issuerOnly: true, Page: RidersPage },
  { path: "statements", name: "statements", opens: "books", Page: StatementsPage },
  { path: "payouts", name: "payouts", opens: "books", issuerOnly: true, Page: PayoutsPage },
  { path: "charges", name: "charges", opens: "books", issuerOnly: true, Page: ChargesPage },
  { path: "adjustments", name: "adjustments", opens: "staff", issuerOnly: true, Page: AdjustmentsPage },
  { path: "differences", name: "differences", opens: "books", issuerOnly: true, Page: DifferencesPage },
  { path: "ledger", name: "ledger_days", opens: "books", issuerOnly: true, Page: LedgerDaysPage },
  { path: "trail", name: "trail", opens: "staff", Page: TrailPage },
  { path: "sessions", name: "sessions_title", opens: "staff", Page: SessionsPage },
];
