// The camera page: any tablet with a camera becomes the eye of this validator.
//
// Each picture of the camera is searched for a QR symbol, and its bytes go to the validator, which
// decides. One code at a time: the next picture is looked at when the answer is there.

import { render } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

import { type Answer, scan } from "./device.ts";
import { type Choice, type Eye, TROUBLES, type Trouble, listEyes, openEye, setTorch } from "./eye.ts";
import { Badges, Lamp } from "./lamp.tsx";
import { prepareReader, readCode } from "./reader.ts";
import { clockOf, useShowing } from "./showing.ts";
import { type Asked, isNews } from "./sight.ts";
import "./style.css";

function Camera() {
  const { shown, state, hearing, show } = useShowing();
  const { eye, trouble, choices, choose, again } = useEye();
  const [lit, setLit] = useState(false);
  const silentMs = useRef(3000);
  silentMs.current = (state?.silent_s ?? 3) * 1000;
  const video = useWatching(eye, silentMs, show);
  const sign = state?.sign;
  return (
    <main class="camera">
      <header class="sign">
        <p class="line">
          {(sign?.line ?? sign?.stop)?.zh} <span lang="en">{(sign?.line ?? sign?.stop)?.en}</span>
        </p>
        <time>{clockOf(state)}</time>
      </header>
      <video ref={video} muted playsInline aria-label="相机画面 Camera picture" class={trouble ? "dark" : ""} />
      {!shown && !trouble && (
        <p class="aim">
          请将乘车码对准相机 <span lang="en">Hold your ride code to the camera</span>
        </p>
      )}
      {trouble && <TroubleCard trouble={trouble} again={again} />}
      {shown && <Lamp {...shown} />}
      <div class="controls">
        {choices.length > 1 && (
          <label>
            相机 <span lang="en">Camera</span>
            <select onChange={(event) => choose(event.currentTarget.value)} value={eye?.track.getSettings().deviceId}>
              {choices.map(({ id, label }) => (
                <option value={id} key={id}>
                  {label}
                </option>
              ))}
            </select>
          </label>
        )}
        {eye?.hasTorch && (
          <button type="button" aria-pressed={lit} onClick={async () => setLit(await setTorch(eye.track, !lit))}>
            补光灯 <span lang="en">Light</span>
          </button>
        )}
      </div>
      <Badges state={state} hearing={hearing} />
    </main>
  );
}

function TroubleCard({ trouble, again }: { trouble: Trouble; again(): void }) {
  const { what, remedy } = TROUBLES[trouble];
  return (
    <section class="trouble" role="alert" data-trouble={trouble}>
      <h1>
        {what.zh} <span lang="en">{what.en}</span>
      </h1>
      <p>
        {remedy.zh} <span lang="en">{remedy.en}</span>
      </p>
      <button type="button" onClick={again}>
        重试 <span lang="en">Try again</span>
      </button>
    </section>
  );
}

/** Keeps a camera open: opens it anew when it is lost, allowed or connected. */
function useEye() {
  const [chosen, setChosen] = useState(localStorage.getItem("camera") ?? undefined);
  const [turn, setTurn] = useState(0);
  const [eye, setEye] = useState<Eye>();
  const [trouble, setTrouble] = useState<Trouble>();
  const [choices, setChoices] = useState<Choice[]>([]);
  const again = () => setTurn((turn) => turn + 1);

  useEffect(() => {
    let ended = false;
    let open: Eye | undefined;
    let retry: number | undefined;
    void openEye(chosen).then(async (opened) => {
      if (typeof opened === "string") {
        if (opened === "none" && chosen !== undefined) {
          // The one chosen before is not there: any will do.
          setChosen(undefined);
          return;
        }
        setEye(undefined);
        // A camera that went away while it was in use is lost until it is back.
        setTrouble((before) => (before === "lost" && opened === "none" ? "lost" : opened));
        retry = window.setTimeout(again, opened === "in_use" || opened === "none" ? RETRY_MS : LONG_MS);
        return;
      }
      if (ended) {
        opened.track.stop();
        return;
      }
      open = opened;
      opened.track.addEventListener("ended", () => {
        setEye(undefined);
        setTrouble("lost");
        retry = window.setTimeout(again, RETRY_MS);
      });
      setEye(opened);
      setTrouble(undefined);
      setChoices(await listEyes());
    });
    return () => {
      ended = true;
      clearTimeout(retry);
      open?.track.stop();
    };
  }, [chosen, turn]);

  useEffect(() => {
    navigator.mediaDevices?.addEventListener("devicechange", again);
    return () => navigator.mediaDevices?.removeEventListener("devicechange", again);
  }, []);

  const choose = (id: string) => {
    localStorage.setItem("camera", id);
    setChosen(id);
  };
  return { eye, trouble, choices, choose, again };
}

/** Looks at the camera's pictures one after the other, and asks about what they hold. */
function useWatching(eye: Eye | undefined, silentMs: { current: number }, show: (answer: Answer | undefined) => void) {
  const video = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    const screen = video.current;
    if (!screen || !eye) {
      return;
    }
    let ended = false;
    let last: Asked | undefined;
    screen.srcObject = eye.stream;
    const look = async () => {
      const picture = pictureOf(screen);
      const code = picture && (await readCode(picture));
      if (code && isNews(code, last, performance.now(), silentMs.current)) {
        last = { code, at: performance.now() };
        show(await scan(code));
      }
    };
    const watch = async () => {
      await prepareReader();
      await screen.play();
      while (!ended) {
        await look();
        await new Promise((next) => setTimeout(next, PAUSE_MS));
      }
    };
    // The page may be left, or the camera lost, while a picture is awaited.
    void watch().catch((fault: unknown) => console.warn("the camera is not watched", fault));
    return () => {
      ended = true;
      screen.srcObject = null;
    };
  }, [eye]);
  return video;
}

/** What the camera sees now, at most `SIDE_MAX` on its longer side. */
function pictureOf(video: HTMLVideoElement): ImageData | undefined {
  const { videoWidth, videoHeight } = video;
  if (videoWidth === 0 || videoHeight === 0) {
    return undefined;
  }
  const scale = Math.min(1, SIDE_MAX / Math.max(videoWidth, videoHeight));
  const [width, height] = [Math.round(videoWidth * scale), Math.round(videoHeight * scale)];
  if (CANVAS.width !== width || CANVAS.height !== height) {
    [CANVAS.width, CANVAS.height] = [width, height];
  }
  const context = CANVAS.getContext("2d", { willReadFrequently: true });
  context?.drawImage(video, 0, 0, width, height);
  return context?.getImageData(0, 0, width, height);
}

const CANVAS = document.createElement("canvas");
/** Enough for a symbol of 65 modules that fills a third of the picture. */
const SIDE_MAX = 960;
/** Between pictures: reading one takes 5 to 50 ms, and riders must not wait. */
const PAUSE_MS = 40;
const RETRY_MS = 2000;
const LONG_MS = 10_000;

const page = document.getElementById("page");
if (page) {
  render(<Camera />, page);
}
