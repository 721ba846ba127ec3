import { murmur3 } from "#base";
import type { StateOperation, StateReader } from "#storage";
import { hashChunkKey, hashChunkPrefix } from "./state-keys.ts";
import { decodeHashes, encodeHashes } from "./user-head.ts";

/**
 * @file Which of a user's events were applied: 64 bits of each event id, newest in the head, the others in chunks of 256. Two
 * of a million ids of one user collide once in forty million such users.
 */
export class AppliedIds {
  readonly #userId: string;
  readonly #state: StateReader;
  /** (2 n) words; the first `#count` pairs are used. */
  #recent: Uint32Array;
  #count: number;
  #chunkCount: number;
  /** Older hashes, read when first needed. */
  #older: Uint32Array | undefined;
  readonly #operations: StateOperation[] = [];

  constructor(userId: string, recent: Uint32Array, chunkCount: number, state: StateReader) {
    this.#userId = userId;
    this.#state = state;
    this.#count = recent.length / 2;
    this.#recent = new Uint32Array(2 * CHUNK);
    this.#recent.set(recent);
    this.#chunkCount = chunkCount;
  }

  /** Notes the event id; false when it was noted before. */
  async add(eventId: string): Promise<boolean> {
    const low = murmur3(eventId, 1);
    const high = murmur3(eventId, 2);
    if (includes(this.#recent, this.#count, low, high)) return false;
    if (this.#chunkCount > 0) {
      this.#older ??= await this.#readOlder();
      if (includes(this.#older, this.#older.length / 2, low, high)) return false;
    }
    this.#recent[2 * this.#count] = low;
    this.#recent[2 * this.#count + 1] = high;
    this.#count++;
    if (this.#count === CHUNK) this.#spill();
    return true;
  }

  /** Those for the head. */
  get recent(): Uint32Array {
    return this.#recent.subarray(0, 2 * this.#count);
  }

  get chunkCount(): number {
    return this.#chunkCount;
  }

  /** Chunks filled since construction. */
  get operations(): readonly StateOperation[] {
    return this.#operations;
  }

  #spill(): void {
    const key = hashChunkKey(this.#userId, this.#chunkCount++);
    this.#operations.push({ kind: "put", key, value: encodeHashes(this.#recent) });
    if (this.#older || this.#chunkCount === 1)
      this.#older = join([this.#older ?? new Uint32Array(0), this.#recent]);
    this.#recent = new Uint32Array(2 * CHUNK);
    this.#count = 0;
  }

  async #readOlder(): Promise<Uint32Array> {
    const limit = this.#chunkCount;
    const stored = await this.#state.scan({ prefix: hashChunkPrefix(this.#userId), limit });
    return join(stored.map(({ value }) => decodeHashes(value)));
  }
}

/** Ids in the head at most, and in a chunk exactly. */
const CHUNK = 256;

function includes(words: Uint32Array, count: number, low: number, high: number): boolean {
  for (let at = 0; at < 2 * count; at += 2) if (words[at] === low && words[at + 1] === high) return true;
  return false;
}

function join(parts: readonly Uint32Array[]): Uint32Array {
  const joined = new Uint32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}
