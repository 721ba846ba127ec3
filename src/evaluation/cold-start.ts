import { historyOf, type Interactions } from "#sequences";
import { dividePeople, keepPeople } from "./divide-people.ts";
import type { EvaluationCase, Protocol } from "./task.ts";
import { requireCases } from "./task-checks.ts";

/** How many of a stranger's first items are wanted. */
const FIRST = 5;

/**
 * What strangers come for: of people who were not learned from, the first five items, from nothing but how they came (traits, place and
 * device, surface, time, as far as the data has them).
 */
export const coldStart: Protocol = {
  name: "cold-start",
  title: "The first five items of people of whom nothing is known but how they come",

  task(data, options) {
    const { interactions } = data;
    const { isAsked, isLearnedFrom } = dividePeople(interactions.userCount, options);
    const cases: EvaluationCase[] = [];
    for (let user = 0; user < interactions.userCount; user++) {
      const first = new Set(historyOf(interactions, user).itemRows.slice(0, FIRST));
      if (isAsked(user) && first.size > 0) cases.push({ user, positives: Uint32Array.from(first) });
    }
    return requireCases({
      ...{ dataset: data.dataset, protocol: coldStart.name, part: options.part, seed: options.seed },
      train: keepPeople(interactions, isLearnedFrom),
      histories: arrivals(interactions),
      cases,
      split: "seeded",
      ranking: "full",
      hideSeen: false,
      metrics: ["recallAt10", "ndcgAt10", "hrAt10", "mrr", "coverageAt10"],
      notes: [
        "A fifth of the people are asked; the others are learned from. Nobody who is asked has a history.",
      ],
    });
  },
};

/** Everybody before their first engagement: without any, as they come. */
function arrivals(table: Interactions): Interactions {
  const { contexts, timestampsMs, surfaces, offsets } = table;
  const ways = Array.from({ length: table.userCount }, (_, user) => {
    const first = offsets[user]!;
    const isThere = first < offsets[user + 1]!;
    return {
      ...contexts?.[user],
      ...(isThere && timestampsMs && { timestampMs: timestampsMs[first]! }),
      ...(isThere && surfaces && { surface: surfaces[first]! }),
    };
  });
  return {
    userCount: table.userCount,
    itemCount: table.itemCount,
    offsets: new Uint32Array(table.userCount + 1),
    itemRows: new Uint32Array(0),
    contexts: ways,
  };
}
