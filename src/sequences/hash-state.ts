import { createHash } from "node:crypto";
import type { StateReader } from "#storage";
import {
  DUPLICATES_PREFIX,
  duplicateOffsetIn,
  duplicatePartitionIn,
  ITEMS_PREFIX,
  UNDECLARED_PREFIX,
  USERS_PREFIX,
} from "./state-keys.ts";

/** What the whole derived state comes to, as one number that a rebuilt state must give again. */
export interface StateHash {
  /** SHA-256 over all keys and values in key order, hexadecimal. */
  readonly hash: string;
  readonly entries: number;
  readonly bytes: number;
}

const PAGE = 1000;

/**
 * Everything but the progress marks, which say how the state was made and not what it is, and but the marks of repeated records
 * before `starts`, the first offset of each partition of the log: nobody will read those records again. O(state).
 */
export async function hashState(state: StateReader, starts: readonly number[] = []): Promise<StateHash> {
  const isPast = (key: Uint8Array): boolean =>
    duplicateOffsetIn(key) < (starts[duplicatePartitionIn(key)] ?? 0);
  const hash = createHash("sha256");
  const size = Buffer.alloc(8);
  let entries = 0;
  let bytes = 0;
  for (const prefix of [UNDECLARED_PREFIX, USERS_PREFIX, DUPLICATES_PREFIX, ITEMS_PREFIX]) {
    let from: Uint8Array | undefined;
    for (;;) {
      const page = await state.scan({ prefix, limit: PAGE, ...(from && { from }) });
      const fresh = from ? page.slice(1) : page; // the page begins with the last key of the one before
      for (const { key, value } of fresh) {
        if (prefix === DUPLICATES_PREFIX && isPast(key)) continue;
        size.writeUInt32LE(key.length, 0);
        size.writeUInt32LE(value.length, 4);
        hash.update(size).update(key).update(value);
        entries++;
        bytes += key.length + value.length;
      }
      if (page.length < PAGE) break;
      from = page.at(-1)!.key;
    }
  }
  return { hash: hash.digest("hex"), entries, bytes };
}
