import { rmSync } from "node:fs";
import { open as openFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { type Database, open, type RootDatabase, type Transaction } from "lmdb";
import { type Awaitable, assert, type Clock, writingFault } from "#base";
import type {
  StateEntry,
  StateOperation,
  StateRange,
  StateReader,
  StateSnapshot,
  StateStore,
} from "../state-store.ts";
import { runOfMachine, UnflushedMark } from "./unflushed-mark.ts";

/**
 * @file State in LMDB: one writer, any number of reader threads and processes, readers never wait. A value is stored behind
 * its expiry (f64 ms, Infinity when it stays), so that time to live costs eight bytes and no second index.
 *
 * State can be built again from the log, so by default it does not wait for the disk: it survives the death of the process, and
 * after that of the machine it is thrown away when it is opened (docs/decisions/0018-state-without-flush.md).
 */
export interface LmdbStateOptions {
  /** What is written waits for the disk and survives the machine too. For state that the log alone cannot give back. */
  readonly survivesMachine?: boolean;
}

type Bytes = Database<Buffer, Buffer>;

const EXPIRY_BYTES = 8;
const SWEEP_BATCH = 10_000;
const COPY_BATCH = 2000;
/** In the store's folder, while it is written anew. */
const COMPACTED = "compacted";

export class LmdbStateStore implements StateStore {
  #root: RootDatabase<Buffer, Buffer>;
  #reader: LmdbReader;
  /** While the files are exchanged for compacted ones. */
  #exchange: Promise<void> | undefined;
  readonly #folder: string;
  readonly #clock: Clock;
  readonly #mark: UnflushedMark;
  readonly #isFlushed: boolean;
  /** Only who writes knows that nothing is left to be flushed when it closes. */
  #hasWritten = false;
  /** True when what was there could not be believed, and the store was opened empty. */
  readonly wasLost: boolean;

  constructor(folder: string, clock: Clock, { survivesMachine = false }: LmdbStateOptions = {}) {
    this.#folder = folder;
    this.#clock = clock;
    this.#mark = new UnflushedMark(folder);
    this.#isFlushed = survivesMachine || runOfMachine() === undefined;
    this.wasLost = this.#mark.isDoubtful;
    if (this.wasLost) {
      for (const file of [DATA_FILE, LOCK_FILE]) rmSync(join(folder, file), { force: true });
      this.#mark.clear();
    }
    if (this.#isFlushed && this.#mark.isSet) this.#mark.settle(join(folder, DATA_FILE));
    this.#root = openDatabase(folder, this.#isFlushed);
    this.#reader = new LmdbReader(this.#root, clock, undefined);
  }

  get(keys: readonly Uint8Array[]): Awaitable<readonly (Uint8Array | undefined)[]> {
    return this.#exchange ? this.#exchange.then(() => this.#reader.get(keys)) : this.#reader.get(keys);
  }

  async scan(range: StateRange): Promise<readonly StateEntry[]> {
    if (this.#exchange) await this.#exchange;
    return this.#reader.scan(range);
  }

  async write(operations: readonly StateOperation[]): Promise<void> {
    if (this.#exchange) await this.#exchange;
    this.#hasWritten = true;
    if (!this.#isFlushed && !this.#mark.isSet) this.#mark.set();
    const stored = Buffer.allocUnsafe(storedBytes(operations));
    await commit(this.#root, () => {
      let at = 0;
      for (const operation of operations) {
        const key = asBuffer(operation.key);
        if (operation.kind === "delete") void this.#root.remove(key);
        else {
          const end = copyStored(operation, stored, at);
          void this.#root.put(key, stored.subarray(at, end));
          at = end;
        }
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
    if (this.#exchange) return; // what is opened next shows everything
    this.#root.resetReadTxn();
  }

  async flush(): Promise<void> {
    await this.#root.flushed;
    if (this.#mark.isSet) await flushFile(join(this.#folder, DATA_FILE));
  }

  /**
   * Copies every entry into a new database. LMDB's own compacting copy will not do: it copies pages whole, and the unused part
   * of a page still holds the entries that were removed from it.
   */
  async compact(): Promise<void> {
    await this.flush();
    const beside = join(this.#folder, COMPACTED);
    await rm(beside, { recursive: true, force: true });
    try {
      await copyEntries(this.#root, beside);
    } catch (error) {
      await rm(beside, { recursive: true, force: true }); // a disk that is full needs the room
      throw error;
    }
    const exchanging = this.#exchangeFor(beside).finally(() => {
      this.#exchange = undefined;
    });
    this.#exchange = exchanging.catch(() => {});
    await exchanging;
  }

  async #exchangeFor(beside: string): Promise<void> {
    await this.#root.close();
    try {
      await rename(join(beside, DATA_FILE), join(this.#folder, DATA_FILE));
      await flushFile(this.#folder);
    } finally {
      this.#root = openDatabase(this.#folder, this.#isFlushed);
      this.#reader = new LmdbReader(this.#root, this.#clock, undefined);
    }
    await rm(beside, { recursive: true, force: true });
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
    if (this.#hasWritten) this.#mark.clear();
  }
}

const DATA_FILE = "data.mdb";
const LOCK_FILE = "lock.mdb";

/** @throws PlatformError `data-read-only`: who reads writes too, into the table of readers */
function openDatabase(folder: string, isFlushed: boolean): RootDatabase<Buffer, Buffer> {
  try {
    return open<Buffer, Buffer>({
      path: folder,
      noSync: !isFlushed,
      keyEncoding: "binary",
      encoding: "binary",
      pageSize: 8192,
      noSubdir: false, // a folder, also when its name has a dot
      eventTurnBatching: false, // every write is a transaction; a batch around them would have promises that nobody hears fail
      noMemInit: false, // no byte of this process's memory strays into unused parts of pages
    });
  } catch (error) {
    throw writingFault(folder, error);
  }
}

type Put = Extract<StateOperation, { kind: "put" }>;

/** Bytes that are stored of all puts. */
function storedBytes(operations: readonly StateOperation[]): number {
  let bytes = 0;
  for (const operation of operations)
    if (operation.kind === "put") bytes += EXPIRY_BYTES + operation.value.length;
  return bytes;
}

/** Writes what is stored of a put from a place on, and returns where it ends. */
function copyStored(
  { value, expiresAtMs = Number.POSITIVE_INFINITY }: Put,
  bytes: Buffer,
  at: number,
): number {
  bytes.writeDoubleLE(expiresAtMs, at);
  bytes.set(value, at + EXPIRY_BYTES);
  return at + EXPIRY_BYTES + value.length;
}

/**
 * Does the writes in one transaction: all of them or none, and a full disk is an error and not the end of the thread. LMDB's own thread makes them
 * while this one goes on, so what is written stays as it is until then.
 */
async function commit(root: RootDatabase<Buffer, Buffer>, write: () => void): Promise<void> {
  try {
    await transact(root, write);
  } catch (error) {
    // LMDB would wait for the failed one's flush for ever, also to close; one of nothing takes its place.
    await transact(root, () => {}).catch(() => {});
    throw new Error(`the state cannot be written (${String(error)}); its disk may be full`, { cause: error });
  }
}

/** LMDB gives its own reason for a failure in a promise beside the one it returns: unheard, it would end the thread. */
function transact(root: RootDatabase<Buffer, Buffer>, write: () => void): Promise<unknown> {
  return root.batch(write).catch((error: { commitError?: Promise<unknown> }) => {
    error.commitError?.catch(() => {});
    throw error;
  });
}

/** The entries of a database, durably, in a new one. */
async function copyEntries(from: RootDatabase<Buffer, Buffer>, folder: string): Promise<void> {
  const to = openDatabase(folder, false);
  try {
    let start: Buffer | undefined;
    for (;;) {
      const page: { key: Buffer; value: Buffer }[] = [];
      for (const { key, value } of from.getRange({ ...(start && { start }), limit: COPY_BATCH }))
        page.push({ key: Buffer.from(key), value: Buffer.from(value) });
      await commit(to, () => {
        for (const { key, value } of page) void to.put(key, value); // the first of a page repeats the last of the one before
      });
      if (page.length < COPY_BATCH) break;
      start = page.at(-1)!.key;
    }
    await to.flushed;
  } finally {
    await to.close();
  }
  await flushFile(join(folder, DATA_FILE));
}

async function flushFile(path: string): Promise<void> {
  const file = await openFile(path, "r");
  try {
    await file.sync();
  } catch {
    // Windows cannot flush a folder; its file system journals names itself.
  } finally {
    await file.close();
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

  get(keys: readonly Uint8Array[]): readonly (Uint8Array | undefined)[] {
    const now = this.#clock.nowMs();
    return keys.map((key) => decodeValue(this.#find(asBuffer(key)), now));
  }

  /** The stored bytes, valid until the next call. */
  #find(key: Buffer): Buffer | undefined {
    const transaction = this.#transaction;
    return transaction ? this.#database.get(key, { transaction }) : this.#database.getBinaryFast(key);
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
      if (bytes) found.push({ key, value: bytes });
      if (found.length >= limit) break;
    }
    return limit > 0 ? found : [];
  }
}

/**
 * The value, owned by the caller and aligned to eight bytes, as the buffer is that LMDB's binding copied it to; `undefined` when
 * its time has passed.
 */
function decodeValue(stored: Buffer | undefined, nowMs: number): Uint8Array | undefined {
  if (!stored || stored.readDoubleLE(0) <= nowMs) return undefined;
  const value = Buffer.allocUnsafe(stored.length - EXPIRY_BYTES);
  stored.copy(value, 0, EXPIRY_BYTES, stored.length);
  return value;
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
  return key.length >= prefix.length && key.compare(prefix, 0, prefix.length, 0, prefix.length) === 0;
}

function compare(left: Uint8Array, right: Uint8Array): number {
  return Buffer.compare(left, right);
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
