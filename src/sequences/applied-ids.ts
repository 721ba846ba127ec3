import type { EventView } from "#events";
import type { StateOperation, StateReader } from "#storage";
import { IdSet } from "./id-set.ts";
import { hashChunkKey, hashChunkPrefix } from "./state-keys.ts";
import { decodeHashes } from "./user-head.ts";

/**
 * @file Which of a user's events were applied: 64 bits of each event id, newest in the head, the others in chunks beside it. Two
 * of a million ids of one user collide once in forty million such users.
 */

/** Of the id at hand. */
const idHash = new Uint32Array(2);
/** Ids in the head at most, and in a chunk. (Chunks of any size are read.) */
const CHUNK = 64;
const HASH_BYTES = 8;
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
  /** Of the head, as they lie there. */
  #stored: Buffer;
  /** Added since: two words each. */
  #added: number[] = [];
  #chunkCount: number;
  #older: IdSet | undefined;
  /** Chunks filled since construction. */
  readonly operations: StateOperation[] = [];

  /** `recent` and `chunkCount` as in the head; `older` those in chunks, absent when there are none. */
  constructor(userId: string, recent: Buffer, chunkCount: number, older: IdSet | undefined, kept: OlderIds) {
    this.#userId = userId;
    this.#stored = recent;
    this.#chunkCount = chunkCount;
    this.#older = older;
    this.#kept = kept;
  }

  /** Notes the event's id; false when it was noted before. */
  add(event: Pick<EventView, "hashId">): boolean {
    event.hashId(idHash);
    const low = idHash[0]!;
    const high = idHash[1]!;
    if (includes(this.#stored, this.#added, low, high) || this.#older?.has(low, high)) return false;
    this.#added.push(low, high);
    if (this.#stored.length / HASH_BYTES + this.#added.length / 2 >= CHUNK) this.#spill();
    return true;
  }

  /** Those for the head that lay there already. */
  get stored(): Buffer {
    return this.#stored;
  }

  /** Those for the head that came since, two words each. */
  get added(): readonly number[] {
    return this.#added;
  }

  /** All for the head, one after the other. */
  get recent(): Buffer {
    const bytes = Buffer.allocUnsafe(this.#stored.length + 4 * this.#added.length);
    let at = this.#stored.copy(bytes);
    for (const word of this.#added) at = bytes.writeUInt32LE(word, at);
    return bytes;
  }

  get chunkCount(): number {
    return this.#chunkCount;
  }

  #spill(): void {
    const value = this.recent;
    const key = hashChunkKey(this.#userId, this.#chunkCount++);
    this.operations.push({ kind: "put", key, value });
    this.#older ??= new IdSet();
    this.#older.addAll(decodeHashes(value));
    this.#kept.keep(this.#userId, this.#older);
    this.#stored = Buffer.alloc(0);
    this.#added = [];
  }
}

function includes(stored: Buffer, added: readonly number[], low: number, high: number): boolean {
  for (let at = 0; at < stored.length; at += HASH_BYTES)
    if (stored.readUInt32LE(at) === low && stored.readUInt32LE(at + 4) === high) return true;
  for (let at = 0; at < added.length; at += 2) if (added[at] === low && added[at + 1] === high) return true;
  return false;
}
