import type { UserState } from "../user-state.ts";
import { stateOf } from "./cohort.ts";
import type { Survey } from "./survey.ts";

/** Who has a topic among their interests. */
export interface TopicPeople {
  readonly count: number;
  /** Of everybody looked at. */
  readonly part: number;
  /** Whose interests it is most of, the largest part first. */
  readonly most: readonly {
    readonly userId: string;
    readonly share: number;
    readonly state: UserState | undefined;
  }[];
}

/** People with an interest of that name or below it, at most `n` of them by name. O(interests of everybody). */
export function peopleWithTopic(survey: Survey, topic: string, n: number): TopicPeople {
  const { userIds, topics, topicOffsets, topicRows, topicShares } = survey;
  const isWithin = topics.map(({ path }) => path.includes(topic));
  const found: { readonly row: number; readonly share: number }[] = [];
  let total = 0;
  for (const [row, userId] of userIds.entries()) {
    if (userId === "") continue; // forgotten since
    total++;
    let share = 0;
    for (let at = topicOffsets[row]!; at < topicOffsets[row + 1]!; at++)
      if (isWithin[topicRows[at]!]) share += topicShares[at]!;
    if (share > 0) found.push({ row, share });
  }
  found.sort((left, right) => right.share - left.share || left.row - right.row);
  return {
    count: found.length,
    part: total === 0 ? 0 : found.length / total,
    most: found
      .slice(0, n)
      .map(({ row, share }) => ({ userId: userIds[row]!, share, state: stateOf(survey, row) })),
  };
}
