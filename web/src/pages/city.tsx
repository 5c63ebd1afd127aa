// Choosing a city and a brand, from the catalogue that travels with the app.
//
// Where the phone is stays on the phone: it is asked for by a button, and only sorts the list.

import { useMemo, useState } from "preact/hooks";

import table from "../../../data/regions.csv?raw";
import type { Brand } from "../api.ts";
import { useShared } from "../context.ts";
import { Page } from "../notice.tsx";
import { type Position, type Region, distanceKm, latin, readRegions, search } from "../regions.ts";
import type { Language, Say } from "../words.ts";

const REGIONS = readRegions(table);

export function CityPage() {
  const { say, brands } = useShared();
  const [wanted, setWanted] = useState("");
  const near = useNear();
  const found = useMemo(
    () => sorted(cities(search(REGIONS, wanted), brands), near.position),
    [wanted, brands, near.position],
  );
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
      {near.position === undefined && (
        <button type="button" class="quiet" disabled={near.asking} onClick={near.ask}>
          {near.asking ? say("loading") : say("near_me")}
        </button>
      )}
      {near.trouble && (
        <p class="notice" role="alert">
          {say(near.trouble)}
        </p>
      )}
      <p class="hint" role="status">
        {found.length === 0 ? say("city_none") : say("city_count", { n: found.length })}
      </p>
      <ul>
        {here.map((city) => (
          <CityCard key={city.regions[0]!.city.hans} city={city} near={near.position} />
        ))}
      </ul>
      {elsewhere.length > 0 && (
        <details class="card" open={near.position !== undefined || (wanted !== "" && elsewhere.length <= 5)}>
          <summary>{say("city_elsewhere", { n: elsewhere.length })}</summary>
          <ul class="elsewhere">
            {elsewhere.map((city) => (
              <ElsewhereRow key={city.regions[0]!.city.hans} city={city} near={near.position} />
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

/** Where the phone is, once the rider wants it. */
function useNear() {
  const [position, setPosition] = useState<Position>();
  const [asking, setAsking] = useState(false);
  const [trouble, setTrouble] = useState<"near_denied" | "near_unknown">();
  const ask = () => {
    setAsking(true);
    setTrouble(undefined);
    const failed = (fault?: { code: number }) => {
      setAsking(false);
      setTrouble(fault?.code === DENIED ? "near_denied" : "near_unknown");
    };
    const found = ({ coords }: { coords: Position }) => {
      setAsking(false);
      setPosition({ latitude: coords.latitude, longitude: coords.longitude });
    };
    if (!("geolocation" in navigator)) {
      failed();
      return;
    }
    navigator.geolocation.getCurrentPosition(found, failed, { maximumAge: 600_000, timeout: 10_000 });
  };
  return { position, asking, trouble, ask };
}

function CityCard({ city, near }: { city: City; near: Position | undefined }) {
  const { say, language } = useShared();
  const region = city.regions[0]!;
  return (
    <li class="card open">
      <h2>
        <CityName region={region} language={language} />
        <span class="badge">{say("city_open")}</span>
      </h2>
      <Distance city={city} near={near} />
      {city.brands.map((brand) => (
        <BrandRow key={brand.brand} brand={brand} />
      ))}
    </li>
  );
}

/** A city whose codes somebody else issues. */
function ElsewhereRow({ city, near }: { city: City; near: Position | undefined }) {
  const { say, language } = useShared();
  return (
    <li>
      <strong>
        <CityName region={city.regions[0]!} language={language} />
      </strong>
      <span class="hint" lang={language === "zh-Hant" ? "zh-Hant" : "zh-Hans"}>
        {city.regions.map(({ brand }) => script(brand, language)).join("、")}
      </span>
      <span class="hint">
        {[...new Set(city.regions.flatMap(({ modes }) => modes))].map((mode) => modeName(mode, say)).join("、")}
      </span>
      <Distance city={city} near={near} />
    </li>
  );
}

function Distance({ city, near }: { city: City; near: Position | undefined }) {
  const { say } = useShared();
  if (!near) {
    return null;
  }
  return <span class="hint">{say("near_km", { n: Math.round(distanceKm(near, city.regions[0]!.position)) })}</span>;
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

/** The nearest first, where it is known what is near. */
function sorted(cities: City[], near: Position | undefined): City[] {
  const away = (city: City) => (near ? distanceKm(near, city.regions[0]!.position) : 0);
  return [...cities].sort((one, other) => away(one) - away(other));
}

function name(region: Region, language: Language): string {
  return language === "en" ? latin(region) : script(region.city, language);
}

function script(names: { hans: string; hant: string }, language: Language): string {
  return language === "zh-Hant" ? names.hant : names.hans;
}

/** PERMISSION_DENIED of the W3C Geolocation API. */
const DENIED = 1;
