import { expect, test } from "vitest";
import { DAY_MS, MINUTE_MS } from "#base";
import type { PersonState } from "#sequences";
import { KeptAnswers } from "./kept-answers.ts";

/** A person of whom so many events are known, the newest at `lastMs`. */
const seen = (eventCount: number, lastMs: number, ids = ["ana"]): PersonState => ({
  // Nothing else of a head or a record is looked at.
  heads: ids.map((userId) => ({ userId })) as unknown as PersonState["heads"],
  record: { eventCount, firstMs: 0, lastMs } as unknown as PersonState["record"],
});

/** How often the work was done, over questions asked one after the other. */
async function worked(
  questions: readonly {
    person: PersonState;
    asOfMs: number;
    also?: string;
    userId?: string;
    asked?: string;
  }[],
): Promise<number[]> {
  const kept = new KeptAnswers<number>(2);
  const times: number[] = [];
  for (const { userId = "ana", also = "", ...question } of questions)
    await kept.read({ userId, also: [also], ...question }, async (atMs) => times.push(atMs));
  return times;
}

const NOW = 1000 * MINUTE_MS;

test("who asks again in the same minute gets what was worked out, as of the minute's end", async () => {
  const person = seen(5, NOW - 2 * MINUTE_MS);
  const [untilMs = 0] = await worked([{ person, asOfMs: NOW + 10 }]);
  expect(untilMs - NOW - 10).toBeGreaterThanOrEqual(0);
  expect(untilMs - NOW - 10).toBeLessThan(MINUTE_MS);
  const at = (...times: number[]) => worked(times.map((asOfMs) => ({ person, asOfMs })));
  expect(await at(untilMs + 1 - MINUTE_MS, NOW + 10, untilMs)).toEqual([untilMs]);
  expect(await at(untilMs, untilMs + 1)).toEqual([untilMs, untilMs + MINUTE_MS]);
});

test("minutes of different people end at different moments, and no minute reaches into another day", async () => {
  const asOfMs = Math.ceil(NOW / DAY_MS) * DAY_MS - 1;
  const of = (userId: string, timeMs: number) => ({ userId, person: seen(1, 0), asOfMs: timeMs });
  const people = ["ana", "bo", "cy", "di", "ed"];
  expect(new Set(await worked(people.map((id) => of(id, NOW + 5)))).size).toBe(people.length);
  for (const id of people) expect(await worked([of(id, asOfMs)])).toEqual([asOfMs]);
  for (const id of people) expect(await worked([of(id, asOfMs), of(id, asOfMs + 1)])).toHaveLength(2);
});

test("an event, another id, another purpose and another person each ask for work", async () => {
  const asOfMs = NOW + 500;
  const first = { person: seen(5, NOW - 1), asOfMs };
  expect(await worked([first, { person: seen(6, NOW + 400), asOfMs }])).toHaveLength(2);
  expect(await worked([first, { person: seen(6, NOW - 1), asOfMs }])).toHaveLength(2); // a late one
  expect(await worked([first, { person: seen(5, NOW - 1, ["ana", "bo"]), asOfMs }])).toHaveLength(2);
  expect(await worked([first, { ...first, also: "advertising" }])).toHaveLength(2);
  expect(await worked([first, { ...first, userId: "bo" }, first])).toHaveLength(2);
  expect(await worked([first, { ...first, asked: "with journeys" }, first])).toHaveLength(2);
});

test("the past is worked out each time, as of the very moment", async () => {
  const past = { person: seen(5, NOW), asOfMs: NOW - 7 };
  expect(await worked([past, past])).toEqual([NOW - 7, NOW - 7]);
});

test("of more people than it keeps, who was longest unasked goes", async () => {
  const of = (userId: string) => ({ userId, person: seen(1, 0), asOfMs: NOW });
  expect(await worked([of("a"), of("b"), of("a"), of("c"), of("a"), of("b")])).toHaveLength(4);
});

test("who asks while it is worked out waits for the same; a failure is not kept", async () => {
  const kept = new KeptAnswers<object>(2);
  const question = { userId: "ana", person: seen(5, NOW - 1), asOfMs: NOW, also: [] as string[] };
  const [one, other] = await Promise.all([1, 2].map(() => kept.read(question, async () => ({}))));
  expect(one).toBe(other);
  const failing = { ...question, also: ["failing"] };
  const fails = async (): Promise<object> => Promise.reject(new Error("no"));
  const both = [1, 2].map(() => kept.read(failing, fails));
  expect((await Promise.allSettled(both)).map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  expect(await kept.read(failing, async () => ({ worked: true }))).toEqual({ worked: true });
});
