import type { Interactions } from "#sequences";
import { holdOutLast, withoutRepeats } from "./hold-out.ts";
import { untouchedItems } from "./negatives.ts";
import type { EvaluationCase, EvaluationData, EvaluationTask, Protocol, TaskOptions } from "./task.ts";
import { leftOutNotes, requireCases } from "./task-checks.ts";

const NEGATIVES = 99;

/**
 * Leave-one-out against 99 sampled negatives (He et al., "Neural Collaborative Filtering", WWW 2017; used by Rendle et
 * al., RecSys 2020). Each person's latest item is ranked among 99 items that the person never touched. Comparable with
 * what was published under the same protocol and with nothing else: sampled ranks are not full ranks (Krichene and
 * Rendle, KDD 2020).
 *
 * The publishers' positives and negatives are used where given; else the last item is held out and the negatives are
 * drawn, uniformly and by the seed. `validation` does the same once more on the train of `test`.
 */
export const ncf: Protocol = {
  name: "ncf",
  title: "Leave-one-out, the last item ranked among 99 items never touched",

  task(data, { seed, part }) {
    const division = testDivision(data);
    const asked = part === "test" ? division : holdOutCases(division.train);
    return requireCases({
      dataset: data.dataset,
      protocol: ncf.name,
      part,
      seed,
      split: part === "test" && data.given[ncf.name] ? "given" : "seeded",
      train: asked.train,
      histories: asked.train,
      cases: asked.cases.map((question) => withNegatives(question, asked.train, { seed, part })),
      ranking: "sampled",
      hideSeen: false,
      metrics: ["hrAt10", "ndcgAt10", "mrr"],
      notes: notesOf(data, asked.cases, part),
    });
  },
};

interface Division {
  readonly train: Interactions;
  readonly cases: readonly EvaluationCase[];
}

function testDivision(data: EvaluationData): Division {
  return data.given[ncf.name] ?? holdOutCases(withoutRepeats(data.interactions));
}

function holdOutCases(table: Interactions): Division {
  const { train, asked } = holdOutLast(table, 2);
  return { train, cases: Array.from(asked, ([user, positives]) => ({ user, positives })) };
}

/** The case with negatives: its own, or drawn from what the person has neither in train nor among the positives. */
function withNegatives(
  question: EvaluationCase,
  train: Interactions,
  { seed, part }: TaskOptions,
): EvaluationCase {
  if (question.negatives) return question;
  const { user, positives } = question;
  const known = train.itemRows.subarray(train.offsets[user]!, train.offsets[user + 1]!);
  const touched = new Set([...known, ...positives]);
  const negatives = untouchedItems(touched, train.itemCount, NEGATIVES, seed, `ncf/${part}/${user}`);
  return { ...question, negatives };
}

function notesOf(
  data: EvaluationData,
  cases: readonly EvaluationCase[],
  part: TaskOptions["part"],
): EvaluationTask["notes"] {
  const areGiven = cases.some(({ negatives }) => negatives !== undefined);
  return [
    part === "test"
      ? "Trained on everything but the held-out item."
      : "Trained on the test's train less each person's last item, which is asked.",
    areGiven ? "Negatives as published." : `${NEGATIVES} negatives drawn uniformly by the seed.`,
    ...leftOutNotes(data.given[ncf.name]?.leftOut),
  ];
}
