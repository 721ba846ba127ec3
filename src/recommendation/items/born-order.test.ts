import fc from "fast-check";
import { expect, test } from "vitest";
import { HistoricalClock } from "#base";
import { catalogueOf, put } from "../hand-made.cases.ts";
import { BornOrder } from "./born-order.ts";

const at = (ms: number): string => new Date(ms).toISOString();

test("whatever was put, and put anew, is found by its time, newest first", () => {
  const births = fc.array(
    fc.record({ item: fc.integer({ min: 0, max: 5 }), ms: fc.integer({ min: 0, max: 20 }) }),
  );
  fc.assert(
    fc.property(
      births,
      births,
      fc.integer({ min: 0, max: 20 }),
      fc.integer({ min: 0, max: 20 }),
      (before, after, since, until) => {
        const born = new Map(before.map(({ item, ms }) => [`i-${item}`, ms]));
        const catalogue = catalogueOf([...born].map(([itemId, ms]) => ({ itemId, createdAt: at(ms) })));
        const order = new BornOrder(catalogue, new HistoricalClock(0));
        for (const { item, ms } of after) {
          born.set(`i-${item}`, ms);
          put(catalogue, { itemId: `i-${item}`, createdAt: at(ms) });
        }
        const found = [...order.between(since, until)];
        const wanted = [...born].filter(([, ms]) => ms >= since && ms <= until);
        expect(new Map(found.map(({ itemRow, bornMs }) => [catalogue.at(itemRow).itemId, bornMs]))).toEqual(
          new Map(wanted),
        );
        const times = found.map(({ bornMs }) => bornMs);
        expect(times).toEqual([...times].sort((left, right) => right - left));
      },
    ),
  );
});

test("without a time an item is as old as our knowing of it, once this process runs", () => {
  const catalogue = catalogueOf([{ itemId: "old" }]);
  const clock = new HistoricalClock(1000);
  const order = new BornOrder(catalogue, clock);
  put(catalogue, { itemId: "new" });
  clock.observe(2000);
  put(catalogue, { itemId: "new", title: "told again" });
  put(catalogue, { itemId: "newer" });
  const found = [...order.between(0, 5000)].map(({ itemRow, bornMs }) => [
    catalogue.at(itemRow).itemId,
    bornMs,
  ]);
  expect(found).toEqual([
    ["newer", 2000],
    ["new", 1000],
  ]);
});
