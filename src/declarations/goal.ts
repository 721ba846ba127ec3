import type { Annotations } from "./field.ts";

/** Something people are to be brought to: an action of theirs, within so many days. The chance of it is foretold of everybody. */
export interface DeclaredGoal extends Pick<Annotations, "description" | "owner"> {
  /** A declared action. */
  readonly action: string;
  /** 1 to 90. */
  readonly withinDays: number;
}

/** Declares a goal. `defineConfig` checks its values. */
export function goal(input: DeclaredGoal): DeclaredGoal {
  return { ...input };
}

/** A goal as whoever foretells it needs it: plain data that can be handed to a worker thread. */
export interface NamedGoal extends Pick<DeclaredGoal, "action" | "withinDays"> {
  readonly name: string;
}

/** The declared goals, in the order of their declaration. */
export function goalsOf({
  goals = {},
}: {
  readonly goals?: Readonly<Record<string, DeclaredGoal>>;
}): readonly NamedGoal[] {
  return Object.entries(goals).map(([name, { action, withinDays }]) => ({ name, action, withinDays }));
}
