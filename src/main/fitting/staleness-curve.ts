import type { Interval } from "#evaluation";
import { frame, label } from "../terminal/picture.ts";

/** @file What a stale history costs as a picture: a metric by how fresh the history was, a line for each model, with intervals. */

const WIDTH = 720;
const HEIGHT = 360;
const MARGIN = { top: 36, right: 190, bottom: 40, left: 64 };
const COLOURS = ["#b4552d", "#2563a8", "#3d7a43", "#7a4b94", "#8a6d1a", "#4a4a4a"];

/** One model, freshest history last. */
export interface StalenessLine {
  readonly model: string;
  readonly readings: readonly ({ readonly refreshed: string; readonly value: number } & Interval)[];
}

/** An SVG file; all lines on one scale, which begins at 0. */
export function stalenessSvg(title: string, lines: readonly StalenessLine[]): string {
  const [bottom, right] = [HEIGHT - MARGIN.bottom, WIDTH - MARGIN.right];
  const highest = Math.max(1e-9, ...lines.flatMap(({ readings }) => readings.map(({ high }) => high)));
  const steps = lines[0]?.readings.map(({ refreshed }) => refreshed) ?? [];
  const xOf = (step: number): number =>
    MARGIN.left + ((right - MARGIN.left) * (step + 0.5)) / Math.max(1, steps.length);
  const yOf = (value: number): number => bottom - ((bottom - MARGIN.top) * value) / highest;
  return frame({ width: WIDTH, height: HEIGHT }, [
    label(MARGIN.left, 20, "start", "#222222", title),
    `<path d="M${MARGIN.left} ${MARGIN.top}V${bottom}H${right}" fill="none" stroke="#999999"/>`,
    label(MARGIN.left - 8, yOf(highest) + 4, "end", "#222222", highest.toPrecision(3)),
    label(MARGIN.left - 8, bottom + 4, "end", "#222222", "0"),
    ...steps.map((step, at) => label(xOf(at), HEIGHT - 14, "middle", "#222222", step)),
    ...lines.flatMap((line, n) => drawn(line, n, lines.length, { xOf, yOf })),
  ]);
}

/** Points of several models stand a little beside each other. */
const BESIDE = 7;

function drawn(
  { model, readings }: StalenessLine,
  n: number,
  count: number,
  { xOf, yOf }: { readonly xOf: (step: number) => number; readonly yOf: (value: number) => number },
): string[] {
  const colour = COLOURS[n % COLOURS.length]!;
  const points = readings.map(({ value, low, high }, step) => ({
    x: (xOf(step) + BESIDE * (n - (count - 1) / 2)).toFixed(1),
    ...{ y: yOf(value).toFixed(1), low: yOf(low).toFixed(1), high: yOf(high).toFixed(1) },
  }));
  const path = points.map(({ x, y }) => `${x},${y}`).join(" ");
  return [
    `<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="1.8"/>`,
    ...points.map(
      ({ x, low, high }) => `<path d="M${x} ${low}V${high}" stroke="${colour}" stroke-width="1.2"/>`,
    ),
    label(WIDTH - MARGIN.right + 12, MARGIN.top + 14 + 18 * n, "start", colour, model),
  ];
}
