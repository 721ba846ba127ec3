import fc from "fast-check";
import { expect, test } from "vitest";
import type { ItemRow } from "#base";
import { Candidates, type Found } from "./candidates.ts";
import type { Candidate, Proposal, Reason } from "./pipeline.ts";

const reasonOf = (text: string): Reason => ({ kind: "interest", text, evidence: [] });

const proposal = fc.record(
  {
    itemRow: fc.integer({ min: 0, max: 12 }).map((row) => row as ItemRow),
    score: fc.double({ noNaN: true }),
    reason: fc.constantFrom("art", "food").map(reasonOf),
    maturity: fc.constantFrom("growing" as const, "fading" as const),
  },
  { requiredKeys: ["itemRow", "score"] },
);
const found = fc.uniqueArray(fc.constantFrom("a", "b", "c", "d")).chain((names) =>
  fc.tuple(
    ...names.map((name) =>
      fc.record({
        name: fc.constant(name),
        kept: fc.uniqueArray(proposal, { selector: ({ itemRow }) => itemRow }),
      }),
    ),
  ),
);

/** An object and a map for each item. */
function mergedByHand(lists: readonly Found[]): Candidate[] {
  const merged = new Map<ItemRow, Candidate>();
  for (const { name, kept } of lists)
    for (const [place, { itemRow, ...said }] of kept.entries()) {
      const known: Partial<Candidate> = merged.get(itemRow) ?? { ...said, source: name };
      const why: Pick<Proposal, "reason" | "maturity"> = { ...said, ...known };
      const { reason, maturity } = why;
      merged.set(itemRow, {
        ...{ itemRow, score: known.score!, source: known.source! },
        ...(reason && { reason }),
        ...(maturity && { maturity }),
        places: new Map([...(known.places ?? []), [name, place]]),
      });
    }
  return [...merged.values()];
}

test("columns say of every candidate what objects would", () => {
  fc.assert(
    fc.property(found, (lists) => {
      const candidates = Candidates.merge(lists);
      const byHand = mergedByHand(lists);
      expect(Array.from({ length: candidates.length }, (_, at) => candidates.at(at))).toEqual(byHand);
      expect([...candidates.itemRows]).toEqual(byHand.map(({ itemRow }) => itemRow));
      for (const [position, { source, maturity }] of byHand.entries()) {
        expect(candidates.sourceAt(position)).toBe(source);
        expect(candidates.maturityAt(position)).toBe(maturity);
      }
      for (const { name } of lists) {
        const own = byHand.filter(({ places }) => places.has(name));
        const shared = Object.fromEntries(
          lists.flatMap(({ name: other }) => {
            const count = other === name ? 0 : own.filter(({ places }) => places.has(other)).length;
            return count > 0 ? [[other, count]] : [];
          }),
        );
        const unique = own.filter(({ places }) => places.size === 1).length;
        expect(candidates.overlapOf(name)).toEqual({ unique, shared });
      }
    }),
  );
});

test("nothing found is no candidates, and who was not asked has no places", () => {
  const candidates = Candidates.merge([{ name: "a", kept: [] }]);
  expect([candidates.length, candidates.overlapOf("a"), candidates.placesOf("b")]).toEqual([
    0,
    { unique: 0, shared: {} },
    undefined,
  ]);
});
