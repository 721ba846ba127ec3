import { expect, test } from "vitest";
import { DAY_MS } from "#base";
import { historyOf, type Interaction, packInteractions } from "#sequences";
import { futureDisjoint, futureWindow, stalenessProtocols } from "./future-window.ts";
import type { EvaluationData, EvaluationTask } from "./task.ts";

/** @file A population whose days are written down: what is asked, and what the model may know of it. */

const VIEW = 0;
const LIKE = 1;
interface Deed extends Interaction {
  readonly day: number;
  readonly action?: number;
}

function dataOf(deeds: readonly Deed[], userCount: number): EvaluationData {
  const sorted = deeds.toSorted((left, right) => left.user - right.user || left.day - right.day);
  const rows = sorted.map(({ user, item, day }) => ({ user, item, timestampMs: day * DAY_MS }));
  const actions = Uint8Array.from(sorted, ({ action = VIEW }) => action);
  return {
    dataset: "written",
    interactions: { ...packInteractions(rows, userCount, 100), actions, actionNames: ["view", "like"] },
    actionNames: ["view", "like"],
    actions,
    given: {},
  };
}

test("everybody's last fourteen days are asked for what is liked and new to them, and known to the model", () => {
  const data = dataOf(
    [
      { user: 0, item: 1, day: 5 },
      { user: 0, item: 1, day: 95, action: LIKE }, // not new
      { user: 0, item: 2, day: 96, action: LIKE },
      { user: 0, item: 3, day: 97 }, // not liked
      { user: 0, item: 4, day: 98, action: LIKE }, // unknown by day 86
      { user: 1, item: 2, day: 50 },
      { user: 1, item: 5, day: 80, action: LIKE }, // before the window
      { user: 2, item: 2, day: 100, action: LIKE }, // by somebody without a past
    ],
    3,
  );
  const { train, cases } = futureWindow.task(data, { seed: 1, part: "test" });
  expect(cases).toEqual([{ user: 0, positives: Uint32Array.of(2) }]);
  expect(Array.from(train.itemRows)).toEqual([1, 2, 5]);
  expect(() => futureWindow.task(data, { seed: 1, part: "validation" })).toThrow(/Nothing can be held out/);
});

/** Each person views an item a day from day 0.5 on and likes, half a day after viewing it, what they view on day 20 and 33. */
const people = dataOf(
  Array.from({ length: 40 }, (_, user) =>
    Array.from({ length: 40 }, (_, day): Deed[] => [
      { user, item: day, day: day + 0.25 },
      ...(day === 20 || day === 33 ? [{ user, item: day, day: day + 0.75, action: LIKE }] : []),
    ]),
  ).flat(2),
  40,
);

test("where people are disjoint, nobody asked is learned from, and each is asked once for every fourteen days", () => {
  const task = futureDisjoint.task(people, { seed: 1, part: "test" });
  const learned = peopleIn(task);
  expect(task.cases.length).toBe(2 * (40 - learned)); // days 14 to 28 and 28 to 42
  expect(task.cases.map(({ positives }) => positives[0])).toEqual(
    Array.from({ length: 40 - learned }, () => [20, 33]).flat(),
  );
  expect(task.cases.map(({ user }) => historyOf(task.histories, user).itemRows.length).slice(0, 2)).toEqual([
    14,
    29, // one like among the latter
  ]);
  const validation = futureDisjoint.task(people, { seed: 1, part: "validation" });
  expect(peopleIn(validation)).toBeLessThan(learned);
});

test("the fresher the history, the more of it there is, of the same people and items", () => {
  const tasks = stalenessProtocols.map((protocol) => protocol.task(people, { seed: 1, part: "test" }));
  const [once, daily, now] = tasks.map((task) => historyOf(task.histories, 0));
  expect(once!.itemRows.at(-1)).toBe(13); // by day 14
  expect(daily!.itemRows.at(-1)).toBe(19); // by day 20
  expect(now!.itemRows).toEqual(daily!.itemRows); // nothing else happened on day 20
  expect(now!.actions).toHaveLength(20);
  for (const task of tasks) expect(task.cases).toEqual(tasks[0]!.cases);
  expect(tasks[0]!.cases[0]).toEqual({ user: 0, positives: Uint32Array.of(20) });
});

test("data without times is refused by name", () => {
  const { timestampsMs: _, ...untimed } = people.interactions;
  for (const protocol of [futureWindow, futureDisjoint, ...stalenessProtocols])
    expect(() => protocol.task({ ...people, interactions: untimed }, { seed: 1, part: "test" })).toThrow(
      expect.objectContaining({ code: "unknown-protocol", message: expect.stringContaining("written") }),
    );
});

function peopleIn({ train }: EvaluationTask): number {
  let people = 0;
  for (let user = 0; user < train.userCount; user++)
    if (train.offsets[user + 1]! > train.offsets[user]!) people++;
  return people;
}
