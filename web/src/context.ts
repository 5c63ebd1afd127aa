// What every page knows: the language, where to go next, and what happened to the last request.

import { createContext } from "preact";
import { useContext } from "preact/hooks";

import type { Brand, Rider } from "./api.ts";
import type { Language, Say } from "./words.ts";

export interface Shared {
  language: Language;
  say: Say;
  large: boolean;
  online: boolean;
  /** The signed-in rider; null when signed out, undefined while unknown. */
  rider: Rider | null | undefined;
  brands: Brand[];
  /** The chosen brand's number. */
  brand: number | undefined;
  setLanguage(language: Language): void;
  setLarge(large: boolean): void;
  choose(brand: number | undefined): void;
  /** Asks the back office anew who is signed in and what it issues. */
  refresh(): Promise<void>;
}

export const Context = createContext<Shared | undefined>(undefined);

export function useShared(): Shared {
  const shared = useContext(Context);
  if (!shared) {
    throw new Error("a page stands outside the app");
  }
  return shared;
}
