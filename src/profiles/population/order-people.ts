import { type UserState, userStates } from "../user-state.ts";
import type { Survey } from "./survey.ts";

/** An order of people that takes a look at everybody. */
export const surveyedOrders = ["return", "state"] as const;
export type SurveyedOrder = (typeof surveyedOrders)[number];

/** Those who use the product most come first; then those who may yet, then those who do not. */
const STATE_PLACES: Readonly<Record<UserState, number>> = {
  ...{ core: 0, casual: 1, marginal: 2 },
  ...{ new: 3, resurrected: 4, dormant: 5 },
};

/** Person -> place: likeliest to come back within a week first, or by state. Who has none was not looked at, or nothing is known of them. O(people). */
export function orderPeople(survey: Survey, by: SurveyedOrder): ReadonlyMap<string, number> {
  const places = new Map<string, number>();
  const { userIds, states, dayCount, targets, probabilities } = survey;
  const target = targets.indexOf("return7");
  for (const [row, userId] of userIds.entries()) {
    if (userId === "") continue; // forgotten since
    const state = userStates[states[(row + 1) * dayCount - 1]! - 1];
    const returns = target < 0 ? Number.NaN : probabilities[row * targets.length + target]!;
    if (by === "state" && state !== undefined) places.set(userId, STATE_PLACES[state]);
    if (by === "return" && !Number.isNaN(returns)) places.set(userId, -returns);
  }
  return places;
}
