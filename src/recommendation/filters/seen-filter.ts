import type { Candidate, Filter, Query } from "../pipeline.ts";

/** Removes what the person has engaged with (when asked to), sent away or muted, or the caller excluded. */
export class SeenFilter implements Filter {
  readonly name = "seen";

  keeps({ seen, hidden, isMuted, excluded, excludeSeen }: Query, { itemRow }: Candidate): boolean {
    if (hidden.has(itemRow) || excluded.has(itemRow) || isMuted(itemRow)) return false;
    return !(excludeSeen && seen.has(itemRow));
  }
}
