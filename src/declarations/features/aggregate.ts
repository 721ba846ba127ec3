import type { Expression, ExpressionTree, Scalar } from "./expression.ts";

/** How the events of a window become a value; plain data. `of` is what each event contributes. */
export type AggregateTree =
  | { readonly kind: "count" | "time_since" }
  | {
      readonly kind: "sum" | "average" | "min" | "max" | "last" | "approx_unique_count";
      readonly of: ExpressionTree;
    }
  | { readonly kind: "last_k"; readonly of: ExpressionTree; readonly k: number; readonly isDistinct?: true }
  | { readonly kind: "top_k"; readonly of: ExpressionTree; readonly k: number }
  | { readonly kind: "approx_percentile"; readonly of: ExpressionTree; readonly quantile: number }
  | { readonly kind: "histogram"; readonly of: ExpressionTree; readonly bounds: readonly number[] }
  | { readonly kind: "decayed_sum"; readonly of: ExpressionTree; readonly halfLifeMs: number };

declare const aggregateType: unique symbol;

/** An aggregate and the type of the value it comes to. */
export interface Aggregate<Value = unknown> {
  /** Exists for the compiler only. */
  readonly [aggregateType]?: Value;
  readonly tree: AggregateTree;
}

const aggregate = <Value>(tree: AggregateTree): Aggregate<Value> => ({ tree });

/** Events. */
export const count = (): Aggregate<number> => aggregate({ kind: "count" });
/** The exact sum, rounded once: no order of events can change it. 0 for none. */
export const sum = (of: Expression<number>): Aggregate<number> => aggregate({ kind: "sum", of: of.tree });
/** The exact sum by the count; absent for none. */
export const average = (of: Expression<number>): Aggregate<number> =>
  aggregate({ kind: "average", of: of.tree });
export const minimum = (of: Expression<number>): Aggregate<number> => aggregate({ kind: "min", of: of.tree });
export const maximum = (of: Expression<number>): Aggregate<number> => aggregate({ kind: "max", of: of.tree });
/** Of the newest event that has one. */
export const last = <Value extends Scalar>(of: Expression<Value>): Aggregate<Value> =>
  aggregate({ kind: "last", of: of.tree });
/** Of the newest `k` events that have one, newest first; with `distinct` the `k` values that came newest, each once. */
export const lastK = <Value extends Scalar>(
  of: Expression<Value>,
  k: number,
  { distinct = false }: { readonly distinct?: boolean } = {},
): Aggregate<readonly Value[]> =>
  aggregate({ kind: "last_k", of: of.tree, k, ...(distinct && { isDistinct: true }) });
/** Distinct values: exact up to 256, then HyperLogLog with a standard error of 1.6 %. */
export const approxUniqueCount = (of: Expression): Aggregate<number> =>
  aggregate({ kind: "approx_unique_count", of: of.tree });
/** A quantile, 0..1, within 1 % of the value: DDSketch. */
export const approxPercentile = (of: Expression<number>, quantile: number): Aggregate<number> =>
  aggregate({ kind: "approx_percentile", of: of.tree, quantile });
/** Counts of the values below the first bound, from each bound to the next, and from the last on. */
export const histogram = (of: Expression<number>, bounds: readonly number[]): Aggregate<readonly number[]> =>
  aggregate({ kind: "histogram", of: of.tree, bounds });
/** The `k` values that came most often, most frequent first; of equally frequent ones the lesser text first. */
export const topK = <Value extends Scalar>(of: Expression<Value>, k: number): Aggregate<readonly Value[]> =>
  aggregate({ kind: "top_k", of: of.tree, k });
/** Seconds since the newest event. */
export const timeSince = (): Aggregate<number> => aggregate({ kind: "time_since" });
/** The sum of `value * 2 ^ (-age / halfLife)`: `decayedSum("7d")` decays a count. */
export const decayedSum = (
  halfLife: Duration,
  of: Expression<number> = { tree: { op: "constant", value: 1 } },
): Aggregate<number> => aggregate({ kind: "decayed_sum", of: of.tree, halfLifeMs: durationMs(halfLife) });

/** `90s`, `30m`, `24h`, `7d`. */
export type Duration = `${number}${"s" | "m" | "h" | "d"}`;

const UNITS_MS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Whole milliseconds; NaN for what is no duration above zero. */
export function durationMs(duration: string): number {
  const [, digits, unit] = /^(\d+)([smhd])$/.exec(duration) ?? [];
  const ms = Number(digits) * (UNITS_MS[unit ?? ""] ?? Number.NaN);
  return ms > 0 ? ms : Number.NaN;
}
