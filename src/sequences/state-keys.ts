import { murmur3 } from "#base";

/**
 * @file Where a user's state lies in the ordered store. Ids end in a zero byte, which no id contains, so that no user's keys
 * are a prefix of another's, and everything of one user can be scanned (and forgotten) by three prefixes.
 *
 *     "u" userId 0                              the user record
 *     "s" userId 0 startMs:u48 offset:u48       a sequence block, named by the (time, offset) it starts at
 *     "d" userId 0 hash:u64                     an event id already applied
 *     "p" partition:u16                         the log offset this state reflects
 *     "n" name                                  a count of undeclared event names
 */
export function userKey(userId: string): Uint8Array {
  return Buffer.from(`u${userId}\0`);
}

export function blockPrefix(userId: string): Uint8Array {
  return Buffer.from(`s${userId}\0`);
}

/** `start`: the place of the block's first row; big-endian, so that key order is time order. */
export function blockKey(userId: string, start: BlockStart): Uint8Array {
  const prefix = blockPrefix(userId);
  const key = Buffer.alloc(prefix.length + 12);
  key.set(prefix);
  key.writeUIntBE(start.timestampMs, prefix.length, 6);
  key.writeUIntBE(start.offset, prefix.length + 6, 6);
  return key;
}

export interface BlockStart {
  readonly timestampMs: number;
  readonly offset: number;
}

export function blockStartOf(key: Uint8Array): BlockStart {
  const bytes = Buffer.from(key.buffer, key.byteOffset, key.byteLength);
  return {
    timestampMs: bytes.readUIntBE(bytes.length - 12, 6),
    offset: bytes.readUIntBE(bytes.length - 6, 6),
  };
}

/** 64 bits of hash within one user: two of a million event ids collide once in ten million such users. */
export function appliedEventKey(userId: string, eventId: string): Uint8Array {
  const prefix = Buffer.from(`d${userId}\0`);
  const key = Buffer.alloc(prefix.length + 8);
  key.set(prefix);
  key.writeUInt32BE(murmur3(eventId, 1), prefix.length);
  key.writeUInt32BE(murmur3(eventId, 2), prefix.length + 4);
  return key;
}

export function progressKey(partition: number): Uint8Array {
  const key = Buffer.alloc(3);
  key.write("p", 0);
  key.writeUInt16BE(partition, 1);
  return key;
}

export const UNDECLARED_PREFIX: Uint8Array = Buffer.from("n");

export function undeclaredKey(name: string): Uint8Array {
  return Buffer.from(`n${name}`);
}
