// The catalogue of regions (data/regions.csv), and finding a city in it.
//
// No file and no network: the table's text is an argument. Search takes either script, pinyin with
// or without spaces, and initials.

export interface Region {
  province: Scripts;
  city: Scripts;
  brand: Scripts;
  /** Syllables, such as ["guang", "zhou"]. */
  pinyin: string[];
  /** Modes the catalogue is sure of. */
  modes: string[];
  position: Position;
}

/** Degrees, north and east. */
export interface Position {
  latitude: number;
  longitude: number;
}

/** A name in simplified and in traditional characters. */
export interface Scripts {
  hans: string;
  hant: string;
}

/** Reads the table. Its cells hold neither commas nor quotes. */
export function readRegions(table: string): Region[] {
  const [head = "", ...lines] = table.trim().split("\n");
  const names = head.split(",");
  return lines.map((line) => {
    const cells = line.split(",");
    const cell = (name: string) => cells[names.indexOf(name)] ?? "";
    const scripts = (name: string) => ({ hans: cell(`${name}_hans`), hant: cell(`${name}_hant`) });
    return {
      province: scripts("province"),
      city: scripts("city"),
      brand: scripts("brand"),
      pinyin: cell("pinyin").split(" "),
      modes: MODES.filter((mode) => cell(mode) === "yes"),
      position: { latitude: Number(cell("latitude")), longitude: Number(cell("longitude")) },
    };
  });
}

/** The regions that `wanted` may mean, best first; all of them for an empty text. */
export function search(regions: Region[], wanted: string): Region[] {
  const text = wanted.normalize("NFKC").toLowerCase().replace(/[\s'’]/g, "");
  const ranked = regions.map((region) => ({ region, rank: rank(region, text) }));
  return ranked
    .filter(({ rank }) => rank !== undefined)
    .sort((a, b) => a.rank! - b.rank!)
    .map(({ region }) => region);
}

/** How far two places are from each other, in kilometers along the ground (haversine formula). */
export function distanceKm(one: Position, other: Position): number {
  const radians = (degrees: number) => (degrees * Math.PI) / 180;
  const half = (degrees: number) => Math.sin(radians(degrees) / 2) ** 2;
  const parallel = Math.cos(radians(one.latitude)) * Math.cos(radians(other.latitude));
  const square = half(one.latitude - other.latitude) + parallel * half(one.longitude - other.longitude);
  return 2 * EARTH_RADIUS_KM * Math.asin(Math.min(1, Math.sqrt(square)));
}

/** The city's name in Latin letters, such as Guangzhou. */
export function latin(region: Region): string {
  const name = region.pinyin.join("");
  return name.charAt(0).toUpperCase() + name.slice(1);
}

/** How well `text` names a region, 0 best; undefined if it does not. */
function rank(region: Region, text: string): number | undefined {
  const { city, brand, province, pinyin } = region;
  const initials = pinyin.map((syllable) => syllable.charAt(0)).join("");
  const own = [city.hans, city.hant, pinyin.join("")];
  if (text === "" || own.includes(text)) {
    return 0;
  }
  if (own.some((name) => name.startsWith(text))) {
    return 1;
  }
  if (initials.startsWith(text)) {
    return 2;
  }
  const names = [city, brand, province].flatMap(({ hans, hant }) => [hans, hant]);
  return names.some((name) => name.toLowerCase().includes(text)) ? 3 : undefined;
}

const EARTH_RADIUS_KM = 6371;
const MODES = ["bus", "metro", "brt", "ferry", "cableway"];
