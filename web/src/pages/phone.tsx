// Signing in: a phone number, then the code of the SMS.

import { useState } from "preact/hooks";

import { call } from "../api.ts";
import { useShared } from "../context.ts";
import { Notice, Page, useAction } from "../notice.tsx";

export function PhonePage() {
  const { say } = useShared();
  // The number outlives a reload of this tab, and nothing else.
  const [phone, setPhone] = useState(() => sessionStorage.getItem(DRAFT) ?? "");
  const [sent, setSent] = useState(false);
  const [problem, setProblem] = useState("");
  const action = useAction();
  const send = (event: Event) => {
    event.preventDefault();
    if (!PHONE.test(plainNumber(phone))) {
      setProblem(say("phone_bad"));
      return;
    }
    setProblem("");
    sessionStorage.setItem(DRAFT, phone);
    void action.run(async () => {
      await call("POST", "/v1/riders/codes", { phone: plainNumber(phone) });
      setSent(true);
    });
  };
  if (sent) {
    return <SmsPage phone={phone} again={() => setSent(false)} />;
  }
  return (
    <Page title={say("phone_title")}>
      <p>{say("phone_why")}</p>
      <form onSubmit={send} noValidate>
        <label for="phone">{say("phone_label")}</label>
        <input
          id="phone"
          type="tel"
          autocomplete="tel"
          inputMode="tel"
          value={phone}
          aria-describedby="phone-hint phone-problem"
          aria-invalid={problem !== ""}
          onInput={(event) => setPhone(event.currentTarget.value)}
        />
        <p id="phone-hint" class="hint">
          {say("phone_hint")}
        </p>
        <p id="phone-problem" class="notice" role="alert" hidden={problem === ""}>
          {problem}
        </p>
        <button type="submit" disabled={action.busy}>
          {action.busy ? say("loading") : say("send")}
        </button>
      </form>
      <Notice fault={action.fault} />
    </Page>
  );
}

function SmsPage({ phone, again }: { phone: string; again(): void }) {
  const { say, refresh } = useShared();
  const [code, setCode] = useState("");
  // The same code under the same key is the same sign-in: a reply that was lost costs no other SMS.
  const [key] = useState(secret);
  const [problem, setProblem] = useState("");
  const action = useAction();
  const signIn = (event: Event) => {
    event.preventDefault();
    if (!/^\d{6}$/.test(code.trim())) {
      setProblem(say("sms_bad"));
      return;
    }
    setProblem("");
    void action.run(async () => {
      // The reply's token is not looked at: the cookie does it, and no script can read that.
      await call("POST", "/v1/riders/sessions", { phone: plainNumber(phone), code: code.trim() }, key);
      sessionStorage.removeItem(DRAFT);
      await refresh();
    });
  };
  return (
    <Page title={say("sms_label")}>
      <p role="status">{say("sms_sent", { phone })}</p>
      <form onSubmit={signIn} noValidate>
        <label for="sms">{say("sms_label")}</label>
        <input
          id="sms"
          class="digits"
          type="text"
          inputMode="numeric"
          autocomplete="one-time-code"
          maxLength={6}
          value={code}
          aria-describedby="sms-problem"
          aria-invalid={problem !== ""}
          onInput={(event) => setCode(event.currentTarget.value)}
        />
        <p id="sms-problem" class="notice" role="alert" hidden={problem === ""}>
          {problem}
        </p>
        <button type="submit" disabled={action.busy}>
          {action.busy ? say("loading") : say("sign_in")}
        </button>
        <button type="button" class="quiet" onClick={again}>
          {say("other_number")}
        </button>
      </form>
      <Notice fault={action.fault} />
    </Page>
  );
}

/** 256 random bits in hex. */
function secret(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(32)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** As people write numbers, without spaces and hyphens. */
function plainNumber(text: string): string {
  return text.normalize("NFKC").replace(/[\s-]/g, "");
}

const PHONE = /^(\d{11}|\+\d{8,15})$/;
const DRAFT = "phone";
