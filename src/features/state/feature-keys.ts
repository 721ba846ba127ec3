import { userPrefix } from "#sequences";

/**
 * @file Where a user's features lie in the state: behind the user's own prefix (`sequences/state-keys.ts`), so that who forgets the user,
 * compares two states or builds them again has them with everything else.
 *
 *     "u" userId 0 "f" "h"                          head: the newest rows, what changes with every event
 *     "u" userId 0 "f" "l"                          what the sealed rows come to over a lifetime (a part)
 *     "u" userId 0 "f" "e" block:u32                where in the log the events lie that features read (event-places.ts)
 *     "u" userId 0 "f" "d"                          directory of the sealed rows that are kept for windows
 *     "u" userId 0 "f" "r" block:u32                rows of one block
 *     "u" userId 0 "f" "t" level:u8 index:u32       what the sealed rows of one tile come to (a part)
 */
type Kind = "h" | "l" | "d";

export function featureKey(userId: string, kind: Kind): Uint8Array {
  return userPrefix(userId, `f${kind}`);
}

export function featuresPrefix(userId: string): Uint8Array {
  return userPrefix(userId, "f");
}

export function rowsKey(userId: string, block: number): Uint8Array {
  const number = Buffer.alloc(4);
  number.writeUInt32BE(block);
  return Buffer.concat([featuresPrefix(userId), Buffer.from("r"), number]);
}

/** The places of events of an id, in order. */
export function placesPrefix(userId: string): Uint8Array {
  return Buffer.concat([featuresPrefix(userId), Buffer.from("e")]);
}

export function placesKey(userId: string, block: number): Uint8Array {
  const number = Buffer.alloc(4);
  number.writeUInt32BE(block);
  return Buffer.concat([placesPrefix(userId), number]);
}

/** The tiles of one level, in the order of time. */
export function tilesPrefix(userId: string, level: number): Uint8Array {
  return Buffer.concat([featuresPrefix(userId), Buffer.from("t"), Buffer.of(level)]);
}

export function tileKey(userId: string, level: number, index: number): Uint8Array {
  const number = Buffer.alloc(4);
  number.writeUInt32BE(index);
  return Buffer.concat([tilesPrefix(userId, level), number]);
}

export function tileIndexIn(key: Uint8Array): number {
  return Buffer.from(key.buffer, key.byteOffset, key.byteLength).readUInt32BE(key.length - 4);
}
