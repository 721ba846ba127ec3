import { DAY_MS } from "#base";
import type { Act } from "./activity-features.ts";
import { CASUAL_DAYS, CORE_DAYS, STATE_DAYS } from "./user-state.ts";

/** What is foretold of a person; a declared goal `name` is `convert:name`, and without any declared a purchase is `convert7`. */
export type PredictionTarget = "return7" | "churn28" | "downgrade28" | "convert7" | `convert:${string}`;

/** Something people are to be brought to: an action, within so many days. */
export interface Goal {
  readonly name: string;
  readonly action: string;
  readonly withinDays: number;
}

/** A question about the days to come. */
export interface TargetQuestion {
  readonly target: PredictionTarget;
  readonly kind: "return" | "churn" | "downgrade" | "convert";
  readonly withinDays: number;
  /** Action of a conversion. */
  readonly goal?: string;
}

const always = [
  { target: "return7", kind: "return", withinDays: 7 },
  { target: "churn28", kind: "churn", withinDays: STATE_DAYS },
  { target: "downgrade28", kind: "downgrade", withinDays: STATE_DAYS },
] as const satisfies readonly TargetQuestion[];

/** What is asked of everybody, and of each goal. */
export function questionsOf(goals: readonly Goal[]): TargetQuestion[] {
  const conversions = goals.map(
    ({ name, action, withinDays }): TargetQuestion => ({
      ...{ target: `convert:${name}`, kind: "convert", withinDays, goal: action },
    }),
  );
  const usual: TargetQuestion = { target: "convert7", kind: "convert", withinDays: 7, goal: "purchase" };
  return [...always, ...(goals.length > 0 ? conversions : [usual])];
}

/** 1 or 0 by what happened from a moment on; `undefined` for whom the question is not asked: who has left cannot leave. */
export function outcomeOf(
  acts: readonly Act[],
  atMs: number,
  { kind, withinDays, goal }: TargetQuestion,
): number | undefined {
  const between = (fromMs: number, toMs: number): readonly Act[] =>
    acts.filter(({ timestampMs }) => timestampMs >= fromMs && timestampMs < toMs);
  const after = between(atMs, atMs + withinDays * DAY_MS);
  if (kind === "return") return Number(after.length > 0);
  if (kind === "convert") return Number(after.some(({ action }) => action === goal));
  const before = between(atMs - STATE_DAYS * DAY_MS, atMs);
  if (before.length === 0) return undefined;
  if (kind === "churn") return Number(after.length === 0);
  return Number(levelOf(after, atMs) < levelOf(before, atMs));
}

/** Level of activity in 28 days: that of the state, for whom it is not too early to say. */
function levelOf(acts: readonly Act[], atMs: number): number {
  const days = new Set(acts.map(({ timestampMs }) => Math.floor((timestampMs - atMs) / DAY_MS))).size;
  if (days >= CORE_DAYS) return 3;
  return days >= CASUAL_DAYS ? 2 : Math.min(1, days);
}
