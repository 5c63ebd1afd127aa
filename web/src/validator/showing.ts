// What a page of the validator shows now: the last answer for its time, then what rests.

import { useEffect, useMemo, useRef, useState } from "preact/hooks";

import { type Answer, type State, followScreen, followState } from "./device.ts";
import { STAYS_MS, type Shown, restingOf, shownOf } from "./face.ts";
import { type Hearing, Sound, spokenOf } from "./sound.ts";

export interface Showing {
  /** What is shown over everything; undefined while the sign stands there. */
  shown: Shown | undefined;
  state: State | undefined;
  hearing: Hearing;
  /** Shows an answer, once. */
  show(answer: Answer | undefined): void;
}

export function useShowing(): Showing {
  const sound = useMemo(() => new Sound(spokenOf(location.search)), []);
  const [passing, setPassing] = useState<Shown>();
  const [state, setState] = useState<State>();
  const [hearing, setHearing] = useState<Hearing>(sound.hearing());
  const last = useRef<{ sequence?: number | null; rest?: number; lost: boolean }>({ lost: false });

  const show = (answer: Answer | undefined) => {
    // The page that asked and the validator's screen both tell it.
    if (answer?.sequence != null && answer.sequence === last.current.sequence) {
      return;
    }
    const next = shownOf(answer);
    if (!next || (answer === undefined && last.current.lost)) {
      return;
    }
    last.current.lost = answer === undefined;
    last.current.sequence = answer?.sequence ?? null;
    setPassing(next);
    sound.play(next);
    clearTimeout(last.current.rest);
    if (answer !== undefined) {
      last.current.rest = window.setTimeout(() => setPassing(undefined), STAYS_MS[next.face]);
    }
  };

  useEffect(() => {
    void followScreen(show);
    void followState((state) => {
      if (state && last.current.lost) {
        last.current.lost = false;
        setPassing(undefined);
      }
      setState(state);
      setHearing(sound.hearing());
    });
    const touched = () => void sound.wake().then(() => setHearing(sound.hearing()));
    addEventListener("pointerdown", touched);
    addEventListener("keydown", touched);
  }, []);

  return { shown: passing ?? restingOf(state), state, hearing, show };
}

/** The time of day on the sign, by the validator's clock in this machine's zone. */
export function clockOf(state: State | undefined): string {
  const time = state ? new Date(state.time) : new Date();
  return time.toLocaleTimeString("zh-CN", { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
}
