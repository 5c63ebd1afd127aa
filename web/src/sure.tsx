// A button for what cannot be undone.

import { useState } from "preact/hooks";

import { useShared } from "./context.ts";
import { Notice, useAction } from "./notice.tsx";

/** A button for what cannot be undone: asks once more before it acts. */
export function Sure({ ask, question, yes, act }: { ask: string; question: string; yes: string; act(): Promise<void> }) {
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
