import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from "#base";

/**
 * @file What a sequence encoder is told of time (PinnerFormer, Pancha et al. 2022, section 3.2): sines and cosines of fixed
 * periods, whose phase the network learns when it mixes the two, and logarithms of spans. And, between two engagements, the
 * logarithm of the span in steps (HSTU, Zhai et al. 2024, section 3.1).
 */
export type TimeEncoding = (typeof timeEncodings)[number];

/**
 * `absolute`: where in the day, week and year an engagement stands. `gap`: how long after the one before. `since-latest`: how
 * long before the newest of the window. `all`: everything.
 */
export const timeEncodings = ["none", "absolute", "gap", "since-latest", "all"] as const;

/** Numbers per engagement. */
export function timeFeatureCount(encoding: TimeEncoding): number {
  return partsOf(encoding).reduce((sum, part) => sum + SIZES[part], 0);
}

/** The features of each engagement, row-major. Times ascend. */
export function timeFeatures(timestampsMs: Float64Array, encoding: TimeEncoding): Float32Array {
  const parts = partsOf(encoding);
  const width = timeFeatureCount(encoding);
  const features = new Float32Array(timestampsMs.length * width);
  const latest = timestampsMs.at(-1) ?? 0;
  for (const [at, timeMs] of timestampsMs.entries()) {
    let to = at * width;
    for (const part of parts) {
      if (part === "absolute")
        for (const [n, period] of PERIODS_MS.entries()) writeWaves(timeMs, period, features, to + 2 * n);
      else {
        const spanMs = part === "gap" ? timeMs - (timestampsMs[at - 1] ?? timeMs) : latest - timeMs;
        writeSpanFeatures(spanMs, features, to);
      }
      to += SIZES[part];
    }
  }
  return features;
}

/** Steps of {@link spanStep}. */
export const SPAN_STEPS = 48;

/** 0 for less than a second, then one more each time the span doubles (HSTU's buckets are a little finer). */
export function spanStep(spanMs: number): number {
  const seconds = Math.max(0, spanMs) / SECOND_MS;
  return Math.min(SPAN_STEPS - 1, Math.floor(Math.log2(1 + seconds)));
}

type Part = "absolute" | "gap" | "since-latest";

function partsOf(encoding: TimeEncoding): readonly Part[] {
  if (encoding === "none") return [];
  return encoding === "all" ? ["absolute", "gap", "since-latest"] : [encoding];
}

/** PinnerFormer's for absolute time. */
const PERIODS_MS: readonly number[] = [
  ...[15, 30, 45].map((minutes) => minutes * MINUTE_MS),
  ...[1, 2, 4, 8, 16].map((hours) => hours * HOUR_MS),
  ...[1, 7, 28, 365].map((days) => days * DAY_MS),
];

/** From a second to four weeks, evenly by their logarithm. */
const SPANS_MS: readonly number[] = Array.from(
  { length: 8 },
  (_, step) => SECOND_MS * ((28 * DAY_MS) / SECOND_MS) ** (step / 7),
);

/** Of the longest span, so that features are about 1. */
const LONGEST = Math.log1p((365 * DAY_MS) / SECOND_MS);

/** Numbers of {@link writeSpanFeatures}. */
export const SPAN_FEATURES = 1 + 2 * SPANS_MS.length;

/** Into an array, for a history has a hundred engagements and each many numbers. */
export function writeSpanFeatures(spanMs: number, into: Float32Array, at: number): void {
  into[at] = Math.log1p(spanMs / SECOND_MS) / LONGEST;
  for (let n = 0; n < SPANS_MS.length; n++) writeWaves(spanMs, SPANS_MS[n]!, into, at + 1 + 2 * n);
}

function writeWaves(timeMs: number, periodMs: number, into: Float32Array, at: number): void {
  const angle = (2 * Math.PI * (timeMs % periodMs)) / periodMs;
  into[at] = Math.sin(angle);
  into[at + 1] = Math.cos(angle);
}

const SIZES: Readonly<Record<Part, number>> = {
  absolute: 2 * PERIODS_MS.length,
  gap: 1 + 2 * SPANS_MS.length,
  "since-latest": 1 + 2 * SPANS_MS.length,
};
