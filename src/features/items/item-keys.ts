import { ITEMS_PREFIX } from "#sequences";

/**
 * @file Where the features of items lie in the state: for every partition of the log its own, because partitions are applied side by side; a
 * read puts them together.
 *
 *     "i" item:u32 partition:u16 "h"                        head: what every read needs to know
 *     "i" item:u32 partition:u16 "l"                        what all its events come to (a part)
 *     "i" item:u32 partition:u16 "t" level:u8 index:u32     what the events of one tile come to (a part)
 */
export function itemKey(item: number, partition: number, kind: "h" | "l"): Uint8Array {
  return Buffer.concat([itemPrefix(item, partition), Buffer.from(kind)]);
}

/** Everything of one item in one partition. */
export function itemPrefix(item: number, partition: number): Uint8Array {
  const key = Buffer.alloc(7);
  key.set(ITEMS_PREFIX);
  key.writeUInt32BE(item, 1);
  key.writeUInt16BE(partition, 5);
  return key;
}

/** The tiles of one level, in the order of time. */
export function itemTilesPrefix(item: number, partition: number, level: number): Uint8Array {
  return Buffer.concat([itemPrefix(item, partition), Buffer.from("t"), Buffer.of(level)]);
}

export function itemTileKey(item: number, partition: number, level: number, index: number): Uint8Array {
  const number = Buffer.alloc(4);
  number.writeUInt32BE(index);
  return Buffer.concat([itemTilesPrefix(item, partition, level), number]);
}

/** The partitions of a log that hold events of people, each of which has a part of every item. */
export function userPartitions({ partitionCount }: { readonly partitionCount: number }): readonly number[] {
  return Array.from({ length: partitionCount - 1 }, (_, n) => n + 1);
}
