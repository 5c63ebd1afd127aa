// The lamp: a face with its shape, what happened and what to do, to be read from two meters.

import type { Name, Sign, State } from "./device.ts";
import { type Face, type Shown, age, yuan } from "./face.ts";
import type { Hearing } from "./sound.ts";

/** An answer, over the whole screen. */
export function Lamp({ face, answer }: Shown) {
  const { fare_minor: fare, fare_ceiling_minor: ceiling, category } = answer;
  return (
    <section class={`lamp ${face}`} role="alert" data-face={face}>
      <Shape face={face} />
      <div class="words">
        <p class="zh">{answer.shown_zh}</p>
        <p class="en" lang="en">
          {answer.shown}
        </p>
        {face === "yes" && (
          <p class="facts">
            {fare != null ? (
              <strong>{yuan(fare)}</strong>
            ) : (
              ceiling != null && (
                <span>
                  最高 <span lang="en">at most</span> <strong>{yuan(ceiling)}</strong>
                </span>
              )
            )}
            {category && (
              <span class="category">
                {category.zh} <span lang="en">{category.en}</span>
              </span>
            )}
          </p>
        )}
        {answer.remedy_zh && (
          <p class="remedy">
            {answer.remedy_zh} <span lang="en">{capital(answer.remedy ?? "")}</span>
          </p>
        )}
      </div>
    </section>
  );
}

/** What stands there while nobody shows a code: line, direction, stop, and what to do. */
export function SignBoard({ sign, time }: { sign: Sign | null; time: string }) {
  // A gate without a line of its own says in its place which way it leads.
  const head = sign?.line ?? (sign ? PASSAGES[sign.passage] : undefined);
  return (
    <section class="lamp idle" data-face="idle">
      <header class="sign">
        {head && (
          <p class="line">
            {head.zh} {head.en !== head.zh && <span lang="en">{head.en}</span>}
          </p>
        )}
        <time>{time}</time>
      </header>
      <div class="where">
        {sign?.toward && (
          <p class="toward">
            <span class="zh">→ {sign.toward.zh}</span> <span lang="en">To {sign.toward.en}</span>
          </p>
        )}
        {sign?.stop && (
          <p class="stop">
            <span class="zh">{sign.stop.zh}</span> <span lang="en">{sign.stop.en}</span>
          </p>
        )}
        <p class="array">
          {sign?.line && sign.passage !== "single" && (
            <span>
              {PASSAGES[sign.passage].zh} <span lang="en">{PASSAGES[sign.passage].en}</span>
            </span>
          )}
          {sign?.vehicle && <span>{sign.vehicle}</span>}
          {sign?.fare_minor != null && <strong>{yuan(sign.fare_minor)}</strong>}
        </p>
      </div>
      <div class="prompt">
        <Phone />
        <div>
          <p class="zh">请出示乘车码</p>
          <p class="en" lang="en">
            Show your ride code
          </p>
        </div>
      </div>
    </section>
  );
}

/** What staff should see at a glance: no network, what is unsent, what is wrong, what is heard. */
export function Badges({ state, hearing }: { state: State | undefined; hearing: Hearing }) {
  const old = state && age(state.bundle_age_s);
  return (
    <footer class="badges">
      {state?.offline && (
        <span class="badge offline">
          离线 <span lang="en">Offline</span>
        </span>
      )}
      {state && old && (state.offline || state.bundle_age_s > OLD_S) && (
        <span class="badge">
          名单 {old.zh} <span lang="en">lists {old.en} old</span>
        </span>
      )}
      {state && (state.offline || state.unsent > 0) && (
        <span class="badge">
          未上传 <span lang="en">unsent</span> {state.unsent}
        </span>
      )}
      {state?.ailments_shown
        .filter(({ stops }) => !stops)
        .map(({ word, zh, en }) => (
          <span class="badge wrong" key={word}>
            {zh} <span lang="en">{en}</span>
          </span>
        ))}
      <span class={`badge hearing ${hearing}`} data-hearing={hearing}>
        {HEARD[hearing][0]} <span lang="en">{HEARD[hearing][1]}</span>
      </span>
    </footer>
  );
}

/** Each face has a shape of its own, so that nobody depends on its color. */
function Shape({ face }: { face: Face }) {
  return (
    <svg class="shape" viewBox="-50 -50 100 100" aria-hidden="true">
      {face === "yes" && (
        <>
          <circle r="46" />
          <path d="M-24 2 -7 19 25 -17" />
        </>
      )}
      {face === "no" && (
        <>
          <path class="solid" d="M-19 -46H19L46 -19V19L19 46H-19L-46 19V-19Z" />
          <path d="M-18 -18 18 18M18 -18-18 18" />
        </>
      )}
      {face === "back" && (
        <>
          <rect class="solid" x="-44" y="-44" width="88" height="88" rx="10" />
          <path d="M-22 -6H10a14 14 0 0 1 0 28H-8M-10 -20-24 -6-10 8" />
        </>
      )}
      {face === "off" && (
        <>
          <path class="solid" d="M0 -44 48 42H-48Z" />
          <path d="M0 -16V14M0 27V28" />
        </>
      )}
    </svg>
  );
}

function Phone() {
  return (
    <svg class="phone" viewBox="0 0 60 100" aria-hidden="true">
      <rect x="4" y="3" width="52" height="94" rx="8" />
      <path class="code" d="M15 26h12v12H15zM33 26h12v12H33zM15 44h12v12H15zM33 44h5v5h-5zM40 51h5v5h-5zM33 56h5v-5h-5zM40 44h5v5h-5z" />
      <path class="edge" d="M24 88h12" />
    </svg>
  );
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

const PASSAGES: Record<Sign["passage"], Name> = {
  single: { zh: "上车刷码", en: "Board here" },
  in: { zh: "进站", en: "Way in" },
  out: { zh: "出站", en: "Way out" },
};

/** Lists older than this are told, in seconds. */
const OLD_S = 3600;

const HEARD: Record<Hearing, [string, string]> = {
  voice: ["语音提示", "voice"],
  tones: ["提示音", "tones"],
  muted: ["静音，请轻触屏幕", "muted: touch the screen"],
};
