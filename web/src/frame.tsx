// What the frames of all our pages share: the choice of language, and the page the address names.

import { useEffect, useState } from "preact/hooks";

import { LANGUAGES, type Language } from "./language.ts";

/** The choice of language; `name` is read to who cannot see it. */
export function LanguageChoice({
  name,
  language,
  change,
}: {
  name: string;
  language: Language;
  change(language: Language): void;
}) {
  return (
    <label class="languages">
      <span class="unseen">{name}</span>
      <select value={language} onChange={(event) => change(event.currentTarget.value as Language)}>
        {LANGUAGES.map(({ tag, name }) => (
          <option key={tag} value={tag} lang={tag}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}

/** The part of the address after `#/`. A new page's title takes the focus: readers begin there. */
export function useAddress(): string {
  const read = () => location.hash.replace(/^#\/?/, "").split("?")[0] ?? "";
  const [address, setAddress] = useState(read);
  useEffect(() => {
    const changed = () => {
      setAddress(read());
      requestAnimationFrame(() => document.getElementById("title")?.focus());
    };
    addEventListener("hashchange", changed);
    return () => removeEventListener("hashchange", changed);
  }, []);
  return address;
}
