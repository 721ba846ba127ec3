import type { SchemaResponse, UserResponse } from "#api";

/**
 * Actions as they are offered to be imagined: first those the person does, what says most of their wishes before all others, then whatever else is
 * declared. Nothing follows from having been shown something, so that is not offered.
 */
export function imaginable(
  declared: SchemaResponse["events"],
  counts: UserResponse["counts"],
): readonly string[] {
  const rankOf = (name: string): number =>
    Object.hasOwn(counts, name) ? 1 + strengthOf(declared[name]!) : 0; // of one declared
  return Object.keys(declared)
    .filter((name) => declared[name]!["x-kind"] !== "impression")
    .sort((left, right) => rankOf(right) - rankOf(left));
}

/** Of what is not wanted there is none. */
function strengthOf({ "x-strength": strength }: SchemaResponse["events"][string]): number {
  return typeof strength === "number" ? strength : 0;
}
