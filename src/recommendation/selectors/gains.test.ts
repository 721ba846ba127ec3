import { expect, test } from "vitest";
import { DAY_MS } from "#base";
import { Catalogue } from "#events";
import { candidatesOf, catalogueOf, queryOf } from "../hand-made.cases.ts";
import { Blender } from "./blender.ts";
import { withGains } from "./gains.ts";

const { asOfMs } = queryOf();
const daysOld = (days: number): string => new Date(asOfMs - days * DAY_MS).toISOString();
const catalogue = catalogueOf([{ createdAt: daysOld(0) }, { createdAt: daysOld(4) }, {}, {}]);
const candidates = candidatesOf(["a", "a", "a", "a"], [{}, {}, { maturity: "growing" }, {}]);
const itemAt = (position: number) => catalogue.at(candidates.itemRows[position]!);

test("youth counts by its half-life, a stage of life by what it is worth; who says nothing changes nothing", () => {
  const gains = { maturity: { growing: 1.5, fading: 0.1 }, freshness: { most: 1, halfLifeDays: 2 } };
  const query = { asOfMs };
  const given = Float64Array.of(0.5, 0.5, 0.5, 0.5);
  expect([...withGains(given, { candidates, itemAt, gains, query })]).toEqual([1, 0.625, 0.75, 0.5]);
  expect(withGains(given, { candidates, itemAt, gains: undefined, query })).toBe(given);
});

test("an item without a birthday is as young as the platform's knowing of it, and of a time before that no news", () => {
  const known = new Catalogue();
  const knownSinceMs = asOfMs - 2 * DAY_MS;
  known.apply({ kind: "item", itemId: "i", input: {}, knownSinceMs });
  const worth = (at: number): number =>
    withGains(Float64Array.of(1), {
      ...{ candidates: candidatesOf(["a"]), itemAt: () => known.at(0), query: { asOfMs: at } },
      gains: { freshness: { most: 1, halfLifeDays: 2 } },
    })[0]!;
  expect([asOfMs, knownSinceMs, knownSinceMs - 1].map(worth)).toEqual([1.5, 2, 1]);
});

test("a list is in the order of what candidates are worth with them", () => {
  const scores = Float64Array.of(0.8, 0.9, 0.85, 1);
  const order = (blend: ConstructorParameters<typeof Blender>[1]): number[] =>
    new Blender(catalogue, blend)
      .select(queryOf({ n: 4 }), candidates, scores)
      .map(({ position }) => position);
  expect(order({})).toEqual([3, 1, 2, 0]);
  expect(order({ gains: { maturity: { growing: 10 } } })).toEqual([2, 3, 1, 0]);
});
