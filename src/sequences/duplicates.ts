import type { StateReader } from "#storage";
import { duplicateKey, duplicateOffsetIn, duplicatesPrefix } from "./state-keys.ts";

/** Offsets in [from, to) of the partition whose record repeats an event applied before. State must reflect the log up to `to`. */
export async function duplicatesBetween(
  state: StateReader,
  partition: number,
  from: number,
  to: number,
): Promise<Set<number>> {
  const range = {
    prefix: duplicatesPrefix(partition),
    from: duplicateKey(partition, from),
    limit: Math.max(1, to - from),
  };
  const offsets = (await state.scan(range)).map(({ key }) => duplicateOffsetIn(key));
  return new Set(offsets.filter((offset) => offset < to));
}
