// Sounds of the screen: a pattern of tones for each face, then the words by a voice where the
// machine has one of its own.
//
// Voices that speak over the network are never used. Browsers keep a page silent until it was
// touched, unless they are started with --autoplay-policy=no-user-gesture-required.

import type { Face, Shown } from "./face.ts";

/** What riders hear. */
export type Hearing = "voice" | "tones" | "muted";

/** Which language is spoken. */
export type Spoken = "zh" | "en" | "off";

export class Sound {
  #audio = new AudioContext();
  #spoken: Spoken;

  constructor(spoken: Spoken) {
    this.#spoken = spoken;
    // Voices come later than the page, and only to those who asked.
    globalThis.speechSynthesis?.getVoices();
  }

  /** What riders hear now. */
  hearing(): Hearing {
    if (this.#audio.state !== "running") {
      return "muted";
    }
    return this.#voice() ? "voice" : "tones";
  }

  /** After a touch: from now on it may be heard. */
  async wake(): Promise<void> {
    await this.#audio.resume();
  }

  /** Plays a face, then says its words. */
  play({ face, answer }: Shown): void {
    if (this.#audio.state !== "running") {
      return;
    }
    let at = this.#audio.currentTime;
    for (const [hertz, seconds] of TONES[face]) {
      if (hertz > 0) {
        this.#tone(face, { hertz, at, seconds });
      }
      at += seconds;
    }
    const voice = this.#voice();
    if (!voice || this.#spoken === "off") {
      return;
    }
    const words = this.#spoken === "zh" ? [answer.shown_zh, answer.remedy_zh] : [answer.shown, answer.remedy];
    const utterance = new SpeechSynthesisUtterance(words.filter(Boolean).join(this.#spoken === "zh" ? "，" : ", "));
    utterance.voice = voice;
    utterance.lang = voice.lang;
    speechSynthesis.cancel();
    speechSynthesis.speak(utterance);
  }

  #tone(face: Face, { hertz, at, seconds }: { hertz: number; at: number; seconds: number }): void {
    const [tone, loudness] = [this.#audio.createOscillator(), this.#audio.createGain()];
    tone.type = face === "yes" ? "sine" : "square";
    tone.frequency.value = hertz;
    // Rises and falls within milliseconds, so that it does not click.
    loudness.gain.setValueAtTime(0, at);
    loudness.gain.linearRampToValueAtTime(face === "yes" ? 0.5 : 0.25, at + 0.01);
    loudness.gain.setValueAtTime(face === "yes" ? 0.5 : 0.25, at + seconds - 0.02);
    loudness.gain.linearRampToValueAtTime(0, at + seconds);
    tone.connect(loudness).connect(this.#audio.destination);
    tone.start(at);
    tone.stop(at + seconds);
  }

  #voice(): SpeechSynthesisVoice | undefined {
    const voices = globalThis.speechSynthesis?.getVoices() ?? [];
    return voices.find(({ localService, lang }) => localService && lang.toLowerCase().startsWith(this.#spoken));
  }
}

/** What the address of the page says: ?speak=en, ?speak=off; Chinese unless told. */
export function spokenOf(query: string): Spoken {
  const told = new URLSearchParams(query).get("speak");
  return told === "en" || told === "off" ? told : "zh";
}

/** Hertz and seconds of each tone; 0 Hz is a pause. */
const TONES: Record<Face, [number, number][]> = {
  idle: [],
  yes: [[988, 0.1], [1319, 0.22]],
  no: [[196, 0.14], [0, 0.07], [196, 0.14], [0, 0.07], [196, 0.14]],
  back: [[660, 0.12], [440, 0.2]],
  off: [[160, 0.6]],
};
