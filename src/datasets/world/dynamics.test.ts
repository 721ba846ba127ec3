import { beforeAll, expect, test } from "vitest";
import type { SegmentMessage, TrackMessage } from "#api";
import { DAY_MS } from "#base";
import type { Person } from "./person.ts";
import { createWorld } from "./world.ts";
import { worldPresets } from "./world-config.ts";

/** @file The second form: what is said to be true of people is what their events show, and nothing of it is told. */
const config = { ...worldPresets.living, peopleCount: 300, days: 60 };
const world = createWorld(config);
const { truth } = world;
const people = Array.from({ length: config.peopleCount }, (_, index) => truth.person(index));
let messages: readonly SegmentMessage[];
beforeAll(() => {
  messages = [...world.messages()];
});

test("sessions of the truth are the days on which events happened", () => {
  const days = new Map<string, Set<number>>();
  for (const message of messages) {
    if (message.type !== "track" || message.event !== "impression") continue;
    const day = Math.floor((Date.parse(message.timestamp!) - world.startMs) / DAY_MS);
    days.set(message.userId!, (days.get(message.userId!) ?? new Set()).add(day));
  }
  let agree = 0;
  let all = 0;
  for (const person of people)
    for (const [day, count] of truth.visits(person).sessions.entries()) {
      all++;
      if (count > 0 === (days.get(person.userId)?.has(day) ?? false)) agree++;
    }
  expect(agree / all).toBeGreaterThan(0.99); // a session over midnight touches two days
});

test("the probability of coming back is calibrated, from the state and from what was seen, and the state knows more", () => {
  const outcomes = people
    .filter(({ signedUpMs }) => signedUpMs < world.startMs)
    .map((person) => {
      const came = truth
        .visits(person)
        .sessions.slice(30, 37)
        .some((count) => count > 0);
      return { ...truth.returns(person, 30, 7), came: Number(came) };
    });
  const mean = (of: (outcome: (typeof outcomes)[number]) => number): number =>
    outcomes.reduce((sum, outcome) => sum + of(outcome), 0) / outcomes.length;
  const error = 2.5 * Math.sqrt(0.25 / outcomes.length);
  expect(Math.abs(mean(({ given }) => given) - mean(({ came }) => came))).toBeLessThan(error);
  expect(Math.abs(mean(({ observed }) => observed) - mean(({ came }) => came))).toBeLessThan(error);
  const brier = (of: "given" | "observed"): number => mean((outcome) => (outcome[of] - outcome.came) ** 2);
  expect(brier("given")).toBeLessThan(brier("observed"));
  expect(brier("observed")).toBeLessThan(0.2);
});

test("of somebody who may be anybody it says what Bayes' rule says, and of one who can be but one what is known of that one", () => {
  const [asked, ...others] = people.slice(0, 12);
  const { sessions } = truth.visits(asked!);
  const own = truth.lookalikes([asked!]).returns({ ...asked!, sessions }, 30, [7])[0]!;
  expect(own).toBeCloseTo(truth.returns(asked!, 30, 7).observed, 10);
  // Each of the others alone; how likely they are follows from what two of them at a time say together.
  const said = others.map((other) => truth.lookalikes([other]).returns({ ...asked!, sessions }, 30, [7])[0]!);
  const mixed = truth.lookalikes(others).returns({ ...asked!, sessions }, 30, [7])[0]!;
  expect(mixed).toBeGreaterThan(Math.min(...said));
  expect(mixed).toBeLessThan(Math.max(...said));
  const odds = others.map((other, n) => {
    const both = truth.lookalikes([others[0]!, other]).returns({ ...asked!, sessions }, 30, [7])[0]!;
    return n === 0 ? 1 : (said[0]! - both) / (both - said[n]!);
  });
  const total = odds.reduce((sum, odd) => sum + odd, 0);
  expect(mixed).toBeCloseTo(odds.reduce((sum, odd, n) => sum + odd * said[n]!, 0) / total, 6);
});

test("stages come in order, and affinity rises while growing and sinks while fading", () => {
  const interests = people.flatMap((person) => person.interests).filter(({ life }) => life);
  const seen = new Set<string>();
  for (const interest of interests) {
    const { stages } = interest.life!;
    for (const [n, { stage, fromMs }] of stages.entries()) {
      const before = stages[n - 1]?.stage;
      seen.add(`${before} ${stage}`);
      if (stage !== "habit") expect(truth.stageAt(interest, fromMs)).toBe(stage);
    }
  }
  expect([...seen].sort()).toEqual(
    ["fading growing", "growing habit", "habit fading", "new growing", "undefined new"].sort(),
  );
});

test("a journey is a burst: its items are engaged with while it lasts and hardly after", () => {
  const named = new Map([...world.items()].map(({ itemId, tags }) => [itemId, new Set(tags)]));
  const journeys = people.flatMap((person) => (person.journey ? [{ person, journey: person.journey }] : []));
  expect(journeys.length / people.length).toBeGreaterThan(0.2);
  const rate = (fromMs: number, toMs: number, person: Person, leaves: ReadonlySet<string>): number =>
    messages.filter(
      (message) =>
        message.type === "track" &&
        message.event === "close-up" &&
        message.userId === person.userId &&
        Date.parse(message.timestamp!) >= fromMs &&
        Date.parse(message.timestamp!) < toMs &&
        [...leaves].some((leaf) => named.get((message as TrackMessage).properties!.itemId!)!.has(leaf)),
    ).length;
  let during = 0;
  let after = 0;
  for (const { person, journey } of journeys.slice(0, 40)) {
    if (journey.endsMs + 10 * DAY_MS > world.endMs) continue;
    const leaves = new Set(journey.interests.map(({ leaf }) => truth.leafPaths[leaf]![2]));
    during += rate(journey.endsMs - 8 * DAY_MS, journey.endsMs, person, leaves);
    after += rate(journey.endsMs + 2 * DAY_MS, journey.endsMs + 10 * DAY_MS, person, leaves);
  }
  expect(during).toBeGreaterThan(20);
  expect(after).toBeLessThan(during / 5);
});

test("purchases follow clicks, and nothing of the truth is told but the channel", () => {
  const tracks = messages.filter((message): message is TrackMessage => message.type === "track");
  const clicked = new Set(
    tracks
      .filter(({ event }) => event === "click")
      .map(({ userId, properties }) => `${userId} ${properties!.itemId}`),
  );
  const bought = tracks.filter(({ event }) => event === "purchase");
  expect(bought.length).toBeGreaterThan(20);
  for (const { userId, properties } of bought)
    expect(clicked.has(`${userId} ${properties!.itemId}`)).toBe(true);
  const text = JSON.stringify(messages.slice(0, 5000));
  for (const secret of ["frailty", "presence", "stage", "journey", "purchaseShare", "life"])
    expect(text).not.toContain(`"${secret}`);
  expect(text).toContain('"channel":"');
});
