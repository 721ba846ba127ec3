import { expect, test } from "vitest";
import type { ItemRow } from "#base";
import { Catalogue } from "./catalogue.ts";
import { FormerEditions } from "./former-editions.ts";

const ITEMS = 50;
const EDITIONS = 400;
const said = (row: number, edition: number) => ({
  tags: edition % 3 === 0 ? [] : [`t${edition % 7}`],
  attributes: { price: 1000 * row + edition, note: { of: [edition, null, "ä"] } },
});

test("every edition is there as it was said, and few of them in memory", () => {
  const former = new FormerEditions();
  for (let edition = 0; edition < EDITIONS; edition++)
    for (let row = 0; row < ITEMS; row++) former.add(row as ItemRow, said(row, edition));
  expect(former.inMemory).toBeLessThan(8 * ITEMS);
  for (let edition = EDITIONS; edition-- > 0; )
    for (let row = 0; row < ITEMS; row++)
      expect(former.at(row as ItemRow, edition)).toEqual(said(row, edition));
  expect(former.inMemory).toBeLessThan(8 * (ITEMS + 501));
  expect(former.at(0 as ItemRow, EDITIONS)).toBeUndefined();
  expect(former.at(ITEMS as ItemRow, 0)).toBeUndefined();
});

test("a catalogue whose price changes with every put knows each price by its edition", () => {
  const catalogue = new Catalogue();
  for (let price = 1; price <= 100; price++)
    catalogue.apply({ kind: "item", itemId: "cup", input: { tags: ["craft"], attributes: { price } } });
  const row = catalogue.rowOf("cup")!;
  expect(catalogue.editionOf(row)).toBe(100);
  expect(catalogue.factsAt(row, 0)).toEqual({ tags: [], attributes: {} });
  for (let price = 1; price <= 100; price++)
    expect(catalogue.factsAt(row, price)).toMatchObject({ tags: ["craft"], attributes: { price } });
});
