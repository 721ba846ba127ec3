import type { ItemRow } from "#base";
import type { Filter, Query } from "../pipeline.ts";

/** Removes what the person has engaged with (when asked to), sent away or muted, or the caller excluded. */
export class SeenFilter implements Filter {
  readonly name = "seen";

  open({ seen, hidden, isMuted, excluded, excludeSeen }: Query): (itemRow: ItemRow) => boolean {
    return (itemRow) =>
      !hidden.has(itemRow) &&
      !excluded.has(itemRow) &&
      !isMuted(itemRow) &&
      !(excludeSeen && seen.has(itemRow));
  }
}
