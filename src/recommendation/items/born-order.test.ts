import fc from "fast-check";
import { expect, test } from "vitest";
import { HOUR_MS } from "#base";
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
        const order = new BornOrder(catalogue);
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

test("without a time an item is as old as the platform's knowing of it, in every process", () => {
  const catalogue = catalogueOf([{ itemId: "of an earlier version" }]);
  const told = (itemId: string, hour: number, input = {}): void =>
    catalogue.apply({ kind: "item", itemId, input, knownSinceMs: hour * HOUR_MS });
  told("of an earlier version", 1); // said again: it was there before
  told("met", 2);
  const order = new BornOrder(catalogue);
  told("met", 4, { title: "told again" });
  told("put", 3);
  told("with a birthday", 5);
  put(catalogue, { itemId: "with a birthday", createdAt: at(HOUR_MS) });
  const wanted = [
    ["put", 3 * HOUR_MS],
    ["met", 2 * HOUR_MS],
    ["with a birthday", HOUR_MS],
  ];
  for (const one of [order, new BornOrder(catalogue)]) {
    const found = [...one.between(0, 10 * HOUR_MS)];
    expect(found.map(({ itemRow, bornMs }) => [catalogue.at(itemRow).itemId, bornMs])).toEqual(wanted);
  }
});
