import { PlatformError } from "#base";
import { historyOf, type Interaction, type Interactions, packInteractions } from "#sequences";
import { holdOutShare } from "./hold-out.ts";
import { untouchedItems } from "./negatives.ts";
import type { EvaluationCase, EvaluationData, Protocol, TaskOptions } from "./task.ts";
import { requireCases } from "./task-checks.ts";

const NEGATIVES = 100;
const TEST_SHARE = 0.2;
const MINIMUM_ITEMS = 5;

/** What an engagement of each kind is worth. */
const ACTION_WEIGHTS: Readonly<Record<string, number>> = {
  view: 1,
  like: 2,
  bookmark: 2.5,
  follow: 3,
  comment: 4,
};

/**
 * The protocol of "Recommender Systems in Python 101" (Moreira, Kaggle 2017), the one under which Deskdrop results are
 * published: kinds of engagement are weighted and summed per person and item, strength = log2(1 + sum); people with at
 * least five items; a random 80/20 split stratified by person; each held-out item ranked among 100 items the person
 * never touched, items of train hidden; hits averaged over held-out items (micro).
 *
 * **Where we differ.** The published split and negatives come from Python's generators; ours have the same sizes
 * (31,284 / 7,822) and other draws. The published pool of negatives includes 60 articles that nobody touched, which are
 * only known where `shared_articles.csv` is present; without it our pool is a little harder.
 */
export const deskdrop: Protocol = {
  name: "deskdrop",
  title: "Weighted engagement, 80/20 by person, each held-out item ranked among 100 never touched",

  task(data, options) {
    const everything = strengthsOf(data);
    const test = holdOutShare(everything, TEST_SHARE, options.seed);
    const isTest = options.part === "test";
    const known = isTest ? everything : test.train;
    const { train, asked } = isTest ? test : holdOutShare(test.train, TEST_SHARE, options.seed);
    const people = everything.offsets.filter(
      (offset, user) => user > 0 && offset > everything.offsets[user - 1]!,
    );
    return requireCases({
      dataset: data.dataset,
      protocol: deskdrop.name,
      part: options.part,
      seed: options.seed,
      split: "seeded",
      train,
      histories: train,
      cases: casesOf(known, asked, options),
      ranking: "sampled",
      hideSeen: true,
      metrics: ["recallAt5", "recallAt10", "ndcgAt10", "mrr"],
      notes: [
        `${people.length} people with at least ${MINIMUM_ITEMS} items, ${everything.itemRows.length} pairs of person and item.`,
        `Trained on ${isTest ? "four fifths" : "16/25"} of each person's items; ${NEGATIVES} negatives per held-out item drawn by the seed.`,
      ],
    });
  },
};

/** One case per held-out item, each with negatives of its own. */
function casesOf(
  known: Interactions,
  asked: ReadonlyMap<number, Uint32Array>,
  { seed, part }: TaskOptions,
): EvaluationCase[] {
  return Array.from(asked).flatMap(([user, positives]) => {
    const touched = historyOf(known, user).itemRows;
    return Array.from(positives, (item) => ({
      user,
      positives: Uint32Array.of(item),
      negatives: untouchedItems(
        touched,
        known.itemCount,
        NEGATIVES,
        seed,
        `deskdrop/${part}/${user}/${item}`,
      ),
    }));
  });
}

/**
 * One row per person and item, in the order of first touch: weight log2(1 + summed action weights), time of first
 * touch. People with too few items keep their row and have no engagements.
 * @throws PlatformError `unknown-protocol` when the set's actions are not Deskdrop's
 */
function strengthsOf({ dataset, interactions, actionNames, actions }: EvaluationData): Interactions {
  const weightOf = actionNames.map((name) => ACTION_WEIGHTS[name]);
  const known = Object.keys(ACTION_WEIGHTS).join(", ");
  if (weightOf.includes(undefined))
    throw new PlatformError(
      "unknown-protocol",
      `"${dataset}" has the actions ${actionNames.join(", ")}; the protocol "deskdrop" weighs only ${known}.`,
    );
  const rows: Interaction[] = [];
  for (let user = 0; user < interactions.userCount; user++) {
    const sums = new Map<number, { sum: number; firstPosition: number }>();
    for (let position = interactions.offsets[user]!; position < interactions.offsets[user + 1]!; position++) {
      const item = interactions.itemRows[position]!;
      const entry = sums.get(item) ?? { sum: 0, firstPosition: position };
      entry.sum += weightOf[actions[position]!]!;
      sums.set(item, entry);
    }
    if (sums.size >= MINIMUM_ITEMS)
      for (const [item, { sum, firstPosition }] of sums) {
        const timestampMs = interactions.timestampsMs?.[firstPosition];
        const weight = Math.log2(1 + sum);
        rows.push({ user, item, weight, ...(timestampMs !== undefined && { timestampMs }) });
      }
  }
  return packInteractions(rows, interactions.userCount, interactions.itemCount);
}
