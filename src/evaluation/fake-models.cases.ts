import { DAY_MS } from "#base";
import type { FittedModel } from "#models";
import { type History, type Interactions, packInteractions } from "#sequences";
import type { EvaluationData, EvaluationTask } from "./task.ts";

/** A model that scores by a function of the history and the item. */
export function fakeModel(
  name: string,
  itemCount: number,
  score: (history: History, item: number) => number,
): FittedModel {
  return {
    name,
    config: {},
    itemCount,
    score: async (histories) => {
      const scores = new Float32Array(histories.length * itemCount);
      for (const [row, history] of histories.entries())
        for (let item = 0; item < itemCount; item++) scores[row * itemCount + item] = score(history, item);
      return scores;
    },
    explain: async (history) => new Float32Array(history.itemRows.length),
    related: async () => new Float32Array(itemCount),
    over: (catalogue) => fakeModel(name, catalogue.itemCount, score),
    serialize: () => new Uint8Array(),
  };
}

/** Knows the answers: a task's positives score `answer`, everything else 0. People are told apart by their histories. */
export function oracleOf(task: EvaluationTask, answer = 1): FittedModel {
  const answers = new Map<string, Set<number>>();
  for (const { user, positives } of task.cases) {
    const { offsets, itemRows } = task.histories;
    const key = itemRows.subarray(offsets[user], offsets[user + 1]).join();
    answers.set(key, new Set([...(answers.get(key) ?? []), ...positives]));
  }
  return fakeModel("oracle", task.train.itemCount, (history, item) =>
    answers.get(history.itemRows.join())?.has(item) ? answer : 0,
  );
}

/** Cannot tell items apart. */
export function constantOf(task: EvaluationTask): FittedModel {
  return fakeModel("constant", task.train.itemCount, () => 0);
}

/** A table from one list of items per person, one a week. */
export function tableOf(lists: readonly (readonly number[])[], itemCount: number): Interactions {
  const rows = lists.flatMap((items, user) =>
    items.map((item, step) => ({ user, item, timestampMs: (1 + 7 * step) * DAY_MS })),
  );
  return packInteractions(rows, lists.length, itemCount);
}

/** A data set in which every engagement is a `view`. */
export function dataOf(interactions: Interactions, given: EvaluationData["given"] = {}): EvaluationData {
  const actions = new Uint8Array(interactions.itemRows.length);
  const items = Array.from({ length: interactions.itemCount }, (_, item) => ({ title: `item ${item}` }));
  return { dataset: "tiny", interactions: { ...interactions, items }, actionNames: ["view"], actions, given };
}

/** `people` histories of `length` different items each, no two alike: person u's begin at item u. */
export function rings(people: number, length: number, itemCount: number): Interactions {
  const lists = Array.from({ length: people }, (_, user) =>
    Array.from({ length }, (_, step) => (user + step * 7) % itemCount),
  );
  return tableOf(lists, itemCount);
}
