import { joinKeyOf } from "#declarations";
import { type FeaturePlan, type PlannedFeature, plannedFeature } from "../definition/plan.ts";
import { statusOf } from "./read-features.ts";
import { NOT_FOUND, type OnlineValue } from "./value-table.ts";

/** Whom or what features are asked of: a user, an item, and further keys by name, such as `{ topic: "art" }`. */
export interface EntityRow {
  readonly userId?: string;
  readonly itemId?: string;
  readonly keys?: Readonly<Record<string, string>>;
}

/** The names of the columns that features are asked by: of one about a person and a topic, `user_id` and `topic`. */
export function joinKeysOf({ definition }: Pick<PlannedFeature, "definition">): readonly string[] {
  const own = `${definition.entity}_id`;
  if (definition.kind === "derived" || !definition.isCross || !definition.keyedBy) return [own];
  return [own, joinKeyOf(definition.keyedBy) ?? ""]; // checked: it has a name
}

/** The key under which a row asks for a feature that is about a pair. */
export function crossKey(planned: PlannedFeature, { itemId, keys }: EntityRow): string | undefined {
  const name = joinKeysOf(planned)[1];
  return name === "item_id" ? itemId : name === undefined ? undefined : keys?.[name];
}

/** One value of a row, from all that was read of its user, or its item. */
export function valueFor(
  row: EntityRow,
  planned: PlannedFeature,
  read: OnlineValue,
  nowMs: number,
): OnlineValue {
  if (!read.under || read.status === "NOT_FOUND") return read;
  const key = crossKey(planned, row);
  if (key === undefined) return NOT_FOUND;
  const answer = read.under(key);
  if (read.isCut) return { ...answer, status: "OUTSIDE_MAX_AGE", isCut: true };
  return { ...answer, status: statusOf(answer, planned, nowMs) };
}

/** Names by what they are about, each with its places among those asked for. */
export function namesByEntity(
  names: readonly string[],
  plan: FeaturePlan,
): Readonly<Record<"user" | "item", readonly number[]>> {
  const places = { user: [] as number[], item: [] as number[] };
  for (const [n, name] of names.entries()) {
    const planned = plannedFeature(plan, name);
    if (planned) places[planned.definition.entity].push(n);
  }
  return places;
}
