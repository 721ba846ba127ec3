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
  /** (2 n) words; the first `#count` pairs are used. */
  #recent: Uint32Array;
  #count: number;
  #chunkCount: number;
  /** Those in chunks, each folded to 53 bits; absent while there is no chunk. */
  #older: Set<number> | undefined;
  readonly #operations: StateOperation[] = [];

  private constructor(
    userId: string,
    recent: Uint32Array,
    chunkCount: number,
    older: Set<number> | undefined,
  ) {
    this.#userId = userId;
    this.#count = recent.length / 2;
    this.#recent = new Uint32Array(2 * CHUNK);
    this.#recent.set(recent);
    this.#chunkCount = chunkCount;
    this.#older = older;
  }

  /** `recent` as in the head; chunks are read from `state` when there are any. */
  static async open(
    userId: string,
    recent: Uint32Array,
    chunkCount: number,
    state: StateReader,
  ): Promise<AppliedIds> {
    if (chunkCount === 0) return new AppliedIds(userId, recent, 0, undefined);
    const stored = await state.scan({ prefix: hashChunkPrefix(userId), limit: chunkCount });
    const older = new Set<number>();
    for (const { value } of stored) addAll(older, decodeHashes(value));
    return new AppliedIds(userId, recent, chunkCount, older);
  }

  /** Notes the event id; false when it was noted before. */
  add(eventId: string): boolean {
    const low = murmur3(eventId, 1);
    const high = murmur3(eventId, 2);
    if (includes(this.#recent, this.#count, low, high) || this.#older?.has(fold(low, high))) return false;
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
    this.#older ??= new Set();
    addAll(this.#older, this.#recent);
    this.#recent = new Uint32Array(2 * CHUNK);
    this.#count = 0;
  }
}

/** Ids in the head at most, and in a chunk exactly. */
const CHUNK = 256;

function includes(words: Uint32Array, count: number, low: number, high: number): boolean {
  for (let at = 0; at < 2 * count; at += 2) if (words[at] === low && words[at + 1] === high) return true;
  return false;
}

function addAll(ids: Set<number>, words: Uint32Array): void {
  for (let at = 0; at < words.length; at += 2) ids.add(fold(words[at]!, words[at + 1]!));
}

/** 53 of the 64 bits: what a number holds exactly. */
function fold(low: number, high: number): number {
  return low * 0x200000 + (high >>> 11);
}
