import type { LearningPoint } from "#models";
import { frame, label } from "../terminal/picture.ts";

/** @file A learning curve, and the picture of it: the loss, falling, and what validation says, each on a scale of its own. */

const WIDTH = 720;
const HEIGHT = 360;
const MARGIN = { top: 36, right: 64, bottom: 40, left: 64 };
const LOSS = "#b4552d";
const VALIDATION = "#2563a8";

/** Adds the next point. A fit that is done again, because somebody was erased meanwhile, begins its curve again. */
export function addToCurve<Point extends Pick<LearningPoint, "epoch">>(points: Point[], point: Point): void {
  const last = points.at(-1);
  if (last && point.epoch <= last.epoch) points.length = 0;
  points.push(point);
}

/** An SVG file. Empty of lines when nothing was learned yet. */
export function learningCurveSvg(title: string, points: readonly LearningPoint[]): string {
  const losses = points.map(({ epoch, loss }) => ({ epoch, value: loss }));
  const validations = points.flatMap(({ epoch, validation }) =>
    validation === undefined ? [] : [{ epoch, value: validation }],
  );
  const epochs = Math.max(2, ...points.map((point) => point.epochs));
  const last = MARGIN.left + innerWidth;
  return frame({ width: WIDTH, height: HEIGHT }, [
    label(MARGIN.left, 20, "start", "#222222", title),
    ...curve(losses, epochs, LOSS, "loss", MARGIN.left - 8, "end"),
    ...curve(validations, epochs, VALIDATION, "NDCG@10 on validation", last + 8, "start"),
    label(MARGIN.left, HEIGHT - 14, "start", "#222222", "epoch 1"),
    label(last, HEIGHT - 14, "end", "#222222", `${epochs}`),
  ]);
}

const innerWidth = WIDTH - MARGIN.left - MARGIN.right;
const innerHeight = HEIGHT - MARGIN.top - MARGIN.bottom;

interface Reading {
  readonly epoch: number;
  readonly value: number;
}

/** A line with its lowest and highest value beside it, at `x`. */
function curve(
  readings: readonly Reading[],
  epochs: number,
  colour: string,
  name: string,
  x: number,
  anchor: "start" | "end",
): string[] {
  if (readings.length === 0) return [];
  const values = readings.map(({ value }) => value);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const yOf = (value: number) =>
    MARGIN.top + innerHeight * (high > low ? (high - value) / (high - low) : 0.5);
  const xOf = (epoch: number) => MARGIN.left + (innerWidth * (epoch - 1)) / (epochs - 1);
  const path = readings
    .map(({ epoch, value }) => `${xOf(epoch).toFixed(1)},${yOf(value).toFixed(1)}`)
    .join(" ");
  const inner = anchor === "end" ? MARGIN.left + 6 : WIDTH - MARGIN.right - 6;
  return [
    `<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="1.8"/>`,
    label(x, yOf(high) + 4, anchor, colour, high.toPrecision(3)),
    label(x, yOf(low) + 4, anchor, colour, low.toPrecision(3)),
    label(
      inner,
      anchor === "end" ? MARGIN.top + 14 : HEIGHT - MARGIN.bottom - 8,
      flipped[anchor],
      colour,
      name,
    ),
  ];
}

const flipped = { start: "end", end: "start" } as const;
