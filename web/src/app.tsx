// The rider's app: which page is due, and what all pages share.
//
// A phone that can make codes opens on the code and asks nobody. Otherwise the first step of
// enrolment that is not done yet is shown: city, phone number, agreement.

import { useCallback, useEffect, useMemo, useState } from "preact/hooks";

import { type Brand, Problem, type Rider, call } from "./api.ts";
import { Context, type Shared, useShared } from "./context.ts";
import { wantsMore } from "./credentials.ts";
import { equip, fetchCredentials } from "./enrol.ts";
import { LanguageChoice, useAddress } from "./frame.tsx";
import { Notice, Page } from "./notice.tsx";
import { AccountPage } from "./pages/account.tsx";
import { CityPage } from "./pages/city.tsx";
import { ClosedPage } from "./pages/closing.tsx";
import { CodePage, type Ready } from "./pages/code.tsx";
import { MandatePage } from "./pages/mandate.tsx";
import { PhonePage } from "./pages/phone.tsx";
import { RidesPage } from "./pages/rides.tsx";
import { useSettings } from "./settings.ts";
import { find } from "./vault.ts";
import { type Language, speak } from "./words.ts";

export function App() {
  const settings = useSettings();
  const say = useMemo(() => speak(settings.language), [settings.language]);
  const online = useOnline();
  const where = useWhere();
  const [rider, setRider] = useState<Rider | null>();
  const [brands, setBrands] = useState<Brand[]>([]);
  const [ready, setReady] = useState<Ready | null>();
  const [fault, setFault] = useState<unknown>();

  const refresh = useCallback(async () => {
    setFault(undefined);
    try {
      setBrands(await call<Brand[]>("GET", "/v1/brands"));
      setRider(await findRider());
    } catch (thrown) {
      setFault(thrown);
    }
  }, []);

  useEffect(() => void findReady().then(setReady, setFault), []);
  useEffect(() => void refresh(), [online, where]);
  useEffect(() => {
    const step = supply({ rider, ready, brand: brands.find(({ brand }) => brand === settings.brand) });
    void step.then((supplied) => supplied && setReady(supplied), setFault);
  }, [rider, ready, brands, settings.brand]);
  useEffect(() => {
    document.documentElement.lang = settings.language;
    document.documentElement.classList.toggle("large", settings.large);
    document.title = `Ridecode · ${say("code")}`;
  }, [settings.language, settings.large]);

  const shared: Shared = { ...settings, say, online, rider, brands, refresh };
  const brand = brands.find(({ brand }) => brand === settings.brand);
  // Pages that know enough go on without a network, and say so themselves.
  const lostNetwork = fault instanceof Problem && fault.kind === "offline";
  const page = () => {
    if (where === "rides" && rider) {
      return <RidesPage />;
    }
    if (where === "account" && (rider || ready)) {
      return <AccountPage forgotten={() => setReady(null)} />;
    }
    if (rider?.state === "closed") {
      return <ClosedPage />;
    }
    if (ready && ready.wallet.brand === settings.brand) {
      return <CodePage ready={ready} />;
    }
    if (ready === undefined || (rider === undefined && fault === undefined)) {
      return <p class="loading">{say("loading")}</p>;
    }
    if (settings.brand === undefined) {
      return <CityPage />;
    }
    if (rider === null) {
      return <PhonePage />;
    }
    if (rider && brand && !rider.mandates.some(({ state }) => state === "active")) {
      return <MandatePage rider={rider} brand={brand} />;
    }
    return <Preparing again={refresh} failed={fault !== undefined} />;
  };
  return (
    <Context.Provider value={shared}>
      <Header language={settings.language} change={settings.setLanguage} />
      <main id="main">
        <Notice fault={lostNetwork && (ready || rider !== undefined) ? undefined : fault} />
        {page()}
      </main>
      {(rider || ready) && <Tabs where={where} />}
    </Context.Provider>
  );

  function Preparing({ again, failed }: { again(): Promise<void>; failed: boolean }) {
    return (
      <Page title={say("code_title")}>
        {failed ? (
          <button type="button" onClick={again}>
            {say("retry")}
          </button>
        ) : (
          <p role="status">{say("loading")}</p>
        )}
      </Page>
    );
  }
}

function Header({ language, change }: { language: Language; change(language: Language): void }) {
  const say = speak(language);
  return (
    <header>
      <a href="#/" class="logo">
        Ridecode <span lang="zh">乘车码</span>
      </a>
      <LanguageChoice name={say("language")} language={language} change={change} />
    </header>
  );
}

function Tabs({ where }: { where: Where }) {
  const { say } = useShared();
  const tabs: [Where, string][] = [
    ["code", say("code")],
    ["rides", say("rides")],
    ["account", say("account")],
  ];
  return (
    <nav aria-label={say("main")}>
      {tabs.map(([tab, name]) => (
        <a key={tab} href={tab === "code" ? "#/" : `#/${tab}`} aria-current={where === tab ? "page" : undefined}>
          {name}
        </a>
      ))}
    </nav>
  );
}

type Where = "code" | "rides" | "account";

/** The page the address names. */
function useWhere(): Where {
  const name = useAddress();
  return name === "rides" || name === "account" ? name : "code";
}

function useOnline(): boolean {
  const [online, setOnline] = useState(navigator.onLine);
  useEffect(() => {
    const changed = () => setOnline(navigator.onLine);
    addEventListener("online", changed);
    addEventListener("offline", changed);
    return () => {
      removeEventListener("online", changed);
      removeEventListener("offline", changed);
    };
  }, []);
  return online;
}

/** Who is signed in; null if nobody is. */
async function findRider(): Promise<Rider | null> {
  try {
    return await call<Rider>("GET", "/v1/riders/me");
  } catch (fault) {
    // Staff who are signed in at the console of this browser are no rider.
    if (fault instanceof Problem && (fault.kind === "signed-out" || fault.kind === "forbidden")) {
      return null;
    }
    throw fault;
  }
}

/** What this phone can make codes with; null if it cannot. */
async function findReady(): Promise<Ready | null> {
  const wallet = await find("wallet");
  const phone = wallet && (await find(`phone-${wallet.algorithm}`));
  return phone && wallet ? { phone, wallet } : null;
}

/** Gets credentials where they are due and may be had. */
async function supply(known: {
  rider: Rider | null | undefined;
  ready: Ready | null | undefined;
  brand: Brand | undefined;
}): Promise<Ready | null> {
  const { rider, ready, brand } = known;
  if (!rider || ready === undefined || !brand || !rider.mandates.some(({ state }) => state === "active")) {
    return null;
  }
  return oneAtATime(async () => {
    const held = await findReady();
    const same = held && held.wallet.brand === brand.brand && held.phone.rider === rider.rider;
    const now = Date.now() / 1000 + ((await find("offset")) ?? 0);
    if (!same) {
      await equip(rider, brand);
    } else if (wantsMore(held.wallet.credentials, now)) {
      await fetchCredentials(held.phone, brand.brand, brand.name);
    }
    const supplied = await findReady();
    return isSame(ready, supplied) ? null : supplied;
  });
}

/** Whether codes made with one are codes made with the other. */
function isSame(one: Ready | null, other: Ready | null): boolean {
  return (
    one?.phone.device === other?.phone.device &&
    one?.wallet.brand === other?.wallet.brand &&
    one?.wallet.credentials[0]?.expires === other?.wallet.credentials[0]?.expires
  );
}

/** Runs one after the other, in whichever tab: two at once would register two keys of one phone. */
function oneAtATime<T>(act: () => Promise<T>): Promise<T> {
  // Safari has locks from 15.4 on.
  return "locks" in navigator ? navigator.locks.request("ridecode-supply", act) : act();
}
