// Languages, and how amounts and times are written in them. Words themselves stand elsewhere.

export type Language = "zh-Hans" | "zh-Hant" | "en";

/** What a language is called in itself. */
export const LANGUAGES: { tag: Language; name: string }[] = [
  { tag: "zh-Hans", name: "简体中文" },
  { tag: "zh-Hant", name: "繁體中文" },
  { tag: "en", name: "English" },
];

/** What fills the blanks of an entry, such as {n}. */
export type Blanks = Record<string, string | number>;

/** An entry with its blanks filled. */
export function filled(entry: string, blanks: Blanks = {}): string {
  return entry.replace(/\{(\w+)\}/g, (blank, name: string) => String(blanks[name] ?? blank));
}

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

/** The language chosen in this browser before, or the one it prefers. */
export function kept(): Language {
  const chosen = localStorage.getItem("language");
  return LANGUAGES.find(({ tag }) => tag === chosen)?.tag ?? preferred(navigator.languages);
}

/** Whole minor units of a currency as text: ¥7.00, ¥1,234.50. No floating point. */
export function money({ minor, currency }: { minor: number; currency: string }): string {
  const size = Math.abs(minor);
  const cents = String(size % 100).padStart(2, "0");
  const whole = String(Math.floor(size / 100)).replace(/\B(?=(\d{3})+$)/g, ",");
  const sign = minor < 0 ? "−" : "";
  return `${sign}${currency === "CNY" ? "¥" : `${currency} `}${whole}.${cents}`;
}

/** A time in the browser's own zone: 21 Nov, 08:41. */
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
