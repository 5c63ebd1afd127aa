// A map of the lines, drawn from the stops' own coordinates: nobody else is asked for tiles.

import { useMemo } from "preact/hooks";

import type { PlanView, ReaderView } from "./api.ts";
import { useShared } from "./context.ts";
import "./live.css";
import { Mark, freshness } from "./pages/devices.tsx";

interface Point {
  x: number;
  y: number;
}

/** Lines with the validators at their stops. Each validator is a button; so is none of the rest. */
export function LineMap({
  plan,
  readers,
  chosen,
  choose,
}: {
  plan: PlanView;
  readers: ReaderView[];
  chosen: string | undefined;
  choose(validator: string): void;
}) {
  const { say } = useShared();
  const placed = readers.flatMap((reader) => {
    const at = reader.place?.latitude_e5 == null ? reader.assigned : reader.place;
    return at?.latitude_e5 != null && at.longitude_e5 != null
      ? [{ reader, latitude: at.latitude_e5, longitude: at.longitude_e5, name: at.stop_name ?? at.stop ?? "" }]
      : [];
  });
  const where = placed.map(({ latitude, longitude }) => `${latitude}/${longitude}`).join();
  const sheet = useMemo(() => lay(plan, placed), [plan, where]);
  const gathered = new Map<string, number>();
  return (
    <figure class="map">
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="group" aria-label={say("devices_map")}>
        {sheet.lines.map(({ line, name, d, hue }) => (
          <path key={line} class="track" d={d} stroke={hue}>
            <title>{name}</title>
          </path>
        ))}
        {sheet.stops.map(({ x, y }, place) => (
          <circle key={place} class="stop" cx={x} cy={y} r="1.6" />
        ))}
        {placed.map(({ reader, latitude, longitude, name }) => {
          const { x, y } = sheet.at(latitude, longitude);
          // Validators of one stop stand in a ring around it.
          const nth = gathered.get(`${latitude}/${longitude}`) ?? 0;
          gathered.set(`${latitude}/${longitude}`, nth + 1);
          const angle = nth * 2.4;
          const away = nth === 0 ? 0 : 12 + 2 * nth;
          const [left, top] = [x + away * Math.cos(angle), y + away * Math.sin(angle)];
          const state = freshness(reader);
          const label = `${reader.validator} ${name}: ${say(`device_${state}`)}`;
          const open = () => choose(reader.validator);
          return (
            <g
              key={reader.validator}
              class={`reader ${reader.validator === chosen ? "chosen" : ""}`}
              transform={`translate(${left.toFixed(1)} ${top.toFixed(1)})`}
              role="button"
              tabIndex={0}
              aria-label={label}
              aria-pressed={reader.validator === chosen}
              onClick={open}
              onKeyDown={(event) => {
                if (event.key === "Enter" || event.key === " ") {
                  event.preventDefault();
                  open();
                }
              }}
            >
              <circle class="target" r="14" />
              <Mark state={state} size={8} />
              <title>{label}</title>
            </g>
          );
        })}
      </svg>
      <figcaption class="hint">{say("devices_on_map", { n: placed.length })}</figcaption>
    </figure>
  );
}

interface Place {
  latitude: number;
  longitude: number;
}

/** Lays the region of the validators, or the one with most stops, onto the sheet. */
function lay(plan: PlanView, placed: Place[]) {
  const known = plan.stops.flatMap(({ latitude_e5, longitude_e5 }) =>
    latitude_e5 != null && longitude_e5 != null ? [{ latitude: latitude_e5, longitude: longitude_e5 }] : [],
  );
  const region = placed.length > 0 ? placed : around(known);
  const [south, north] = ends(region.map(({ latitude }) => latitude));
  const [west, east] = ends(region.map(({ longitude }) => longitude));
  // A degree of longitude is shorter the further one is from the equator.
  const squeeze = Math.cos(((south + north) / 2 / 1e5) * (Math.PI / 180));
  const scale = Math.min((WIDTH - 2 * EDGE) / ((east - west) * squeeze), (HEIGHT - 2 * EDGE) / (north - south));
  const [left, top] = [(WIDTH - (east - west) * squeeze * scale) / 2, (HEIGHT - (north - south) * scale) / 2];
  const at = (latitude: number, longitude: number): Point => ({
    x: left + (longitude - west) * squeeze * scale,
    y: top + (north - latitude) * scale,
  });
  const points = plan.stops.map(({ latitude_e5, longitude_e5 }) => {
    const isHere =
      latitude_e5 != null &&
      longitude_e5 != null &&
      latitude_e5 >= south &&
      latitude_e5 <= north &&
      longitude_e5 >= west &&
      longitude_e5 <= east;
    return isHere ? at(latitude_e5, longitude_e5) : undefined;
  });
  const lines = plan.lines.flatMap(({ line, name, sections }, place) => {
    const strokes = sections.flatMap(([from, to]) => {
      const [a, b] = [points[from], points[to]];
      return a && b ? [`M${a.x.toFixed(1)} ${a.y.toFixed(1)}L${b.x.toFixed(1)} ${b.y.toFixed(1)}`] : [];
    });
    return strokes.length > 0 ? [{ line, name, d: strokes.join(""), hue: HUES[place % HUES.length] ?? "" }] : [];
  });
  const served = new Set(plan.lines.flatMap(({ sections }) => sections.flat()));
  const stops = points.flatMap((point, place) => (point && served.has(place) ? [point] : []));
  return { lines, stops, at };
}

/** The stops around one that has most others around it, of a few. */
function around(stops: Place[]): Place[] {
  const step = Math.max(1, Math.floor(stops.length / 40));
  const near = (one: Place) =>
    stops.filter(
      (other) =>
        Math.abs(other.latitude - one.latitude) < REGION_E5 && Math.abs(other.longitude - one.longitude) < REGION_E5,
    );
  const tried = stops.filter((_, place) => place % step === 0).map(near);
  return tried.reduce((most, one) => (one.length > most.length ? one : most), []);
}

/** From the least to the most of some degrees, with room around them. */
function ends(numbers: number[]): [number, number] {
  const [least, most] = numbers.length > 0 ? [Math.min(...numbers), Math.max(...numbers)] : [0, 0];
  return [least - ROOM_E5, most + ROOM_E5];
}

const WIDTH = 640;
const HEIGHT = 560;
const EDGE = 24;

/** Half the side of a region, in 0.00001 degree: what people call one city. */
const REGION_E5 = 30_000;

/** How much is shown around the outermost validators, in 0.00001 degree: some ten kilometers. */
const ROOM_E5 = 9_000;

const HUES = ["#b7791f", "#1a6fb5", "#b5482a", "#2f7d4f", "#8a4fa3", "#6b7280", "#0f7c8a", "#a1466a", "#5a6e1c", "#4a55a8"];
