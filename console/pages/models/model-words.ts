import type { ModelBody } from "#api";
import { formatCount, formatScore, formatShort } from "../../words/format.ts";

/** @file What is said of models. */

/** name@version: a model in one word. */
export function referenceOf({ name, version }: Pick<ModelBody, "name" | "version">): string {
  return `${name}@${version}`;
}

const ROLES: Readonly<Record<string, string>> = {
  personal: "answers people with a history",
  "cold-start": "answers strangers",
  "on-request": "answers who names it",
};

export function roleOf({ serves }: Pick<ModelBody, "serves">): string {
  return serves === null ? "not in service" : (ROLES[serves] ?? serves);
}

export function formatSetting(value: number | string | undefined): string {
  if (value === undefined) return "–";
  if (typeof value === "string") return value;
  return Number.isInteger(value) ? formatCount(value) : String(Number(value.toPrecision(6)));
}

export function formatMetric(value: number | undefined): string {
  if (value === undefined) return "–";
  return Math.abs(value) < 1000 ? formatScore(value) : formatShort(value);
}

/** How long fitting took: 0.4 s, 12 s, 8.8 min. */
export function formatFit(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  return seconds < 120 ? `${Math.round(seconds)} s` : `${(seconds / 60).toFixed(1)} min`;
}

/** How much of two lists of `n` is the same, on average. */
export function formatOverlap(overlap: number | null, n: number): string {
  if (overlap === null) return "–";
  return `${Number((overlap * n).toFixed(1))} of ${n}`;
}

export interface Difference<Value> {
  readonly name: string;
  readonly before: Value | undefined;
  readonly after: Value | undefined;
}

/** Every name of either side, in order; those that differ come first. */
export function differences<Value>(
  before: Readonly<Record<string, Value>>,
  after: Readonly<Record<string, Value>>,
): readonly Difference<Value>[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  const all = names.map((name) => ({ name, before: before[name], after: after[name] }));
  return [
    ...all.filter((entry) => entry.before !== entry.after),
    ...all.filter((entry) => entry.before === entry.after),
  ];
}
