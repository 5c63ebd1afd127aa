// The words people read, in the language they chose.

import { en, type Words } from "./words/en.ts";
import { zhHans } from "./words/zh-hans.ts";
import { zhHant } from "./words/zh-hant.ts";

export type Language = "zh-Hans" | "zh-Hant" | "en";

export const LANGUAGES: { tag: Language; name: string; words: Words }[] = [
  { tag: "zh-Hans", name: "简体中文", words: zhHans },
  { tag: "zh-Hant", name: "繁體中文", words: zhHant },
  { tag: "en", name: "English", words: en },
];

/** The language for a browser that prefers `tags`, best first. */
export function preferred(tags: readonly string[]): Language {
  for (const tag of tags.map((tag) => tag.toLowerCase())) {
    if (tag.startsWith("en")) {
      return "en";
    }
    if (tag.startsWith("zh")) {
      return /hant|tw|hk|mo/.test(tag) ? "zh-Hant" : "zh-Hans";
    }
  }
  return "en";
}

/** Says an entry, with its blanks filled. */
export type Say = (entry: keyof Words, blanks?: Record<string, string | number>) => string;

/** Speaks a language. */
export function speak(language: Language): Say {
  const words = LANGUAGES.find(({ tag }) => tag === language)?.words ?? en;
  return (entry, blanks = {}) =>
    words[entry].replace(/\{(\w+)\}/g, (blank, name: string) => String(blanks[name] ?? blank));
}

/** Whole minor units of a currency as text: ¥7.00. No floating point. */
export function money({ minor, currency }: { minor: number; currency: string }): string {
  const size = Math.abs(minor);
  const cents = String(size % 100).padStart(2, "0");
  const sign = minor < 0 ? "−" : "";
  return `${sign}${currency === "CNY" ? "¥" : `${currency} `}${Math.floor(size / 100)}.${cents}`;
}

/** A time in the phone's own zone: 21 Nov, 08:41. */
export function time(language: Language, when: string | number): string {
  const date = new Date(when);
  return new Intl.DateTimeFormat(language, {
    month: "short",
    day: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  }).format(date);
}
