import { type HeldOut, holdOutShare, withoutRepeats } from "./hold-out.ts";
import type { EvaluationCase, EvaluationData, GivenDivision, Protocol, TaskOptions } from "./task.ts";
import { leftOutNotes, requireCases } from "./task-checks.ts";

const TEST_SHARE = 0.2;
const VALIDATION_SHARE = 0.1;

/**
 * Several held-out items per person, full ranking, train items hidden (LightGCN, He et al., SIGIR 2020, and what
 * follows it). The publishers' split where given, else a seeded 80/20 of everyone's items. A positive that is also in
 * train stays hidden and in the denominator, as the published evaluations have it. `validation` asks the publishers'
 * own validation part where there is one, else a seeded tenth of the train of `test`.
 */
export const splitFull: Protocol = {
  name: "split-full",
  title: "A fifth of each person's items ranked among all items not in train",

  task(data, options) {
    const division = divisionFor(data, options);
    return requireCases({
      dataset: data.dataset,
      protocol: splitFull.name,
      part: options.part,
      seed: options.seed,
      split: isGiven(data, options) ? "given" : "seeded",
      train: division.train,
      histories: division.train,
      cases: division.cases,
      ranking: "full",
      hideSeen: true,
      metrics: ["recallAt20", "ndcgAt20", "recallAt10", "ndcgAt10", "mrr", "coverageAt10"],
      notes: notesOf(division, options),
    });
  },
};

function isGiven({ given }: EvaluationData, { part }: TaskOptions): boolean {
  const division = given[splitFull.name];
  return part === "test" ? division !== undefined : division?.validation !== undefined;
}

function divisionFor(data: EvaluationData, { seed, part }: TaskOptions): GivenDivision {
  const test =
    data.given[splitFull.name] ??
    divisionOf(holdOutShare(withoutRepeats(data.interactions), TEST_SHARE, seed));
  if (part === "test") return test;
  if (test.validation) return { ...test, cases: test.validation };
  return divisionOf(holdOutShare(test.train, VALIDATION_SHARE, seed));
}

function divisionOf({ train, asked }: HeldOut): GivenDivision {
  return { train, cases: Array.from(asked, ([user, positives]): EvaluationCase => ({ user, positives })) };
}

function notesOf(division: GivenDivision, { part }: TaskOptions): string[] {
  if (part === "validation")
    return [
      division.validation
        ? "The publishers' validation part is asked."
        : "A tenth of the test's train is asked, the rest is trained on.",
    ];
  return [
    "Trained on the train part only; positives that are also in train count as missed.",
    ...leftOutNotes(division.leftOut),
  ];
}
