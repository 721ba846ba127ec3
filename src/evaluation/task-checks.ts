import { PlatformError } from "#base";
import type { EvaluationTask } from "./task.ts";

/**
 * The task itself when it asks anything.
 * @throws PlatformError `no-data` when nobody has enough engagements to hold one out
 */
export function requireCases(task: EvaluationTask): EvaluationTask {
  if (task.cases.length > 0) return task;
  throw new PlatformError(
    "no-data",
    `Nothing can be held out of "${task.dataset}" by the protocol "${task.protocol}" (${task.part}): too few engagements per person.`,
  );
}

/** Says how many published cases are not asked; nothing when all are. */
export function leftOutNotes(leftOut: number | undefined): string[] {
  return leftOut ? [`${leftOut} published cases could not be matched to the data and are left out.`] : [];
}
