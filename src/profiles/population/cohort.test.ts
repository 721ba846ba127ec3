import { expect, test } from "vitest";
import { Random } from "#base";
import { transitionLedger } from "../transition-ledger.ts";
import { userStateOn, userStates } from "../user-state.ts";
import { cohortOf, LEAST_TOLD } from "./cohort.ts";
import { forgetInSurvey, muteInSurvey, type Survey } from "./survey.ts";
import { peopleWithTopic } from "./topic-people.ts";

/** @file Hand-made people: every third likes joinery, the others sourdough; twelve from Norway, the rest from Peru. */
const PEOPLE = 40;
const FROM = 100;
const DAYS = 60;
const random = new Random(5);
const lives = Array.from({ length: PEOPLE }, () =>
  Array.from({ length: DAYS + 30 }, (_, n) => FROM - 30 + n).filter(() => random.chance(0.12)),
).map((days) => (days.length === 0 ? [FROM] : days));

function made(): Survey {
  const states = new Uint8Array(PEOPLE * DAYS);
  for (const [row, days] of lives.entries())
    for (let at = 0; at < DAYS; at++) {
      const state = userStateOn(days, FROM + at);
      states[row * DAYS + at] = state ? userStates.indexOf(state) + 1 : 0;
    }
  const last = FROM + DAYS - 1;
  return {
    asOfMs: (last + 1) * 86_400_000 - 1,
    userIds: lives.map((_, row) => `u-${row}`),
    isComplete: true,
    ...{ fromDay: FROM, dayCount: DAYS, states },
    tenureDays: Uint16Array.from(lives, (days) => last - days[0]!),
    activeDays: Uint8Array.from(lives, (days) => days.filter((day) => day > last - 28).length),
    downgraded: Uint8Array.from(lives, (_, row) => (row % 4 === 0 ? 1 : 0)),
    traits: [
      {
        name: "country",
        values: ["NO", "PE"],
        codes: Uint8Array.from(lives, (_, row) => (row < 12 ? 1 : 2)),
      },
    ],
    topics: [
      { interestId: "craft", label: "craft", path: ["craft"], parent: -1 },
      { interestId: "joinery", label: "joinery", path: ["craft", "joinery"], parent: 0 },
      { interestId: "baking", label: "baking", path: ["baking"], parent: -1 },
      { interestId: "sourdough", label: "sourdough", path: ["baking", "sourdough"], parent: 2 },
    ],
    topicOffsets: Int32Array.from({ length: PEOPLE + 1 }, (_, n) => n),
    topicRows: Int32Array.from(lives, (_, row) => (row % 3 > 0 ? 3 : 1)),
    topicShares: new Float32Array(PEOPLE).fill(1),
    targets: ["return7"],
    probabilities: Float32Array.from(lives, (_, row) => (row + 0.5) / PEOPLE),
  };
}

test("everybody: each group adds up, the days are those of the ledger and their net is the change of the active", () => {
  const { people, total, groups, told } = cohortOf(made(), {});
  expect([people, total]).toEqual([PEOPLE, PEOPLE]);
  expect(told!.downgraded).toBe(10);
  expect(cohortOf(made(), { trait: { name: "country", value: "NO" } }).told!.downgraded).toBe(3);
  for (const { values } of groups) expect(values.reduce((sum, value) => sum + value.people, 0)).toBe(PEOPLE);
  const ledger = transitionLedger(lives, FROM, FROM + DAYS - 1);
  for (const [at, day] of told!.days.entries()) {
    expect(day.counts).toEqual(ledger[at]!.counts);
    expect(day.active).toBe(ledger[at]!.active);
    if (at === 0) continue; // before the first day there is nothing to come from
    expect(day.netActive).toBe(day.active - told!.days[at - 1]!.active);
    const sorted = (moves: readonly object[]) => moves.map((move) => JSON.stringify(move)).sort();
    expect(sorted(day.transitions)).toEqual(sorted(ledger[at]!.transitions));
  }
});

test("interests are counted on every level, and what a slice has more of stands out", () => {
  const { told } = cohortOf(made(), {});
  const of = (label: string) => told!.interests.find((interest) => interest.label === label);
  expect(of("joinery")).toMatchObject({ interestId: "joinery", people: 14, part: 14 / PEOPLE, lift: 1 });
  expect(of("craft")).toMatchObject({ interestId: "craft", people: 14 });
  expect(of("sourdough")).toMatchObject({ people: 26 });
  const peru = cohortOf(made(), { trait: { name: "country", value: "PE" } });
  expect(peru.people).toBe(28);
  expect(peru.told!.interests.find(({ label }) => label === "baking")!.lift).toBeCloseTo(18 / 28 / (26 / 40));
});

test("probabilities are counted in bins", () => {
  const [foretold] = cohortOf(made(), {}).told!.predictions;
  expect(foretold!.bins).toEqual(new Array(20).fill(2));
  expect(foretold!.mean).toBeCloseTo(0.5);
});

test("of too few nothing but their number is told, nor of an interest that too few have", () => {
  const survey = made();
  const norway = cohortOf(survey, { trait: { name: "country", value: "NO" } });
  expect(norway.people).toBe(12);
  expect(norway.told!.interests.every(({ people }) => people >= LEAST_TOLD)).toBe(true);
  expect(norway.told!.interests.some(({ label }) => label === "joinery")).toBe(false); // four have it
  expect(
    forgetInSurvey(
      survey,
      Array.from({ length: 3 }, (_, row) => `u-${row}`),
    ),
  ).toBe(3);
  const left = cohortOf(survey, { trait: { name: "country", value: "NO" } });
  expect(left).toMatchObject({ people: 9, total: PEOPLE - 3 });
  expect(left.told).toBeUndefined();
  expect(left.groups).toEqual([{ name: "trait:country", values: [{ value: "NO", people: 9 }] }]); // not what else they are
});

test("slices of state, tenure and activity hold those who are in them", () => {
  const survey = made();
  for (const { name, values } of cohortOf(survey, {}).groups.slice(0, 3))
    for (const { value, people } of values)
      expect(cohortOf(survey, { [name]: value }).people, `${name} ${value}`).toBe(people);
});

test("a topic is an interest of those who have it or something below it; not of who was forgotten or muted it", () => {
  const survey = made();
  survey.topicShares[3] = 0.5; // u-3 likes joinery, with the others
  expect(peopleWithTopic(survey, "joinery", 2)).toMatchObject({
    ...{ count: 14, part: 14 / PEOPLE },
    most: [
      { userId: "u-0", share: 1 },
      { userId: "u-6", share: 1 },
    ],
  });
  expect(peopleWithTopic(survey, "craft", 40).most.at(-1)).toMatchObject({ userId: "u-3", share: 0.5 });
  forgetInSurvey(survey, ["u-0"]);
  muteInSurvey(survey, ["u-6"], "craft");
  expect(peopleWithTopic(survey, "craft", 1)).toMatchObject({
    ...{ count: 12, part: 12 / (PEOPLE - 1) },
    most: [{ userId: "u-9" }],
  });
  expect(peopleWithTopic(survey, "unheard of", 5)).toEqual({ count: 0, part: 0, most: [] });
});
