// What each operator is owed, by service day.

import { useShared } from "../context.ts";
import { Page } from "../pieces.tsx";

export function StatementsPage() {
  const { say } = useShared();
  return <Page title={say("statements")} lead={say("statements_lead")}>{null}</Page>;
}
