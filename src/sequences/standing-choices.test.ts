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

const choices = fc.array(fc.tuple(fc.nat(30), fc.boolean()), { minLength: 1, maxLength: 32 });

test("thirty-two are all kept: in whatever order they arrive, they answer as told at any time", () => {
  fc.assert(
    fc.property(choices, (said) => {
      const kept = settle(said);
      for (let ms = -1; ms <= 31; ms++) expect(choiceAt(kept, ms)).toBe(naive(said, ms));
    }),
  );
});

test("of more, those go first that repeat what stood before and after, the oldest first", () => {
  const repeated = Array.from({ length: 100 }, (_, n): StandingChoice => [n, n !== 10]);
  const kept = settle(repeated);
  expect(kept).toHaveLength(32);
  for (let ms = -1; ms < 100; ms++) expect(choiceAt(kept, ms)).toBe(naive(repeated, ms));
  const late = settle([...repeated, [90.5, false]]);
  expect([90, 90.5, 91].map((ms) => choiceAt(late, ms))).toEqual([true, false, true]);
});

test("thirty-two changes are told apart; of more, the oldest become a refusal", () => {
  const changes = Array.from({ length: 40 }, (_, n): StandingChoice => [n, n % 2 === 0]);
  const kept = settle(changes);
  expect(kept).toHaveLength(32);
  for (let ms = 0; ms < 9; ms++) expect(choiceAt(kept, ms)).toBe(false);
  for (let ms = 9; ms < 40; ms++) expect(choiceAt(kept, ms)).toBe(ms % 2 === 0);
});
