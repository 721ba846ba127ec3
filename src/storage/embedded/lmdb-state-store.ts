import { type Database, open, type RootDatabase, type Transaction } from "lmdb";
import { assert, type Clock } from "#base";
import type {
  StateEntry,
  StateOperation,
  StateRange,
  StateReader,
  StateSnapshot,
  StateStore,
} from "../state-store.ts";

/**
 * @file State in LMDB: one writer, any number of reader threads and processes, readers never wait. A value is stored behind
 * its expiry (f64 ms, Infinity when it stays), so that time to live costs eight bytes and no second index.
 */
type Bytes = Database<Buffer, Buffer>;

const EXPIRY_BYTES = 8;
const SWEEP_BATCH = 10_000;

export class LmdbStateStore implements StateStore {
  readonly #root: RootDatabase<Buffer, Buffer>;
  readonly #reader: LmdbReader;
  readonly #clock: Clock;

  constructor(folder: string, clock: Clock) {
    this.#root = open<Buffer, Buffer>({
      path: folder,
      keyEncoding: "binary",
      encoding: "binary",
      pageSize: 8192,
      noSubdir: false, // a folder, also when its name has a dot
    });
    this.#clock = clock;
    this.#reader = new LmdbReader(this.#root, clock, undefined);
  }

  get(keys: readonly Uint8Array[]): Promise<readonly (Uint8Array | undefined)[]> {
    return this.#reader.get(keys);
  }

  scan(range: StateRange): Promise<readonly StateEntry[]> {
    return this.#reader.scan(range);
  }

  async write(operations: readonly StateOperation[]): Promise<void> {
    await this.#root.transaction(() => {
      for (const operation of operations) {
        const key = asBuffer(operation.key);
        if (operation.kind === "put")
          void this.#root.put(key, encodeValue(operation.value, operation.expiresAtMs));
        else void this.#root.remove(key);
      }
    });
  }

  snapshot(): StateSnapshot {
    const transaction = this.#root.useReadTransaction();
    const reader = new LmdbReader(this.#root, this.#clock, transaction);
    return {
      get: (keys) => reader.get(keys),
      scan: (range) => reader.scan(range),
      release: () => transaction.done(),
    };
  }

  refresh(): void {
    this.#root.resetReadTxn();
  }

  async flush(): Promise<void> {
    await this.#root.flushed;
  }

  async sweep(): Promise<number> {
    const now = this.#clock.nowMs();
    const expired: Buffer[] = [];
    for (const { key, value } of this.#root.getRange({ snapshot: false })) {
      if (value.readDoubleLE(0) <= now) expired.push(Buffer.from(key));
    }
    for (let from = 0; from < expired.length; from += SWEEP_BATCH) {
      await this.write(expired.slice(from, from + SWEEP_BATCH).map((key) => ({ kind: "delete", key })));
    }
    return expired.length;
  }

  async close(): Promise<void> {
    await this.flush();
    await this.#root.close();
  }
}

class LmdbReader implements StateReader {
  readonly #database: Bytes;
  readonly #clock: Clock;
  readonly #transaction: Transaction | undefined;

  constructor(database: Bytes, clock: Clock, transaction: Transaction | undefined) {
    this.#database = database;
    this.#clock = clock;
    this.#transaction = transaction;
  }

  async get(keys: readonly Uint8Array[]): Promise<readonly (Uint8Array | undefined)[]> {
    const options = this.#transaction ? { transaction: this.#transaction } : {};
    const now = this.#clock.nowMs();
    return keys.map((key) => decodeValue(this.#database.get(asBuffer(key), options), now));
  }

  async scan({ prefix, from, reverse = false, limit }: StateRange): Promise<readonly StateEntry[]> {
    assert(prefix.length > 0 && prefix[0] !== 0, "a prefix has at least one byte, the first not zero");
    const now = this.#clock.nowMs();
    const found: StateEntry[] = [];
    const range = this.#database.getRange({
      start: asBuffer(from ?? (reverse ? afterPrefix(prefix) : prefix)),
      reverse,
      ...(this.#transaction && { transaction: this.#transaction }),
    });
    for (const { key, value } of range) {
      if (!startsWith(key, prefix)) {
        if (reverse && compare(key, prefix) > 0) continue; // the key just after the prefix, when it exists
        break;
      }
      const bytes = decodeValue(value, now);
      if (bytes) found.push({ key: Uint8Array.from(key), value: bytes });
      if (found.length >= limit) break;
    }
    return limit > 0 ? found : [];
  }
}

function encodeValue(value: Uint8Array, expiresAtMs = Number.POSITIVE_INFINITY): Buffer {
  const stored = Buffer.allocUnsafe(EXPIRY_BYTES + value.length);
  stored.writeDoubleLE(expiresAtMs, 0);
  stored.set(value, EXPIRY_BYTES);
  return stored;
}

/** A copy of the value, aligned and owned by the caller; `undefined` when its time has passed. */
function decodeValue(stored: Buffer | undefined, nowMs: number): Uint8Array | undefined {
  if (!stored || stored.readDoubleLE(0) <= nowMs) return undefined;
  return Uint8Array.from(stored.subarray(EXPIRY_BYTES));
}

/** The smallest key greater than every key with the prefix (an all-0xff prefix has none: then 0xff is repeated). */
function afterPrefix(prefix: Uint8Array): Uint8Array {
  const last = prefix.findLastIndex((byte) => byte !== 0xff);
  if (last < 0) return new Uint8Array(64).fill(0xff);
  const next = prefix.slice(0, last + 1);
  next[last]!++;
  return next;
}

function startsWith(key: Buffer, prefix: Uint8Array): boolean {
  return key.length >= prefix.length && compare(key.subarray(0, prefix.length), prefix) === 0;
}

function compare(left: Uint8Array, right: Uint8Array): number {
  return Buffer.compare(left, right);
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
