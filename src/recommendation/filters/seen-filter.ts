import type { Candidate, Filter, Query } from "../pipeline.ts";

/** Removes what the person has engaged with (when asked to), sent away, or the caller excluded. */
export class SeenFilter implements Filter {
  readonly name = "seen";

  keeps({ seen, hidden, excluded, excludeSeen }: Query, { itemRow }: Candidate): boolean {
    return !hidden.has(itemRow) && !excluded.has(itemRow) && !(excludeSeen && seen.has(itemRow));
  }
}
