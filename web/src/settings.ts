// What the rider set on this phone: language, text size, brand. Kept in the browser, not secret.

import { useState } from "preact/hooks";

import { type Language, kept } from "./language.ts";

export interface Settings {
  language: Language;
  large: boolean;
  brand: number | undefined;
  setLanguage(language: Language): void;
  setLarge(large: boolean): void;
  choose(brand: number | undefined): void;
}

export function useSettings(): Settings {
  const [language, setLanguage] = useState(kept);
  const [large, setLarge] = useState(localStorage.getItem("large") === "yes");
  const [brand, choose] = useState(readBrand);
  return {
    language,
    large,
    brand,
    setLanguage(language) {
      localStorage.setItem("language", language);
      setLanguage(language);
    },
    setLarge(large) {
      localStorage.setItem("large", large ? "yes" : "no");
      setLarge(large);
    },
    choose(brand) {
      if (brand === undefined) {
        localStorage.removeItem("brand");
        location.hash = "#/";
      } else {
        localStorage.setItem("brand", String(brand));
      }
      choose(brand);
    },
  };
}

function readBrand(): number | undefined {
  const kept = Number(localStorage.getItem("brand"));
  return Number.isInteger(kept) && kept > 0 ? kept : undefined;
}
