import { PlatformError } from "#base";
import { type Interactions, keepWhere } from "#sequences";
import type { EvaluationTask } from "./task.ts";

/**
 * The same questions to models that are shown engagements of some actions only.
 * @throws PlatformError `invalid-config` naming an action the data does not have
 */
export function onlyActions(task: EvaluationTask, names: readonly string[]): EvaluationTask {
  const known = task.train.actionNames ?? [];
  const missing = names.find((name) => !known.includes(name));
  if (missing !== undefined)
    throw new PlatformError(
      "invalid-config",
      `"${task.dataset}" has no action "${missing}"; it has ${known.join(", ") || "one kind only"}.`,
    );
  const train = shown(task.train, names);
  const histories = task.histories === task.train ? train : shown(task.histories, names);
  const note = `Models are shown engagements of these actions only: ${names.join(", ")}.`;
  return { ...task, train, histories, notes: [...task.notes, note] };
}

function shown(table: Interactions, names: readonly string[]): Interactions {
  const { actions, actionNames = [] } = table;
  return keepWhere(table, (position) => names.includes(actionNames[actions?.[position] ?? -1] ?? ""));
}
