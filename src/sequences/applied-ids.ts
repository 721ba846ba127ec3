import { murmur3 } from "#base";
import type { StateOperation, StateReader } from "#storage";
import { IdSet } from "./id-set.ts";
import { hashChunkKey, hashChunkPrefix } from "./state-keys.ts";
import { decodeHashes, encodeHashes } from "./user-head.ts";

/**
 * @file Which of a user's events were applied: 64 bits of each event id, newest in the head, the others in chunks beside it. Two
 * of a million ids of one user collide once in forty million such users.
 */

/** Ids in the head at most, and in a chunk. (Chunks of any size are read.) */
const CHUNK = 64;
/** Ids of users with chunks that are kept in memory, over all users: 16 MiB. */
const KEPT_IDS = 1 << 20;

/**
 * The older ids of users met lately, so that a busy user's are not read again with every step. What it says is what the state
 * says plus what the step at work adds: forget it all when the step fails.
 */
export class OlderIds {
  /** Least lately used first, with the size each was counted with. */
  readonly #byUser = new Map<string, { readonly ids: IdSet; readonly size: number }>();
  #count = 0;

  /** Those in the user's chunks, read from `state` when they are not at hand. */
  async of(userId: string, state: StateReader): Promise<IdSet> {
    let ids = this.#byUser.get(userId)?.ids;
    if (!ids) {
      ids = new IdSet();
      const chunks = await state.scan({ prefix: hashChunkPrefix(userId), limit: Number.MAX_SAFE_INTEGER });
      for (const { value } of chunks) ids.addAll(decodeHashes(value));
    }
    this.keep(userId, ids);
    return ids;
  }

  /** Keeps the ids of a user who was just met, who may have grown, and lets go of those met longest ago. */
  keep(userId: string, ids: IdSet): void {
    this.#drop(userId);
    this.#byUser.set(userId, { ids, size: ids.size });
    this.#count += ids.size;
    for (const oldest of this.#byUser.keys()) {
      if (this.#count <= KEPT_IDS || oldest === userId) break;
      this.#drop(oldest);
    }
  }

  clear(): void {
    this.#byUser.clear();
    this.#count = 0;
  }

  #drop(userId: string): void {
    this.#count -= this.#byUser.get(userId)?.size ?? 0;
    this.#byUser.delete(userId);
  }
}

/** The ids of one user during one step. */
export class AppliedIds {
  readonly #userId: string;
  readonly #kept: OlderIds;
  /** (2 n) words; the first `#count` pairs are used. */
  #recent: Uint32Array;
  #count: number;
  #chunkCount: number;
  #older: IdSet | undefined;
  /** Chunks filled since construction. */
  readonly operations: StateOperation[] = [];

  /** `recent` and `chunkCount` as in the head; `older` those in chunks, absent when there are none. */
  constructor(
    userId: string,
    recent: Uint32Array,
    chunkCount: number,
    older: IdSet | undefined,
    kept: OlderIds,
  ) {
    this.#userId = userId;
    this.#recent = recent;
    this.#count = recent.length / 2;
    this.#chunkCount = chunkCount;
    this.#older = older;
    this.#kept = kept;
  }

  /** Notes the event id; false when it was noted before. */
  add(eventId: string): boolean {
    const low = murmur3(eventId, 1);
    const high = murmur3(eventId, 2);
    if (includes(this.#recent, this.#count, low, high) || this.#older?.has(low, high)) return false;
    if (2 * this.#count === this.#recent.length) this.#recent = grown(this.#recent);
    this.#recent[2 * this.#count] = low;
    this.#recent[2 * this.#count + 1] = high;
    this.#count++;
    if (this.#count >= CHUNK) this.#spill();
    return true;
  }

  /** Those for the head. */
  get recent(): Uint32Array {
    return this.#recent.subarray(0, 2 * this.#count);
  }

  get chunkCount(): number {
    return this.#chunkCount;
  }

  #spill(): void {
    const words = this.recent;
    const key = hashChunkKey(this.#userId, this.#chunkCount++);
    this.operations.push({ kind: "put", key, value: encodeHashes(words) });
    this.#older ??= new IdSet();
    this.#older.addAll(words);
    this.#kept.keep(this.#userId, this.#older);
    this.#recent = new Uint32Array(0);
    this.#count = 0;
  }
}

function includes(words: Uint32Array, count: number, low: number, high: number): boolean {
  for (let at = 0; at < 2 * count; at += 2) if (words[at] === low && words[at + 1] === high) return true;
  return false;
}

/** With room for a few more pairs: most users get one event in a step. */
function grown(words: Uint32Array): Uint32Array {
  const larger = new Uint32Array(words.length + 16);
  larger.set(words);
  return larger;
}
