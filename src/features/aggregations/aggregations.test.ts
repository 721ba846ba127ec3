/**
 * @file Each aggregation against what can be said of it in a line, and the laws all of them keep: no order of events and no way of merging
 * changes a value, and a state comes back from its bytes as it was.
 */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Random } from "#base";
import type { AggregateTree, ExpressionTree, Scalar } from "#declarations";
import type { Aggregation } from "../aggregation.ts";
import { PackedReader, PackedWriter } from "../packed-bytes.ts";
import { aggregationOf } from "./aggregations.ts";
import { ExactSum } from "./exact-sum.ts";

const of: ExpressionTree = { op: "property", name: "value", type: "number" };
const topic: ExpressionTree = { op: "item-tags" };
const trees: readonly AggregateTree[] = [
  ...(["count", "time_since"] as const).map((kind) => ({ kind })),
  ...(["sum", "average", "min", "max", "last", "approx_unique_count"] as const).map((kind) => ({ kind, of })),
  ...(["last_k", "top_k"] as const).map((kind) => ({ kind, of, k: 3 })),
  { kind: "last_k", of, k: 3, isDistinct: true },
  { kind: "last", of: topic },
  { kind: "last_k", of: topic, k: 3 },
  { kind: "last_k", of: topic, k: 3, isDistinct: true },
  { kind: "top_k", of: topic, k: 3 },
  { kind: "approx_percentile", of, quantile: 0.5 },
  { kind: "histogram", of, bounds: [-1, 0, 2.5] },
  { kind: "decayed_sum", of, halfLifeMs: 3_600_000 },
];
type Row = { readonly value: number; readonly timestampMs: number; readonly offset: number };

function stateOf(aggregation: Aggregation, rows: readonly Row[]): unknown {
  const state = aggregation.prepare();
  for (const row of rows) aggregation.update(state, row.value, row);
  return state;
}

const rowsArbitrary = fc
  .array(
    fc.record({
      value: fc.double({ min: -1e9, max: 1e9, noNaN: true }),
      timestampMs: fc.integer({ min: 0, max: 1e9 }),
    }),
    {
      maxLength: 60,
    },
  )
  .map((rows) => rows.map((row, offset): Row => ({ ...row, value: row.value + 0, offset })));

describe.each(trees.map((tree) => [tree.kind, tree] as const))("%s", (_, tree) => {
  const aggregation = aggregationOf(tree);
  const atMs = 2e9;
  const valueOfRows = (rows: readonly Row[]) => aggregation.finalize(stateOf(aggregation, rows), atMs);

  test("does not depend on order, on merging or on being stored", () => {
    fc.assert(
      fc.property(rowsArbitrary, fc.nat(), fc.integer(), (rows, cut, seed) => {
        const expected = valueOfRows(rows);
        const shuffled = new Random(seed).shuffle([...rows]);
        expect(valueOfRows(shuffled)).toEqual(expected);
        const at = rows.length === 0 ? 0 : cut % rows.length;
        const left = stateOf(aggregation, shuffled.slice(0, at));
        aggregation.merge(left, stateOf(aggregation, shuffled.slice(at)));
        expect(aggregation.finalize(left, atMs)).toEqual(expected);
        const out = new PackedWriter();
        aggregation.write(left, out);
        const stored = out.take();
        expect(aggregation.finalize(aggregation.read(new PackedReader(stored)), atMs)).toEqual(expected);
        for (const passed of ["tell", "skip"] as const) {
          const reader = new PackedReader(stored);
          const told = aggregation[passed]?.(reader, atMs);
          if (!aggregation[passed]) continue;
          expect(reader.isAtEnd).toBe(true);
          if (passed === "tell") expect(told).toEqual(expected);
        }
      }),
      { numRuns: 40 },
    );
  });

  test("takes back what it has seen, where it says it can", () => {
    if (!aggregation.remove)
      return expect([
        "min",
        "max",
        "last",
        "last_k",
        "time_since",
        "approx_unique_count",
        "approx_percentile",
      ]).toContain(tree.kind);
    fc.assert(
      fc.property(rowsArbitrary, rowsArbitrary, (stays, goes) => {
        const state = stateOf(aggregation, [...stays, ...goes]);
        for (const row of goes) aggregation.remove!(state, row.value, row);
        expect(aggregation.finalize(state, atMs)).toEqual(valueOfRows(stays));
      }),
      { numRuns: 40 },
    );
  });
});

test("a sum is exact where doubles lose it", () => {
  const sum = new ExactSum();
  for (const term of [1e16, 1, -1e16, 2 ** -60]) sum.add(term);
  expect(sum.value).toBe(1); // plain addition: 0 + 2 ** -60
  sum.add(-1);
  expect(sum.value).toBe(2 ** -60);
  const tenths = new ExactSum();
  for (let n = 0; n < 10; n++) tenths.add(0.1);
  expect(tenths.value).toBe(1); // math.fsum([.1] * 10) == 1.0
});

test("a decayed sum halves with every half-life", () => {
  const aggregation = aggregationOf({ kind: "decayed_sum", of, halfLifeMs: 1000 });
  const state = stateOf(aggregation, [
    { value: 8, timestampMs: 1000, offset: 0 },
    { value: 3, timestampMs: 3000, offset: 1 },
  ]);
  expect([3000, 4000, 6000].map((atMs) => aggregation.finalize(state, atMs))).toEqual([5, 2.5, 0.625]);
});

test("distinct values are exact while few, and within five standard errors when many", () => {
  const aggregation = aggregationOf({ kind: "approx_unique_count", of });
  for (const [count, tolerance] of [
    [200, 0],
    [3000, 0.08],
    [100_000, 0.08],
  ] as const) {
    const state = aggregation.prepare();
    const values: Scalar[] = Array.from({ length: count }, (_, n) => `v${n}`);
    for (const value of [...values, ...values])
      aggregation.update(state, value, { timestampMs: 0, offset: 0 });
    const found = aggregation.finalize(state, 0) as number;
    expect(Math.abs(found - count)).toBeLessThanOrEqual(tolerance * count);
  }
});

test("a percentile is within one in a hundred of the value at its rank", () => {
  const random = Random.of(3, "percentiles");
  const values = Array.from({ length: 5000 }, () => random.normal() * 10 ** random.integer(6));
  const sorted = [...values].sort((left, right) => left - right);
  for (const quantile of [0, 0.01, 0.25, 0.5, 0.9, 0.999, 1]) {
    const aggregation = aggregationOf({ kind: "approx_percentile", of, quantile });
    const found = aggregation.finalize(
      stateOf(
        aggregation,
        values.map((value, offset) => ({ value, timestampMs: 0, offset })),
      ),
      0,
    );
    const wanted = sorted[Math.floor(quantile * (sorted.length - 1))]!;
    expect(Math.abs((found as number) - wanted)).toBeLessThanOrEqual(0.0101 * Math.abs(wanted));
  }
});

test("topics of the newest items leave out those of an item of which nothing may be said, also once they are stored", () => {
  const saved = [
    ["wood", 0],
    ["faith", 1],
    ["wood", 1],
    ["bread", 2],
  ] as const;
  const said = (tree: AggregateTree, isHidden: (itemRow: number) => boolean): unknown => {
    const aggregation = aggregationOf(tree);
    const state = aggregation.prepare();
    for (const [n, [value, itemRow]] of saved.entries())
      aggregation.update(state, value, { timestampMs: n, offset: n, itemRow });
    const out = new PackedWriter();
    aggregation.write(state, out);
    const stored = aggregation.read(new PackedReader(out.take()));
    return aggregation.finalize(aggregation.without!(stored, isHidden), 10);
  };
  const lastThree: AggregateTree = { kind: "last_k", of: topic, k: 3 };
  const distinct: AggregateTree = { ...lastThree, isDistinct: true };
  expect(said(lastThree, () => false)).toEqual(["bread", "wood", "faith"]);
  expect(said(lastThree, (item) => item === 1)).toEqual(["bread"]);
  expect(said(distinct, (item) => item === 1)).toEqual(["bread"]); // of wood the newest item counts
  expect(said(distinct, (item) => item === 0)).toEqual(["bread", "wood", "faith"]);
  expect(said({ kind: "last", of: topic }, (item) => item === 2)).toBeNull();
  const most: AggregateTree = { kind: "top_k", of: topic, k: 3 };
  expect(said(most, () => false)).toEqual(["wood", "bread", "faith"]);
  expect(said(most, (item) => item === 1)).toEqual(["bread", "wood"]);
});
