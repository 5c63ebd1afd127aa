// What every page of the console knows: who is signed in, the language, the operators.

import { createContext } from "preact";
import { useContext } from "preact/hooks";

import type { Language } from "../language.ts";
import type { OperatorView, StaffView } from "./api.ts";
import type { Say } from "./words.ts";

export interface Shared {
  language: Language;
  say: Say;
  me: StaffView;
  /** The operators this person may see. */
  operators: OperatorView[];
  /** The session has ended: sign in again, then go on here. */
  signedOut(): void;
}

export const Context = createContext<Shared | undefined>(undefined);

export function useShared(): Shared {
  const shared = useContext(Context);
  if (!shared) {
    throw new Error("a page stands outside the console");
  }
  return shared;
}

/** What an operator is called. */
export function operatorName(operators: OperatorView[], number: number): string {
  return operators.find(({ operator }) => operator === number)?.name ?? String(number);
}
