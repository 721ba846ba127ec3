import { afterEach, expect, test } from "vitest";
import type { Catalogue } from "#events";
import { catalogueOf, put, queryOf } from "../hand-made.cases.ts";
import type { Query } from "../pipeline.ts";
import { filterOf } from "./item-filter.ts";
import { ItemIndex } from "./item-index.ts";
import { encoderOf } from "./made-encoder.cases.ts";
import { Neighbours } from "./neighbours.ts";

const ITEMS = 400;
let index: ItemIndex | undefined;

afterEach(async () => {
  await index?.close();
  index = undefined;
});

async function indexed(catalogue: Catalogue): Promise<(changes?: Partial<Query>) => Query> {
  const encoder = encoderOf(ITEMS);
  const made = await ItemIndex.make(encoder, catalogue, { threads: 0, onNotice: () => {} });
  index = made;
  return (changes) => queryOf({ personal: encoder.served, index: made, ...changes });
}

test("what is kept of an item's neighbours is what a search finds, whatever is left out of it", async () => {
  const catalogue = catalogueOf(
    Array.from({ length: ITEMS }, (_, n) => ({ tags: [n % 3 === 0 ? "a" : "b"] })),
  );
  const asked = await indexed(catalogue);
  const neighbours = new Neighbours();
  const check = async (changes: Partial<Query>, n = 40): Promise<void> => {
    const query = asked(changes);
    const { deny, ...filter } = filterOf(query);
    const denied = { ...filter, deny: new Set(deny).add(7) };
    const exact = await index!.nearest(index!.vectorOf(7)!, n, denied);
    expect(await neighbours.of(7, query, n)).toEqual(exact.filter(({ score }) => score > 0));
  };
  await check({});
  const searches = index!.report.searches;
  expect(await neighbours.of(7, asked(), 40)).toHaveLength(40);
  expect(index!.report.searches).toBe(searches);
  const nearest = (await neighbours.of(7, asked(), 40)).map(({ itemRow }) => itemRow as number);
  await check({ seen: new Set(nearest) });
  await check({ hidden: new Set(nearest.slice(5)), excluded: new Set([nearest[0]!]) });
  await check({ seen: new Set(Array.from({ length: 150 }, (_, row) => row)) }, 100);
  await check({ seen: new Set(nearest), excludeSeen: false });
  await check({ tags: { any: ["a"] } });
  await check({}, 200);
  const before = index!.report.searches;
  await neighbours.of(9, asked(), 200);
  expect(index!.report.searches).toBe(before + 1); // none for what is kept: it would not do
  put(catalogue, { itemId: `item-${nearest[0]}`, available: false });
  await check({});
  put(catalogue, { itemId: `item-${nearest[0]}`, available: true });
  put(catalogue, { itemId: "new", tags: ["a"] });
  await check({});
});
