import type { UserState } from "../user-state.ts";
import { stateOf } from "./cohort.ts";
import type { Survey } from "./survey.ts";

/** At most `n` of everybody, evenly from all of them, with their states: the same of the same survey. O(people). */
export function samplePeople(
  survey: Survey,
  n: number,
): readonly { readonly userId: string; readonly state: UserState | undefined }[] {
  const rows = [...survey.userIds.keys()].filter((row) => survey.userIds[row] !== ""); // forgotten since
  const count = Math.min(n, rows.length);
  return Array.from({ length: count }, (_, at) => {
    const row = rows[Math.floor((at * rows.length) / count)]!;
    return { userId: survey.userIds[row]!, state: stateOf(survey, row) };
  });
}
