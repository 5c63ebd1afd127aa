// The console: who is signed in, which page the address names, and the frame around it.

import { useCallback, useEffect, useMemo, useState } from "preact/hooks";

import { LanguageChoice, useAddress } from "../frame.tsx";
import { type Language, kept } from "../language.ts";
import { type OperatorView, Problem, type StaffView, call } from "./api.ts";
import { Context, type Shared, useShared } from "./context.ts";
import { plain } from "./load.tsx";
import { type ConsolePage, PAGES } from "./pages.ts";
import { SignIn } from "./pages/sign-in.tsx";
import { type Say, type Word, speak } from "./words.ts";

interface SignedIn {
  me: StaffView;
  operators: OperatorView[];
}

export function Console() {
  const [language, setLanguage] = useState<Language>(kept);
  const say = useMemo(() => speak(language), [language]);
  const [signedIn, setSignedIn] = useState<SignedIn | null>();
  const [wasOver, setWasOver] = useState(false);
  const [fault, setFault] = useState<unknown>();
  const path = useAddress();

  const refresh = useCallback(async () => {
    setFault(undefined);
    try {
      const [me, operators] = await Promise.all([call("GET /v1/staff/me"), call("GET /v1/operators")]);
      setSignedIn({ me, operators });
      setWasOver(false);
    } catch (thrown) {
      // A rider who is signed in with this browser is no staff.
      if (thrown instanceof Problem && (thrown.kind === "signed-out" || thrown.kind === "forbidden")) {
        setSignedIn(null);
      } else {
        setFault(thrown);
      }
    }
  }, []);
  const signedOut = useCallback(() => {
    setSignedIn(null);
    setWasOver(true);
  }, []);
  useEffect(() => void refresh(), []);

  const open = PAGES.filter(({ opens, issuerOnly }) => {
    const of = signedIn?.me;
    return of && of.opens.includes(opens) && !(issuerOnly && of.operator);
  });
  const page = PAGES.find((page) => page.path === path) ?? open[0];
  useEffect(() => {
    document.documentElement.lang = language;
    const title = signedIn && page ? say(page.name) : say("sign_in_title");
    document.title = `${title} · Ridecode`;
  }, [language, signedIn, page]);
  const choose = (language: Language) => {
    localStorage.setItem("language", language);
    setLanguage(language);
  };

  if (!signedIn) {
    return (
      <div class="outside">
        <main id="main">
          {signedIn === null ? (
            <SignIn say={say} signedIn={refresh} wasOver={wasOver} />
          ) : (
            <Waiting say={say} fault={fault} again={refresh} />
          )}
        </main>
        <LanguageChoice name={say("language")} language={language} change={choose} />
      </div>
    );
  }
  const shared: Shared = { language, say, ...signedIn, signedOut };
  return (
    <Context.Provider value={shared}>
      <a class="skip" href="#main" onClick={skip}>
        {say("skip")}
      </a>
      <div class="inside">
        <Side open={open} page={page} language={language} choose={choose} left={() => setSignedIn(null)} />
        <main id="main" tabIndex={-1}>
          {page && open.includes(page) ? <page.Page key={page.path} /> : <NotForYou />}
        </main>
      </div>
    </Context.Provider>
  );
}

interface SideProps {
  open: ConsolePage[];
  page: ConsolePage | undefined;
  language: Language;
  choose(language: Language): void;
  left(): void;
}

/** Navigation and who is signed in: beside the page, or above it on a phone. */
function Side({ open, page, language, choose, left }: SideProps) {
  const { say, me, operators } = useShared();
  const operator = operators.find(({ operator }) => operator === me.operator)?.name ?? say("all_operators");
  const leave = async () => {
    if (me.session) {
      // Whoever cannot be reached ends the session by itself when it is idle.
      await call("DELETE /v1/staff/sessions/{session}", { params: { session: me.session } }).catch(() => undefined);
    }
    location.hash = "#/";
    left();
  };
  return (
    <header class="side">
      <a class="logo" href="#/">
        Ridecode <span lang="zh">乘车码</span>
      </a>
      <nav aria-label={say("main")}>
        {open.map(({ path, name }) => (
          <a key={path} href={`#/${path}`} aria-current={path === page?.path ? "page" : undefined}>
            {say(name)}
          </a>
        ))}
      </nav>
      <div class="who">
        <p>
          <strong>{me.name}</strong>
          <span>
            {say(`role_${me.role}` as Word)} · {operator}
          </span>
        </p>
        <LanguageChoice name={say("language")} language={language} change={choose} />
        <button type="button" class="quiet" onClick={leave}>
          {say("sign_out")}
        </button>
      </div>
    </header>
  );
}

function Waiting({ say, fault, again }: { say: Say; fault: unknown; again(): Promise<void> }) {
  if (fault === undefined) {
    return (
      <p class="loading" role="status">
        {say("loading")}
      </p>
    );
  }
  return (
    <div class="notice" role="alert">
      <h1>{say("console")}</h1>
      <p>{plain(say, fault)}</p>
      <button type="button" onClick={again}>
        {say("retry")}
      </button>
    </div>
  );
}

function NotForYou() {
  const { say, me } = useShared();
  return (
    <section class="page" aria-labelledby="title">
      <h1 id="title" tabIndex={-1}>
        {say("not_for_you")}
      </h1>
      <p>{say("not_for_you_why", { role: say(`role_${me.role}` as Word) })}</p>
    </section>
  );
}

/** Goes to the content without changing the address, which names the page. */
function skip(event: Event): void {
  event.preventDefault();
  document.getElementById("main")?.focus();
}
