import { expect, test } from "vitest";
import type { ItemRow } from "#base";
import type { FittedModel } from "#models";
import { queryOf } from "../hand-made.cases.ts";
import { Neighbours } from "../items/neighbours.ts";
import type { KnownPerson, SpokenFor } from "../person-reader.ts";
import { InterestsSource } from "./interests-source.ts";

const ITEMS = 100;
const { personal } = queryOf();
/** Item `row` is near to those after it, within its ten. */
const model: FittedModel = {
  ...personal.model,
  itemCount: ITEMS,
  related: async (row) => {
    const nearness = new Float32Array(ITEMS);
    for (let other = row + 1; other < Math.ceil((row + 1) / 10) * 10; other++)
      nearness[other] = 1 / (other - row);
    return nearness;
  },
};
/** Somebody with these interests; nothing else of theirs is asked for. */
const personWith = (interests: readonly SpokenFor[]) =>
  ({ userId: "anna", interests: async () => interests }) as unknown as KnownPerson;

const interest = (
  label: string,
  share: number,
  medoid: number,
  landmarks: readonly number[] = [],
): SpokenFor => ({
  label,
  share,
  medoid: medoid as ItemRow,
  landmarks: landmarks as readonly ItemRow[],
  lifecycle: "habit",
  evidence: [`${label}-1`],
});

async function proposed(interests: readonly SpokenFor[], budget: number) {
  const source = new InterestsSource("interests", new Neighbours());
  return source.propose(queryOf({ person: personWith(interests), personal: { ...personal, model } }), budget);
}

const rowsOf = async (interests: readonly SpokenFor[], budget: number): Promise<number[]> =>
  (await proposed(interests, budget)).map(({ itemRow }) => itemRow);

test("each interest has its share of any budget, and a larger budget begins with the smaller", async () => {
  const two = [interest("art", 0.75, 0), interest("bread", 0.25, 20)];
  const rows = await rowsOf(two, 8);
  expect(rows).toEqual([1, 2, 3, 21, 4, 5, 6, 22]); // three to one
  for (const budget of [1, 3, 5]) expect(await rowsOf(two, budget)).toEqual(rows.slice(0, budget));
  expect(await rowsOf(two, 100)).toHaveLength(18); // one that has no more leaves the rest to the other
});

test("medoid and landmarks speak in turn; an item is proposed once, with the interest it serves and its evidence", async () => {
  const spoken = [interest("art", 0.6, 0, [40, 0]), interest("again", 0.4, 0)];
  const proposals = await proposed(spoken, 4);
  expect(proposals.map(({ itemRow, reason }) => [itemRow, reason?.text])).toEqual([
    [1, "For your interest in art"],
    [2, "For your interest in again"],
    [41, "For your interest in art"],
    [42, "For your interest in art"],
  ]);
  expect(proposals[0]!.reason).toEqual({
    kind: "interest",
    text: "For your interest in art",
    evidence: ["art-1"],
  });
});

test("it has nothing to say to nobody, nor of what a list is about", () => {
  const source = new InterestsSource("interests", new Neighbours());
  const person = personWith([]);
  expect(source.answers(queryOf())).toBe(false);
  expect(source.answers(queryOf({ person }))).toBe(true);
  expect(source.answers(queryOf({ person, condition: { kind: "topic", topic: "art" } }))).toBe(false);
});
