import type { ItemRow } from "#base";
import { Catalogue, type SharedRecord } from "#events";
import type { ServedModel } from "#models";
import { Candidates, NOWHERE } from "./candidates.ts";
import type { Proposal, Query, Source } from "./pipeline.ts";
import { emptyQuery } from "./query.ts";

/** @file What the tests of stages are made of. */

export function catalogueOf(items: readonly Partial<PutItem>[]): Catalogue {
  const catalogue = new Catalogue();
  for (const [row, item] of items.entries()) put(catalogue, { itemId: `item-${row}`, ...item });
  return catalogue;
}

export function put(catalogue: Catalogue, { itemId, ...input }: PutItem): void {
  catalogue.apply({ kind: "item", itemId, input });
}

/** An item as it is put. */
export type PutItem = { readonly itemId: string } & NonNullable<
  Extract<SharedRecord, { kind: "item" }>["input"]
>;

/** Knows no item. */
const NO_MODEL: ServedModel = {
  version: "0001",
  dataUntilMs: 0,
  model: {
    name: "none",
    config: {},
    itemCount: 0,
    score: async () => new Float32Array(0),
    explain: async ({ itemRows }) => new Float32Array(itemRows.length),
    related: async () => new Float32Array(0),
    serialize: () => new Uint8Array(0),
  },
};

export function queryOf(changes: Partial<Query> = {}): Query {
  const models = { personal: NO_MODEL, coldStart: NO_MODEL, named: async () => NO_MODEL };
  return { ...emptyQuery({ models, index: undefined }, 10, Date.UTC(2026, 0, 1)), ...changes };
}

/** Candidates of rows 0, 1, ... each of one source, in its order; `told`: what that says of each. */
export function candidatesOf(owners: readonly string[], told: readonly Partial<Proposal>[] = []): Candidates {
  const sources = [...new Set(owners)];
  const places = new Int32Array(sources.length * owners.length).fill(NOWHERE);
  for (const [row, source] of sources.entries()) {
    let place = 0;
    for (const [position, owner] of owners.entries())
      if (owner === source) places[row * owners.length + position] = place++;
  }
  const proposals = owners.map((_, row) => ({ itemRow: row as ItemRow, score: 0, ...told[row] }));
  return new Candidates({ sources, proposals, places });
}

/** Proposes the rows given, in order. */
export function sourceOf(name: string, rows: readonly number[], changes: Partial<Source> = {}): Source {
  return {
    name,
    answers: () => true,
    propose: async (_, budget) =>
      rows
        .slice(0, budget)
        .map((row, place) => ({ itemRow: row as ItemRow, score: 1 - place / rows.length })),
    ...changes,
  };
}
