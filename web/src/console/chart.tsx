// Charts in plain SVG. A table or figures beside each say the same to who cannot see it.

import { useEffect, useRef, useState } from "preact/hooks";

/** What is drawn for one place of the axis. */
export interface Stack {
  name: string;
  /** One value for each series, in its order; negative ones hang below the line. */
  values: number[];
}

/** Bars, one for each stack, in the colors of their series. */
export function Bars({
  label,
  series,
  stacks,
  format,
}: {
  label: string;
  series: string[];
  stacks: Stack[];
  format: (value: number) => string;
}) {
  const [frame, width] = useWidth();
  const positive = (values: number[]) => values.reduce((sum, value) => sum + Math.max(value, 0), 0);
  const negative = (values: number[]) => values.reduce((sum, value) => sum + Math.min(value, 0), 0);
  const top = niceAbove(Math.max(0, ...stacks.map(({ values }) => positive(values))));
  const bottom = -niceAbove(Math.max(0, ...stacks.map(({ values }) => -negative(values))));
  const span = top - bottom || 1;
  const plot = { left: 64, top: 8, width: Math.max(width - 72, 1), height: HEIGHT - 36 };
  const y = (value: number) => plot.top + ((top - value) / span) * plot.height;
  const step = plot.width / Math.max(stacks.length, 1);
  // As many names as fit beside each other.
  const every = Math.max(1, Math.ceil((stacks.length * NAME_WIDTH) / plot.width));
  return (
    <figure class="chart" ref={frame}>
      <svg viewBox={`0 0 ${width} ${HEIGHT}`} width={width} height={HEIGHT} role="img" aria-label={label}>
        {[top, top / 2, 0, bottom].filter((value, place, all) => all.indexOf(value) === place).map((value) => (
          <g key={value} class="grid">
            <line x1={plot.left} x2={plot.left + plot.width} y1={y(value)} y2={y(value)} />
            <text x={plot.left - 8} y={y(value) + 4} text-anchor="end">
              {format(value)}
            </text>
          </g>
        ))}
        {stacks.map(({ name, values }, place) => (
          <g key={name}>
            <title>{`${name}: ${format(values.reduce((sum, value) => sum + value, 0))}`}</title>
            {boxes(values).map(({ value, from }, of) =>
              value === 0 ? null : (
                <rect
                  key={series[of]}
                  class={`series-${of % COLORS}`}
                  x={plot.left + place * step + step * 0.16}
                  width={step * 0.68}
                  y={Math.min(y(from), y(from + value))}
                  height={Math.abs(y(from) - y(from + value))}
                />
              ),
            )}
            {place % every === 0 && (
              <text class="name" x={plot.left + (place + 0.5) * step} y={HEIGHT - 8} text-anchor="middle">
                {name}
              </text>
            )}
          </g>
        ))}
      </svg>
      {series.length > 1 && <Legend names={series} />}
    </figure>
  );
}

/** A part of a whole. */
export interface Share {
  key: string;
  name: string;
  value: number;
  /** The value in words. */
  said: string;
  /** The number of its color. */
  color: number;
}

/** One bar whose parts are shares of a whole. */
export function Shares({
  label,
  parts,
  choose,
  chosen,
}: {
  label: string;
  parts: Share[];
  choose?: (key: string) => void;
  chosen?: string;
}) {
  const whole = parts.reduce((sum, { value }) => sum + value, 0) || 1;
  let before = 0;
  return (
    <figure class="shares">
      <svg viewBox="0 0 1000 36" preserveAspectRatio="none" role="img" aria-label={label}>
        {parts.map(({ key, name, value, said, color }) => {
          const x = (before / whole) * 1000;
          before += value;
          return (
            <rect key={key} class={`series-${color % COLORS}`} x={x} width={(value / whole) * 1000} height="36">
              <title>{`${name}: ${said}`}</title>
            </rect>
          );
        })}
      </svg>
      <ul class="legend">
        {parts.map(({ key, name, said, color }) => (
          <li key={key}>
            {choose ? (
              <button type="button" class="share" aria-pressed={key === chosen} onClick={() => choose(key)}>
                <Swatch place={color} />
                <span>{name}</span> <strong>{said}</strong>
              </button>
            ) : (
              <>
                <Swatch place={color} />
                <span>{name}</span> <strong>{said}</strong>
              </>
            )}
          </li>
        ))}
      </ul>
    </figure>
  );
}

function Legend({ names }: { names: string[] }) {
  return (
    <ul class="legend">
      {names.map((name, place) => (
        <li key={name}>
          <Swatch place={place} />
          {name}
        </li>
      ))}
    </ul>
  );
}

function Swatch({ place }: { place: number }) {
  return (
    <svg class="swatch" viewBox="0 0 1 1" aria-hidden="true">
      <rect class={`series-${place % COLORS}`} width="1" height="1" />
    </svg>
  );
}

/** Where each value of a stack begins: upward ones on each other, downward ones below. */
function boxes(values: number[]): { value: number; from: number }[] {
  let [up, down] = [0, 0];
  return values.map((value) => {
    const from = value > 0 ? up : down;
    if (value > 0) {
      up += value;
    } else {
      down += value;
    }
    return { value, from };
  });
}

/** The smallest round number at or above: 1, 2 or 5 with zeros. */
function niceAbove(value: number): number {
  if (value <= 0) {
    return 0;
  }
  const scale = 10 ** Math.floor(Math.log10(value));
  return ([1, 2, 5, 10].find((digit) => digit * scale >= value) ?? 10) * scale;
}

function useWidth(): [{ current: HTMLElement | null }, number] {
  const frame = useRef<HTMLElement>(null);
  const [width, setWidth] = useState(640);
  useEffect(() => {
    const watched = frame.current;
    if (!watched) {
      return;
    }
    const watcher = new ResizeObserver(([entry]) => setWidth(Math.max(240, Math.floor(entry?.contentRect.width ?? 640))));
    watcher.observe(watched);
    return () => watcher.disconnect();
  }, []);
  return [frame, width];
}

const HEIGHT = 240;
const NAME_WIDTH = 56;
const COLORS = 8;
