// Signing in: name, password, one-time code.

import { useEffect, useRef, useState } from "preact/hooks";

import { call } from "../api.ts";
import { plain } from "../load.tsx";
import { Field, TextField } from "../pieces.tsx";
import type { Say } from "../words.ts";

export function SignIn({ say, signedIn, wasOver }: { say: Say; signedIn(): Promise<void>; wasOver: boolean }) {
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState<unknown>();
  const [isShort, setShort] = useState(false);
  const codeField = useRef<HTMLInputElement>(null);
  useEffect(() => document.getElementById("title")?.focus(), []);
  const submitted = async (event: Event) => {
    event.preventDefault();
    const digits = code.replaceAll(/\s/g, "");
    setShort(!/^\d{6}$/.test(digits));
    if (!/^\d{6}$/.test(digits)) {
      codeField.current?.focus();
      return;
    }
    setBusy(true);
    setFault(undefined);
    try {
      await call("POST /v1/staff/sessions", { body: { name: name.trim(), password, code: digits } });
      await signedIn();
    } catch (thrown) {
      // A code is good once: the next one is asked for, the rest stays.
      setFault(thrown);
      setCode("");
      codeField.current?.focus();
    }
    setBusy(false);
  };
  return (
    <section class="sign-in" aria-labelledby="title">
      <p class="logo">
        Ridecode <span lang="zh">乘车码</span>
      </p>
      <h1 id="title" tabIndex={-1}>
        {say("console")}
      </h1>
      <p class="lead">{say("sign_in_lead")}</p>
      {wasOver && fault === undefined && (
        <p class="told" role="status">
          {say("session_over")}
        </p>
      )}
      <form onSubmit={submitted} noValidate>
        <TextField label={say("name")} autocomplete="username" required value={name} set={setName} />
        <TextField
          label={say("password")}
          type="password"
          autocomplete="current-password"
          required
          value={password}
          set={setPassword}
        />
        <Field label={say("code")} fault={isShort ? say("code_bad") : undefined}>
          {(props) => (
            <input
              {...props}
              ref={codeField}
              class="digits"
              type="text"
              inputMode="numeric"
              autocomplete="one-time-code"
              maxLength={7}
              required
              value={code}
              onInput={(event) => setCode(event.currentTarget.value)}
            />
          )}
        </Field>
        <p class="notice" role="alert" hidden={fault === undefined}>
          {fault === undefined ? "" : plain(say, fault)}
        </p>
        <button type="submit" disabled={busy}>
          {say("sign_in")}
        </button>
      </form>
    </section>
  );
}
