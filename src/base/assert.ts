/** Throws when `condition` is false: *our* mistake, never the caller's data. `claim` says what should hold. */
export function assert(condition: unknown, claim: string): asserts condition {
  if (!condition) throw new Error(`broken assumption: ${claim}`);
}
