// The words staff read. Each area of the console has a table of its own in three languages.

import { type Blanks, type Language, filled } from "../language.ts";
import { frame } from "./words/frame.ts";
import { live } from "./words/live.ts";
import { money } from "./words/money.ts";

const AREAS = { ...frame, ...live, ...money };

/** An entry in every language. */
export type Entry = Record<Language, string>;

/** Says an entry, with its blanks filled. */
export type Say = (entry: keyof typeof AREAS, blanks?: Blanks) => string;

/** The name of an entry. */
export type Word = keyof typeof AREAS;

/** Speaks a language. */
export function speak(language: Language): Say {
  return (entry, blanks) => filled(AREAS[entry][language], blanks);
}

/** The entry of that name, where there is one: for words that the back office says. */
export function findWord(name: string): Word | undefined {
  return name in AREAS ? (name as Word) : undefined;
}
