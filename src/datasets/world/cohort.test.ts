import { expect, test } from "vitest";
import type { CohortConfig } from "./cohort.ts";
import type { Person } from "./person.ts";
import { createWorld, type World } from "./world.ts";
import { type WorldConfig, worldPresets } from "./world-config.ts";

/** @file Planted answers: what a cohort is told to do more, it does, by as much; and who is of no cohort is who they were without any. */
const PEOPLE = 600;
const plain: WorldConfig = {
  ...{ ...worldPresets.living, peopleCount: PEOPLE, days: 60, itemsBefore: 200, itemsPerDay: 1 },
};
const before = createWorld(plain);

/** The world with half of the people in a cohort called `other`, and its people. */
function withCohort(factors: Omit<CohortConfig, "share">): {
  world: World;
  others: Person[];
  usual: Person[];
} {
  const cohorts = { usual: { share: 0.5 }, other: { share: 0.5, ...factors } };
  const world = createWorld({ ...plain, dynamics: { ...plain.dynamics!, cohorts } });
  const people = Array.from({ length: PEOPLE }, (_, index) => world.truth.person(index));
  return {
    world,
    others: people.filter(({ temper }) => temper!.cohort === "other"),
    usual: people.filter(({ temper }) => temper!.cohort === "usual"),
  };
}

test("a cohort has its share, and people of one without factors are who they were without cohorts", () => {
  const { others, usual } = withCohort({});
  expect(Math.abs(others.length - PEOPLE / 2)).toBeLessThan(3.5 * Math.sqrt(PEOPLE / 4));
  for (const { temper, ...person } of [...others.slice(0, 20), ...usual.slice(0, 20)]) {
    const { cohort: _, ...own } = temper!;
    expect({ ...person, temper: own }).toEqual(before.truth.person(person.index));
  }
});

test("activity, frailty and conversion are those of the same person without the cohort, times its factors", () => {
  const { others } = withCohort({ sessionsFactor: 1.5, lapseFactor: 2, purchaseFactor: 0.5, fadeFactor: 3 });
  for (const person of others) {
    const was = before.truth.person(person.index);
    expect(person.sessionsPerDay / was.sessionsPerDay).toBeCloseTo(1.5, 10);
    expect(person.temper!.frailty / was.temper!.frailty).toBeCloseTo(2, 10);
    if (was.temper!.purchaseShare < 1)
      expect(person.temper!.purchaseShare / was.temper!.purchaseShare).toBeCloseTo(0.5, 10);
    for (const [n, { life }] of person.interests.entries()) {
      const stages = life?.stages ?? [];
      const first = stages.findIndex(({ stage }) => stage === "fading");
      if (first < 0) continue;
      const lasted = (all: typeof stages): number => all[first]!.fromMs - all[first - 1]!.fromMs;
      const stagesBefore = was.interests[n]!.life!.stages; // its interests are the same
      expect(lasted(stagesBefore) / (lasted(stages) + 1)).toBeCloseTo(3, 2);
    }
  }
});

test("a cohort told to leave twice as easily, or to come back half as easily, does so within its interval", () => {
  const nights = (person: Person, { truth }: World, from: string, to: string) => {
    const { presence } = truth.visits(person);
    const begins = presence
      .slice(0, -1)
      .map((state, day) => Number(state === from && presence[day + 1] === to));
    return {
      asked: presence.slice(0, -1).filter((state) => state === from).length,
      moved: begins.reduce((sum, one) => sum + one, 0),
    };
  };
  const { world, others, usual } = withCohort({ leaveFactor: 2, comeBackFactor: 0.5 });
  const { leave, comeBack } = worldPresets.living.dynamics.presence;
  for (const [people, leaving, returning] of [
    [others, 2 * leave, comeBack / 2],
    [usual, leave, comeBack],
  ] as const)
    for (const [from, to, probability] of [
      ["lapsing", "away", leaving],
      ["away", "engaged", returning],
    ] as const) {
      const all = people.map((person) => nights(person, world, from, to));
      const asked = all.reduce((sum, night) => sum + night.asked, 0);
      const moved = all.reduce((sum, night) => sum + night.moved, 0);
      expect(asked).toBeGreaterThan(400);
      const error = Math.sqrt(asked * probability * (1 - probability));
      expect(Math.abs(moved - asked * probability)).toBeLessThan(3.5 * error);
    }
});

test("a cohort with more interests and journeys has as many more as it is told", () => {
  const { others } = withCohort({ birthsFactor: 1.8, journeyFactor: 2 });
  const further = worldPresets.living.people.furtherInterest * 1.8;
  const count = others.reduce(
    (sum, { interests }) => sum + interests.filter(({ life }) => life).length - 1,
    0,
  );
  const rounds = 5 * others.length;
  expect(Math.abs(count - rounds * further)).toBeLessThan(3.5 * Math.sqrt(rounds * further * (1 - further)));
  const journeys = others.filter(({ journey }) => journey).length;
  const share = 2 * worldPresets.living.dynamics.journeys.personShare;
  const error = Math.sqrt(others.length * share * (1 - share));
  expect(Math.abs(journeys - others.length * share)).toBeLessThan(3.5 * error);
});

test("how strongly notifications move a person is the exponent, and how soon they unsubscribe a factor", () => {
  const { notifications } = worldPresets.responsive.dynamics;
  const make = (notificationFactor: number): World =>
    createWorld({
      ...plain,
      dynamics: { ...plain.dynamics!, notifications, cohorts: { all: { share: 1, notificationFactor } } },
    });
  const [usual, strong] = [make(1), make(2)].map(({ truth }) => truth);
  for (let index = 0; index < 50; index++) {
    const [one, two] = [usual, strong].map((truth) => truth!.person(index).temper!.notified!);
    expect(two!.kind).toBe(one!.kind);
    expect(Math.log(two!.sessionsFactor)).toBeCloseTo(2 * Math.log(one!.sessionsFactor), 10);
    expect(two!.unsubscribeShare).toBeCloseTo(2 * one!.unsubscribeShare, 10);
  }
});
