// Which face an answer gives the screen, and for how long. Pure.

import type { Answer, State } from "./device.ts";

/** Each has a color, a shape and a sound of its own. */
export type Face = "idle" | "yes" | "no" | "back" | "off";

/** A face with what it says. */
export interface Shown {
  face: Face;
  answer: Answer;
}

/** What an answer shows; undefined if it is no news for the rider. */
export function shownOf(answer: Answer | undefined): Shown | undefined {
  if (answer === undefined) {
    return { face: "off", answer: SILENT_VALIDATOR };
  }
  if (answer.silent || answer.shown_zh === undefined) {
    return undefined;
  }
  if (answer.voided !== undefined) {
    return { face: "back", answer };
  }
  if (answer.outcome === "out_of_order") {
    return { face: "off", answer };
  }
  return { face: answer.admit ? "yes" : "no", answer };
}

/** What stands on the screen while nobody shows a code; undefined is the sign. */
export function restingOf(state: State | undefined): Shown | undefined {
  const stopping = state?.ailments_shown.find(({ stops }) => stops);
  return stopping && { face: "off", answer: { shown_zh: stopping.zh, shown: stopping.en } };
}

/** How long a face stays, in milliseconds. */
export const STAYS_MS: Record<Face, number> = { idle: 0, yes: 2500, no: 4000, back: 4000, off: 3000 };

/** An amount in fen as people read it. */
export function yuan(minor: number): string {
  return `¥${Math.floor(minor / 100)}.${String(minor % 100).padStart(2, "0")}`;
}

/** An age, short: minutes, hours or days. */
export function age(seconds: number): { zh: string; en: string } {
  const minutes = Math.max(0, Math.floor(seconds / 60));
  if (minutes < 120) {
    return { zh: `${minutes} 分钟`, en: `${minutes} min` };
  }
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? { zh: `${hours} 小时`, en: `${hours} h` } : { zh: `${Math.floor(hours / 24)} 天`, en: `${Math.floor(hours / 24)} days` };
}

const SILENT_VALIDATOR: Answer = {
  shown_zh: "终端无响应",
  shown: "The validator does not answer",
  remedy_zh: "请走其他通道",
  remedy: "use another gate",
};
