import fc from "fast-check";
import { expect, test } from "vitest";
import { choiceAt, joinChoices, type StandingChoice, type StandingChoices } from "./standing-choices.ts";

const at = (timestampMs: number, isGranted: boolean): StandingChoices => ({
  ads: [[timestampMs, isGranted]],
});
const settle = (choices: readonly StandingChoice[]): readonly StandingChoice[] =>
  choices.reduce<StandingChoices>((kept, choice) => joinChoices(kept, at(...choice)), {})["ads"] ?? [];

/** The naive answer: the newest of all; of one moment a refusal wins. */
function naive(choices: readonly StandingChoice[], timeMs: number): boolean | undefined {
  const past = choices.filter(([timestampMs]) => timestampMs <= timeMs);
  const newestMs = Math.max(...past.map(([timestampMs]) => timestampMs));
  return past.length === 0 ? undefined : past.every(([ms, isGranted]) => ms < newestMs || isGranted);
}

const choices = fc.array(fc.tuple(fc.nat(30), fc.boolean()), { minLength: 1, maxLength: 30 });

test("said in order, the few that are kept answer as all of them would, at any time", () => {
  fc.assert(
    fc.property(choices, (said) => {
      const inOrder = [...said].sort(([left], [right]) => left - right);
      const kept = settle(inOrder);
      for (let ms = -1; ms <= 31; ms++) expect(choiceAt(kept, ms)).toBe(naive(said, ms));
    }),
  );
});

test("in whatever order they arrive, the newest is in force at the end", () => {
  fc.assert(
    fc.property(choices, (said) => {
      expect(settle(said).at(-1)?.[1]).toBe(naive(said, 31));
    }),
  );
});

test("a late refusal holds until what was said after it, though that repeated what stood before", () => {
  const kept = settle([
    [1, true],
    [3, true],
    [5, true],
    [4, false],
  ]);
  expect([1, 3, 4, 5].map((ms) => choiceAt(kept, ms))).toEqual([true, true, false, true]);
});

test("thirty-two changes are told apart; of more, the oldest become a refusal", () => {
  const changes = Array.from({ length: 40 }, (_, n): StandingChoice => [n, n % 2 === 0]);
  const kept = settle(changes);
  expect(kept).toHaveLength(32);
  for (let ms = 0; ms < 9; ms++) expect(choiceAt(kept, ms)).toBe(false);
  for (let ms = 9; ms < 40; ms++) expect(choiceAt(kept, ms)).toBe(ms % 2 === 0);
});
