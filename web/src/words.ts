// The words riders read, in the language they chose.

import { type Blanks, type Language, filled } from "./language.ts";
import { en, type Words } from "./words/en.ts";
import { zhHans } from "./words/zh-hans.ts";
import { zhHant } from "./words/zh-hant.ts";

export { type Language, money, time } from "./language.ts";

const TABLES: Record<Language, Words> = { "zh-Hans": zhHans, "zh-Hant": zhHant, en };

/** Says an entry, with its blanks filled. */
export type Say = (entry: keyof Words, blanks?: Blanks) => string;

/** Speaks a language. */
export function speak(language: Language): Say {
  return (entry, blanks) => filled(TABLES[language][entry], blanks);
}
