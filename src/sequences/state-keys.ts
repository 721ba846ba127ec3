/**
 * @file Where a user's state lies in the ordered store. Everything of one user lies together behind one prefix, so that an
 * event touches neighbouring pages and a user can be forgotten by one scan. Ids end in a zero byte, which no id contains, so
 * no user's prefix begins another's.
 *
 *     "u" userId 0 "a"                          the head: what changes with every event
 *     "u" userId 0 "b" chunk:u32                hashes of event ids already applied, beyond those in the head
 *     "u" userId 0 "c" facet interestId         what the person wants of an interest: muted or not ("m"), forgotten ("f")
 *     "u" userId 0 "d"                          days of which rows were trimmed
 *     "u" userId 0 "s" startMs:u48 offset:u48   a sealed block of the sequence, named by the (time, offset) it starts at
 *     "u" userId 0 "t"                          how far the sequence was trimmed, once it was
 *     "p" partition:u16                         the log offset this state reflects
 *     "x" partition:u16 offset:u48              a log record that repeats an event applied before
 *     "n" partition:u16 name                    how often an undeclared event name came in one partition
 *     "i" item:u32 partition:u16 ...            features of an item (`features/items/item-keys.ts`)
 */
export const USERS_PREFIX: Uint8Array = Buffer.from("u");
export const DUPLICATES_PREFIX: Uint8Array = Buffer.from("x");
export const UNDECLARED_PREFIX: Uint8Array = Buffer.from("n");
export const ITEMS_PREFIX: Uint8Array = Buffer.from("i");

/** Everything of one user, or what of it goes on with `rest`. */
export function userPrefix(userId: string, rest = ""): Uint8Array {
  return Buffer.from(`u${userId}\0${rest}`);
}

export function headKey(userId: string): Uint8Array {
  return Buffer.from(`u${userId}\0a`);
}

/** The user id in any key behind a user's prefix. */
export function userIdIn(key: Uint8Array): string {
  return Buffer.from(key.subarray(1, key.indexOf(0))).toString();
}

export function hashChunkPrefix(userId: string): Uint8Array {
  return Buffer.from(`u${userId}\0b`);
}

export function hashChunkKey(userId: string, chunk: number): Uint8Array {
  const prefix = hashChunkPrefix(userId);
  const key = Buffer.alloc(prefix.length + 4);
  key.set(prefix);
  key.writeUInt32BE(chunk, prefix.length);
  return key;
}

/** Place of a block: that of its first row. */
export interface BlockStart {
  readonly timestampMs: number;
  readonly offset: number;
}

export function blockPrefix(userId: string): Uint8Array {
  return Buffer.from(`u${userId}\0s`);
}

/** Whether a key behind a user's prefix is that of a block. */
export function isBlockKey(key: Uint8Array): boolean {
  return key[key.indexOf(0) + 1] === BLOCK;
}

const BLOCK = 115; // "s"

/** Big-endian, so that key order is time order. */
export function blockKey(userId: string, start: BlockStart): Uint8Array {
  const prefix = blockPrefix(userId);
  const key = Buffer.alloc(prefix.length + 12);
  key.set(prefix);
  key.writeUIntBE(start.timestampMs, prefix.length, 6);
  key.writeUIntBE(start.offset, prefix.length + 6, 6);
  return key;
}

export function blockStartOf(key: Uint8Array): BlockStart {
  const bytes = Buffer.from(key.buffer, key.byteOffset, key.byteLength);
  return {
    timestampMs: bytes.readUIntBE(bytes.length - 12, 6),
    offset: bytes.readUIntBE(bytes.length - 6, 6),
  };
}

/** Controls of a user's interests. */
export function controlsPrefix(userId: string): Uint8Array {
  return Buffer.from(`u${userId}\0c`);
}

export function controlKey(userId: string, facet: "m" | "f", interestId: string): Uint8Array {
  return Buffer.from(`u${userId}\0c${facet}${interestId}`);
}

export function goneDaysKey(userId: string): Uint8Array {
  return Buffer.from(`u${userId}\0d`);
}

export function trimKey(userId: string): Uint8Array {
  return Buffer.from(`u${userId}\0t`);
}

export function duplicatesPrefix(partition: number): Uint8Array {
  return Buffer.concat([DUPLICATES_PREFIX, Buffer.of(partition >> 8, partition & 0xff)]);
}

export function duplicateKey(partition: number, offset: number): Uint8Array {
  const key = Buffer.alloc(9);
  key.set(duplicatesPrefix(partition));
  key.writeUIntBE(offset, 3, 6);
  return key;
}

export function duplicateOffsetIn(key: Uint8Array): number {
  return Buffer.from(key).readUIntBE(3, 6);
}

export function duplicatePartitionIn(key: Uint8Array): number {
  return Buffer.from(key).readUInt16BE(1);
}

export function progressKey(partition: number): Uint8Array {
  const key = Buffer.alloc(3);
  key.write("p", 0);
  key.writeUInt16BE(partition, 1);
  return key;
}

/** By partition, because partitions are applied side by side. */
export function undeclaredKey(partition: number, name: string): Uint8Array {
  return Buffer.concat([UNDECLARED_PREFIX, Buffer.of(partition >> 8, partition & 0xff), Buffer.from(name)]);
}

export function undeclaredNameIn(key: Uint8Array): string {
  return Buffer.from(key.subarray(3)).toString();
}
