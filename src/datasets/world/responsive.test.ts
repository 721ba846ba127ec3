import { beforeAll, expect, test } from "vitest";
import type { Person } from "./person.ts";
import type { LivedDay } from "./person-life.ts";
import { hazardsOf, presences, sessionRate } from "./presence.ts";
import { type Scene, setScene } from "./scene.ts";
import { createWorld } from "./world.ts";
import { type WorldConfig, worldPresets } from "./world-config.ts";

/**
 * @file People whom satisfaction and notifications move. Laws: without strength nothing moves, byte for byte; what happens is as frequent as the
 * hazards of the circumstances say, among the satisfied and among the others; forecasts are those of a naive walk over every path,
 * and come true.
 */
const config: WorldConfig = {
  ...{ ...worldPresets.responsive, peopleCount: 250, days: 50, itemsBefore: 1_000, itemsPerDay: 10 },
};
const world = createWorld(config);
const { truth } = world;
const scene = setScene(config);
let people: { readonly person: Person; readonly days: readonly LivedDay[] }[];

beforeAll(() => {
  people = Array.from({ length: config.peopleCount }, (_, index) => {
    const person = truth.person(index);
    return { person, days: truth.life(person) };
  });
});

test("hazards and notifications without strength leave every byte as it was", () => {
  const { hazards, notifications } = worldPresets.responsive.dynamics;
  const kinds = { all: { weight: 1, sessionsFactor: 1, lapseFactor: 1, unsubscribeShare: 0.1 } };
  const small: WorldConfig = { ...worldPresets.living, peopleCount: 40, days: 30 };
  const unmoved = {
    ...small.dynamics!,
    hazards: { ...hazards, sessions: 0, lapsing: 0, leaving: 0, comingBack: 0 },
    notifications: { ...notifications, kinds },
  };
  const bytesOf = (of: WorldConfig): string => JSON.stringify([...createWorld(of).messages()]);
  expect(bytesOf({ ...small, dynamics: unmoved }) === bytesOf(small)).toBe(true);
  const moved = { ...small.dynamics!, hazards, notifications };
  expect(bytesOf({ ...small, dynamics: moved }) === bytesOf(small)).toBe(false);
});

test("people lapse, leave and come as often as their circumstances say: satisfied, unsatisfied, notified and not", () => {
  const usual = config.dynamics!.hazards!.usual;
  const groups = {
    satisfied: ({ evening }: LivedDay) => evening.satisfaction! > usual + 0.1,
    unsatisfied: ({ evening }: LivedDay) => evening.satisfaction! < usual - 0.1,
    notified: ({ morning }: LivedDay) => morning.isNotified === true,
    left: ({ morning }: LivedDay) => morning.isNotified === false,
  };
  const rates: Record<string, { readonly lapse: number; readonly sessions: number }> = {};
  for (const [name, isOf] of Object.entries(groups)) {
    const all = { nights: 0, lapse: 0, lapsed: 0, variance: 0, leave: 0, left: 0, rate: 0, sessions: 0 };
    for (const { person, days } of people)
      for (const [at, day] of days.slice(0, -1).entries()) {
        if (!isOf(day) || person.signedUpMs > scene.startMs + at * 86_400_000) continue;
        const next = days[at + 1]!.presence;
        all.rate += day.rate;
        all.sessions += day.sessionCount;
        if (day.presence === "lapsing") {
          all.leave += day.hazards.leave;
          all.left += Number(next === "away");
        }
        if (day.presence !== "engaged") continue;
        all.nights++;
        all.lapse += day.hazards.lapse;
        all.variance += day.hazards.lapse * (1 - day.hazards.lapse);
        all.lapsed += Number(next === "lapsing");
      }
    expect(all.nights, name).toBeGreaterThan(300);
    expect(Math.abs(all.lapsed - all.lapse), name).toBeLessThan(3.5 * Math.sqrt(all.variance));
    expect(Math.abs(all.left - all.leave), name).toBeLessThan(3.5 * Math.sqrt(all.leave) + 1);
    expect(Math.abs(all.sessions - all.rate), name).toBeLessThan(3.5 * Math.sqrt(all.rate));
    rates[name] = { lapse: all.lapsed / all.nights, sessions: all.sessions / all.nights };
  }
  expect(rates["satisfied"]!.lapse).toBeLessThan(rates["unsatisfied"]!.lapse); // what was to be seen
});

test("nobody who has unsubscribed is sent anything, and as many unsubscribe as their shares say", () => {
  let [expected, came] = [0, 0];
  for (const { person, days } of people)
    for (const [at, { isSubscribed, morning }] of days.entries()) {
      if (!isSubscribed) expect(morning.isNotified).toBe(false);
      if (!morning.isNotified || at === days.length - 1) continue;
      expected += person.temper!.notified!.unsubscribeShare;
      came += Number(!days[at + 1]!.isSubscribed);
    }
  expect(came).toBeGreaterThan(20);
  expect(Math.abs(came - expected)).toBeLessThan(3.5 * Math.sqrt(expected));
});

test("a forecast is what a naive walk over every path gives", () => {
  for (const { person, days } of people.slice(0, 40)) {
    const day = days.findLastIndex(({ isSubscribed }) => isSubscribed);
    const { presence, morning, isSubscribed } = days[day]!;
    const naive = naiveStay(scene, person, morning.satisfaction!, { day, left: 4, presence, isSubscribed });
    expect(truth.returns(person, day, 4).given).toBeCloseTo(1 - naive, 10);
  }
});

test("forecasts come true on the whole, and the state knows more than what was seen", () => {
  const asked = people.filter(({ person }) => person.signedUpMs < world.startMs);
  const outcomes = asked.map(({ person, days }) => ({
    ...truth.returns(person, 30, 7),
    came: Number(days.slice(30, 37).some(({ sessionCount }) => sessionCount > 0)),
  }));
  const mean = (of: (outcome: (typeof outcomes)[number]) => number): number =>
    outcomes.reduce((sum, outcome) => sum + of(outcome), 0) / outcomes.length;
  const error = 2.5 * Math.sqrt(0.25 / outcomes.length);
  for (const known of ["given", "observed"] as const)
    expect(Math.abs(mean((outcome) => outcome[known] - outcome.came))).toBeLessThan(error);
  const brier = (known: "given" | "observed"): number =>
    mean((outcome) => (outcome[known] - outcome.came) ** 2);
  expect(brier("given")).toBeLessThan(brier("observed"));
});

interface Place {
  readonly day: number;
  readonly left: number;
  readonly presence: (typeof presences)[number];
  readonly isSubscribed: boolean;
}

/** P(no session in the `left` days from `day` on), path by path. */
function naiveStay(of: Scene, person: Person, satisfaction: number, place: Place): number {
  if (place.left === 0) return 1;
  const { dayShare } = of.config.dynamics!.notifications!;
  const { unsubscribeShare } = person.temper!.notified!;
  const cases = [
    { isNotified: false, isSubscribed: true, share: 1 - dayShare },
    { isNotified: true, isSubscribed: true, share: dayShare * (1 - unsubscribeShare) },
    { isNotified: true, isSubscribed: false, share: dayShare * unsubscribeShare },
  ];
  const open = place.isSubscribed ? cases : [{ isNotified: false, isSubscribed: false, share: 1 }];
  let sum = 0;
  for (const { isNotified, isSubscribed, share } of open) {
    const circumstances = { satisfaction, isNotified };
    const { lapse, recover, leave, comeBack } = hazardsOf(of, person, circumstances);
    const nights = {
      engaged: { engaged: 1 - lapse, lapsing: lapse, away: 0 },
      lapsing: { engaged: recover, lapsing: 1 - recover - leave, away: leave },
      away: { engaged: comeBack, lapsing: 0, away: 1 - comeBack },
    }[place.presence];
    const stays = Math.exp(-sessionRate(of, person, place.day, place.presence, circumstances));
    for (const presence of presences) {
      const next = { day: place.day + 1, left: place.left - 1, presence, isSubscribed };
      sum += share * stays * nights[presence] * naiveStay(of, person, satisfaction, next);
    }
  }
  return sum;
}
