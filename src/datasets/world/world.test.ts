import { Value } from "typebox/value";
import { beforeAll, expect, test } from "vitest";
import { ItemInput, SegmentMessage } from "#api";
import { lateAfterMs } from "./delivery.ts";
import { actions } from "./reaction.ts";
import { createWorld } from "./world.ts";
import { worldPresets } from "./world-config.ts";

const world = createWorld(worldPresets.tiny);
let messages: readonly SegmentMessage[];
beforeAll(() => {
  messages = [...world.messages()];
});

const timeOf = (message: SegmentMessage): number => Date.parse(message.timestamp!);

test("a person simulated alone is the same person as within the whole, whoever comes first", () => {
  const person37 = [...world.personMessages(37)];
  const person5 = [...world.personMessages(5)];
  expect(person37.length).toBeGreaterThan(1);
  expect(messages.filter(({ userId }) => userId === "u-0038")).toEqual(person37);
  expect(messages.filter(({ userId }) => userId === "u-0006")).toEqual(person5);
});

test("the same person appears in a larger population", () => {
  const larger = createWorld({ ...worldPresets.tiny, peopleCount: 1000 });
  expect([...larger.personMessages(37)]).toEqual([...world.personMessages(37)]);
});

test("the same seed gives the same bytes; another seed gives others", () => {
  const bytesOf = (seed: number): string => {
    const { items, messages } = createWorld({ ...worldPresets.tiny, seed });
    return JSON.stringify([...items(), ...messages()]);
  };
  const bytes = JSON.stringify([...world.items(), ...messages]);
  expect(bytesOf(worldPresets.tiny.seed) === bytes).toBe(true);
  expect(bytesOf(1) === bytes).toBe(false);
});

test("every message and item has the documented shape", () => {
  for (const message of messages) {
    expect(Value.Check(SegmentMessage, message)).toBe(true);
    if (message.type === "track") expect(["impression", ...actions]).toContain(message.event);
  }
  for (const item of world.items()) expect(Value.Check(ItemInput, item)).toBe(true);
});

test("nobody acts before being identified, and those who were there before are identified at the very start", () => {
  const known = new Map<string, number>();
  for (const message of messages) {
    if (message.type === "identify" && !known.has(message.userId!))
      known.set(message.userId!, timeOf(message));
    expect(known.get(message.userId!)).toBeLessThanOrEqual(timeOf(message));
  }
  expect(known.size).toBe(60);
  const atStart = [...known.values()].filter((timeMs) => timeMs === world.startMs).length;
  expect(messages.slice(0, atStart).every(({ type }) => type === "identify")).toBe(true);
  expect(atStart).toBeGreaterThan(40);
  expect(atStart).toBeLessThan(60);
});

test("an item is shown only after its birth and inside the window, and acted on only after it was shown", () => {
  const bornMs = new Map([...world.items()].map(({ itemId, createdAt }) => [itemId, Date.parse(createdAt!)]));
  const shownMs = new Map<string, number>();
  const tracks = messages.filter((message) => message.type === "track");
  const key = ({ properties }: (typeof tracks)[number]): string =>
    `${properties!.slateId}/${properties!.position}`;
  for (const message of tracks)
    if (message.event === "impression") shownMs.set(key(message), timeOf(message));
  for (const message of tracks) {
    expect(bornMs.get(message.properties!.itemId!)).toBeLessThan(timeOf(message));
    expect(timeOf(message)).toBeGreaterThanOrEqual(world.startMs);
    expect(timeOf(message)).toBeLessThan(world.endMs);
    expect(shownMs.get(key(message))).toBeLessThanOrEqual(timeOf(message));
  }
});

test("duplicates and late events come at the configured rates, and a duplicate is the same message", () => {
  const noisy = createWorld({
    ...worldPresets.tiny,
    peopleCount: 200,
    delivery: { duplicateShare: 0.02, lateShare: 0.03, lateMeanHours: 2 },
  });
  const seen = new Map<string, SegmentMessage>();
  let duplicates = 0;
  let late = 0;
  let count = 0;
  let clockMs = 0;
  for (const message of noisy.messages()) {
    count++;
    const first = seen.get(message.messageId!);
    if (first) duplicates++;
    if (first) expect(message).toEqual(first);
    else if (clockMs - timeOf(message) >= lateAfterMs) late++;
    seen.set(message.messageId!, message);
    clockMs = Math.max(clockMs, timeOf(message)); // what a reader of the stream takes for now
  }
  expect(Math.abs(duplicates / count - 0.02)).toBeLessThan(0.004);
  expect(late / count).toBeGreaterThan(0.02); // a reader's clock stands still at night: it misses some
  expect(late / count).toBeLessThan(0.032);
});

test("the stream is in order of time but for the late events", () => {
  const punctual = createWorld({
    ...worldPresets.tiny,
    delivery: { duplicateShare: 0, lateShare: 0, lateMeanHours: 1 },
  });
  let lastMs = 0;
  for (const message of punctual.messages()) {
    expect(timeOf(message)).toBeGreaterThanOrEqual(lastMs);
    lastMs = timeOf(message);
  }
});
