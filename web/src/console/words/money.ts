// Money: statements, payouts, charges, adjustments, reconciliation, audit. 简体, 繁體, English.

import type { Entry } from "../words.ts";

const entry = (hans: string, hant: string, en: string): Entry => ({ "zh-Hans": hans, "zh-Hant": hant, en });

export const money = {
  statements: entry("清分结算单", "清分結算單", "Statements"),
  statements_lead: entry(
    "每个运营日应付各运营单位的票款。编号连续，更正另列一行。",
    "每個營運日應付各營運單位的票款。編號連續，更正另列一行。",
    "What each operator is owed for a service day. Numbers have no gap; corrections are lines of their own.",
  ),
};
