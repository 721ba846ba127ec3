import { expect, test } from "vitest";
import type { ItemRow } from "#base";
import { itemsWhere } from "#declarations";
import { catalogueOf, queryOf, sourceOf } from "./hand-made.cases.ts";
import type { Filter, Pipeline, Scorer, Source } from "./pipeline.ts";
import { runPipeline } from "./run-pipeline.ts";
import { ByQuery } from "./scorers/by-query.ts";
import { FusionScorer } from "./scorers/fusion-scorer.ts";
import { Blender } from "./selectors/blender.ts";

const ITEMS = 100;
const catalogue = catalogueOf(Array.from({ length: ITEMS }, () => ({})));
const rows = (first: number, count: number): number[] => Array.from({ length: count }, (_, n) => first + n);

function pipelineOf(sources: readonly Source[], changes: Partial<Pipeline> = {}, budget = 10): Pipeline {
  return {
    sources: sources.map((source) => ({ source, budget, timeoutMs: 20 })),
    filters: [],
    utility: { score: 1 },
    selector: new Blender(catalogue),
    hydrators: [],
    ...changes,
  };
}

const without = (name: string, gone: (row: number) => boolean): Filter => ({
  name,
  open: () => (row) => !gone(row),
});

/** Says one number of each item for each head. */
function scorerOf(heads: Readonly<Record<string, (row: ItemRow) => number>>): Scorer {
  const says = Object.values(heads);
  return {
    name: "made",
    score: async (_, candidates) => ({
      heads: Object.keys(heads),
      values: Float32Array.from(
        [...candidates.itemRows].flatMap((row) => says.map((say) => say(row as ItemRow))),
      ),
      weights: { score: 1 },
    }),
  };
}

async function run(pipeline: Pipeline, n = 10) {
  const { items, trace } = await runPipeline(pipeline, queryOf({ n }));
  return { items, trace, order: items.map(({ itemRow }) => itemRow as number) };
}

test("of scorers for different queries the one that scored is told of", async () => {
  const made = scorerOf({ score: (row) => row });
  const told = async (holds: boolean) => {
    const scorer = new ByQuery(
      () => holds,
      new FusionScorer(),
      new ByQuery(() => false, new FusionScorer(), made),
    );
    return (await run(pipelineOf([sourceOf("a", [1, 2])], { scorer }))).trace.scorer?.name;
  };
  expect([await told(true), await told(false)]).toEqual(["fusion", "made"]);
});

test("a late source and one that throws are left out and told of; the list has the others", async () => {
  const late = sourceOf("late", [1], { propose: () => new Promise(() => {}) });
  const failing = sourceOf("failing", [2], {
    propose: () => {
      throw new Error("down");
    },
  });
  const silent = sourceOf("silent", [3], { answers: () => false });
  const { order, trace } = await run(pipelineOf([late, failing, silent, sourceOf("well", [7, 8])]));
  expect(order).toEqual([7, 8]);
  expect(trace.sources).toMatchObject([
    { name: "late", outcome: "late", kept: 0 },
    { name: "failing", outcome: "failed", fault: "Error: down", kept: 0 },
    { name: "well", outcome: "ok", kept: 2 },
  ]);
});

test("a list is not empty because its sources are: where all had no time the last resort is asked, and nowhere else", async () => {
  const late = sourceOf("late", [1], { propose: () => new Promise(() => {}) });
  const lastResort = { source: sourceOf("last-resort", [5, 6]), budget: 10, timeoutMs: 20 };
  const { order, trace } = await run(pipelineOf([late, sourceOf("none", [])], { lastResort }));
  expect(order).toEqual([5, 6]);
  expect(trace.sources.map(({ name, outcome, kept }) => [name, outcome, kept])).toEqual([
    ["late", "late", 0],
    ["none", "ok", 0],
    ["last-resort", "ok", 2],
  ]);
  expect((await run(pipelineOf([sourceOf("none", [])], { lastResort }))).order).toEqual([]);
  expect((await run(pipelineOf([late, sourceOf("well", [7])], { lastResort }))).order).toEqual([7]);
});

test("what one source says of why, another's finding does not take away", async () => {
  const reason = { kind: "interest", text: "For your interest in art", evidence: ["e-1"] } as const;
  const knowing = sourceOf("interests", [], {
    propose: async () => [{ itemRow: 2 as ItemRow, score: 1, reason, maturity: "growing" }],
  });
  for (const sources of [
    [sourceOf("a", [1, 2]), knowing],
    [knowing, sourceOf("a", [1, 2])],
  ]) {
    const { items } = await run(pipelineOf(sources));
    expect(items.find(({ itemRow }) => itemRow === 2)).toMatchObject({ reason, maturity: "growing" });
    expect(items.find(({ itemRow }) => itemRow === 1)).not.toHaveProperty("reason");
  }
});

test("sources are asked at the same time", async () => {
  let waiting = 0;
  let most = 0;
  const slow = (name: string): Source =>
    sourceOf(name, [1], {
      propose: async () => {
        most = Math.max(most, ++waiting);
        await new Promise(setImmediate);
        waiting--;
        return [];
      },
    });
  await run(pipelineOf([slow("a"), slow("b"), slow("c")]));
  expect(most).toBe(3);
});

test("an item is one candidate, named after its first source; what the sources share is told", async () => {
  const { items, trace } = await run(pipelineOf([sourceOf("a", [1, 2, 3]), sourceOf("b", [3, 4, 1])]));
  expect(items.map(({ itemRow, source }) => [itemRow, source])).toEqual([
    [1, "a"],
    [2, "a"],
    [3, "a"],
    [4, "b"],
  ]);
  expect([...items[0]!.places]).toEqual([
    ["a", 0],
    ["b", 2],
  ]);
  expect(trace.sources).toMatchObject([
    { name: "a", kept: 3, unique: 1, shared: { b: 2 } },
    { name: "b", kept: 3, unique: 1, shared: { a: 2 } },
  ]);
});

test("each filter is told what came in and what it kept, each item counted once", async () => {
  const filters = [without("odd", (row) => row % 2 === 1), without("small", (row) => row < 4)];
  const { order, trace } = await run(
    pipelineOf([sourceOf("a", rows(0, 8)), sourceOf("b", rows(0, 8))], { filters }),
  );
  expect(order).toEqual([4, 6]);
  expect(trace.filters).toEqual([
    { name: "odd", in: 8, kept: 4 },
    { name: "small", in: 4, kept: 2 },
  ]);
});

test("a source is asked for more while filters remove what it proposes", async () => {
  const filters = [without("most", (row) => row < 90)];
  const { order, trace } = await run(pipelineOf([sourceOf("a", rows(0, ITEMS))], { filters }, 5));
  expect(order).toEqual(rows(90, 10)); // five within the budget, then what the list lacks
  expect(trace.sources[0]).toMatchObject({ budget: 5, proposed: 100, kept: 5 });
});

test("what is beyond the budgets follows in the order of the sources, so that a longer list begins with the shorter one", async () => {
  const scorer = scorerOf({ score: (row) => (row * 37) % 10 });
  const pipeline = pipelineOf([sourceOf("a", rows(0, 30)), sourceOf("b", rows(20, 40))], { scorer });
  const whole = await run(pipeline, 60);
  expect(whole.order.slice(20)).toEqual([...rows(10, 10), ...rows(30, 30)]);
  expect(whole.items[20]).toMatchObject({ placement: "filled", source: "a" });
  expect(new Set(whole.order).size).toBe(60);
  for (const n of [1, 10, 20, 25, 59])
    expect((await run(pipeline, n)).order).toEqual(whole.order.slice(0, n));
});

test("a longer list begins with the shorter one also where a source finds others first when it is asked for more", async () => {
  const approximate = sourceOf("near", [], {
    propose: async (_, budget) =>
      rows(0, Math.min(budget, ITEMS)).map((n) => ({
        itemRow: ((n * 37 + budget) % ITEMS) as ItemRow,
        score: 1 / (n + 1),
      })),
  });
  const pipeline = pipelineOf([approximate]);
  const whole = await run(pipeline, ITEMS);
  expect(new Set(whole.order).size).toBe(ITEMS);
  for (const n of [5, 10, 12, 40, 79, 80, 81, 99])
    expect((await run(pipeline, n)).order).toEqual(whole.order.slice(0, n));
});

test("a scorer of several heads is added up by what each counts, and told item by item", async () => {
  const scorer = scorerOf({ save: (row) => row / 10, hide: (row) => (row === 9 ? 0.5 : 0), idle: () => 1 });
  const utility = { save: 2, hide: -10 };
  const { order, items } = await run(pipelineOf([sourceOf("a", rows(0, 10))], { scorer, utility }), 4);
  expect(order).toEqual([8, 7, 6, 5]);
  expect(items[0]!.score).toBeCloseTo(1.6, 6);
  expect(items[0]!.heads).toEqual({ save: Math.fround(0.8), hide: 0, idle: 1 });
});

test("reciprocal ranks add up as Cormack's formula says, a scorer voting as one more source", async () => {
  const fused = await run(
    pipelineOf([sourceOf("a", [1, 2, 3]), sourceOf("b", [3, 2])], { scorer: new FusionScorer() }),
  );
  expect(fused.order).toEqual([3, 2, 1]);
  expect(fused.items.map(({ score }) => score)).toEqual(
    [1 / 63 + 1 / 61, 1 / 62 + 1 / 62, 1 / 61].map((score) => expect.closeTo(score, 7)),
  );
  const voter = scorerOf({ score: (row) => (row === 3 ? Number.NaN : row === 1 ? 2 : 1) });
  const voted = await run(pipelineOf([sourceOf("a", [3, 2, 1])], { scorer: new FusionScorer(voter) }));
  expect(voted.items.map(({ itemRow, score }) => [itemRow, score])).toEqual([
    [3, expect.closeTo(1 / 61 + 1 / 62, 7)], // nothing is known of it: the vote of the middle
    [1, expect.closeTo(1 / 63 + 1 / 61, 7)],
    [2, expect.closeTo(1 / 62 + 1 / 62, 7)],
  ]);
});

test("what a rule buries comes after what fills the list, too; a longer list begins with the shorter one", async () => {
  const item = itemsWhere({});
  const odd = catalogueOf(Array.from({ length: ITEMS }, (_, row) => ({ tags: row % 2 ? ["odd"] : [] })));
  const rules = [{ kind: "bury", when: item.hasTag("odd") }] as const;
  const changes: Partial<Pipeline> = {
    selector: new Blender(odd, { rules }),
    isBuried: (row) => row % 2 === 1,
  };
  const pipeline = pipelineOf([sourceOf("a", rows(0, 30)), sourceOf("b", rows(20, 20))], changes, 3);
  const list = await run(pipeline, ITEMS);
  const even = [0, 2, 20, 22, ...[4, 6, 8, 10, 12, 14, 16, 18, 24, 26, 28, 30, 32, 34, 36, 38]];
  expect(list.order.slice(0, 20)).toEqual(even);
  expect(list.order.slice(20, 22)).toEqual([1, 21]); // were candidates
  expect([...list.order].sort((one, other) => one - other)).toEqual(rows(0, 40));
  for (const n of [1, 3, 4, 5, 19, 20, 21, 22, 23, 39])
    expect((await run(pipeline, n)).order).toEqual(list.order.slice(0, n));
});
