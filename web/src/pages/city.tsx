// Choosing a city and a brand, from the catalogue that travels with the app.

import { useMemo, useState } from "preact/hooks";

import table from "../../../data/regions.csv?raw";
import type { Brand } from "../api.ts";
import { useShared } from "../context.ts";
import { Page } from "../notice.tsx";
import { type Region, latin, readRegions, search } from "../regions.ts";
import type { Language, Say } from "../words.ts";

const REGIONS = readRegions(table);

export function CityPage() {
  const { say, brands } = useShared();
  const [wanted, setWanted] = useState("");
  const found = useMemo(() => cities(search(REGIONS, wanted), brands), [wanted, brands]);
  const here = found.filter(({ brands }) => brands.length > 0);
  const elsewhere = found.filter(({ brands }) => brands.length === 0);
  return (
    <Page title={say("city_title")}>
      <label for="city">{say("city_search")}</label>
      <input
        id="city"
        type="search"
        autocomplete="off"
        aria-describedby="city-hint"
        value={wanted}
        onInput={(event) => setWanted(event.currentTarget.value)}
      />
      <p id="city-hint" class="hint">
        {say("city_hint")}
      </p>
      <p class="hint" role="status">
        {found.length === 0 ? say("city_none") : say("city_count", { n: found.length })}
      </p>
      <ul>
        {here.map((city) => (
          <CityCard key={city.regions[0]!.city.hans} city={city} />
        ))}
      </ul>
      {elsewhere.length > 0 && (
        <details class="card" open={wanted !== "" && elsewhere.length <= 5}>
          <summary>{say("city_elsewhere", { n: elsewhere.length })}</summary>
          <ul class="elsewhere">
            {elsewhere.map((city) => (
              <ElsewhereRow key={city.regions[0]!.city.hans} city={city} />
            ))}
          </ul>
        </details>
      )}
    </Page>
  );
}

/** A city with the catalogue's brands, and those issued here. */
interface City {
  regions: Region[];
  brands: Brand[];
}

function CityCard({ city }: { city: City }) {
  const { say, language } = useShared();
  const region = city.regions[0]!;
  return (
    <li class="card open">
      <h2>
        <CityName region={region} language={language} />
        <span class="badge">{say("city_open")}</span>
      </h2>
      {city.brands.map((brand) => (
        <BrandRow key={brand.brand} brand={brand} />
      ))}
    </li>
  );
}

/** A city whose codes somebody else issues. */
function ElsewhereRow({ city }: { city: City }) {
  const { language } = useShared();
  return (
    <li>
      <strong>
        <CityName region={city.regions[0]!} language={language} />
      </strong>
      <span class="hint" lang={language === "zh-Hant" ? "zh-Hant" : "zh-Hans"}>
        {city.regions.map(({ brand }) => script(brand, language)).join("、")}
      </span>
    </li>
  );
}

function CityName({ region, language }: { region: Region; language: Language }) {
  return (
    <span>
      {name(region, language)}
      {language === "en" && <span lang="zh-Hans"> {region.city.hans}</span>}
    </span>
  );
}

function BrandRow({ brand }: { brand: Brand }) {
  const { say, choose } = useShared();
  return (
    <div class="brand">
      <h3 lang="zh-Hant">{brand.name}</h3>
      <p>{coverage(brand, say)}</p>
      {brand.scheme === "mot" && <p class="hint">{say("linkable")}</p>}
      <button type="button" onClick={() => choose(brand.brand)}>
        {say("choose_brand", { brand: brand.name })}
      </button>
    </div>
  );
}

/** Where a brand is accepted, in words. */
export function coverage(brand: Brand, say: Say): string {
  const parts = brand.accepted.map(({ operator_name, modes }) =>
    say("covers_at", { operator: operator_name, modes: modes.map((mode) => modeName(mode, say)).join("、") }),
  );
  return parts.join(" · ");
}

/** A mode in words; one the app has no word for as it came. */
export function modeName(mode: string, say: Say): string {
  switch (mode) {
    case "bus":
    case "metro":
    case "brt":
    case "tram":
    case "ferry":
    case "cableway":
    case "rail":
      return say(`mode_${mode}`);
    default:
      return mode;
  }
}

/** Regions of one city together, those opened here first. */
function cities(regions: Region[], brands: Brand[]): City[] {
  const byName = new Map<string, City>();
  for (const region of regions) {
    const city = byName.get(region.city.hans) ?? {
      regions: [],
      brands: brands.filter((brand) => brand.city === region.pinyin.join("")),
    };
    city.regions.push(region);
    byName.set(region.city.hans, city);
  }
  const all = [...byName.values()];
  return [...all.filter((city) => city.brands.length > 0), ...all.filter((city) => city.brands.length === 0)];
}

function name(region: Region, language: Language): string {
  return language === "en" ? latin(region) : script(region.city, language);
}

function script(names: { hans: string; hant: string }, language: Language): string {
  return language === "zh-Hant" ? names.hant : names.hans;
}
