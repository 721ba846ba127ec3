/** Throws when `condition` is false: *our* mistake, never the caller's data. `claim` says what should hold. */
export function assert(condition: unknown, claim: string): asserts condition {
  if (!condition) throw new Error(`broken assumption: ${claim}`);
}

/** Closes a `switch` over a closed union: does not compile while a case is missing. */
export function assertNever(value: never): never {
  throw new Error(`broken assumption: every case is handled, got ${JSON.stringify(value)}`);
}
