import { mkdir, mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { assert, PlatformError } from "#base";
import { eachOf, PARTIAL, publish } from "../durable-file.ts";
import {
  bucketOf,
  type CompactReceipt,
  type Expiry,
  type Lake,
  type LakeBatch,
  type LakeErasure,
  type LakeEvent,
  type LakeQueryOptions,
  type LakeScanOptions,
  type LakeSize,
  type LakeTable,
  type LogRun,
  type NewLakeEvent,
} from "../lake.ts";
import { compactPartitions } from "./compact-partitions.ts";
import { openEngine } from "./engine.ts";
import { expiredCondition, listOf, quoteText, ROW_ORDER, relationOf } from "./lake-columns.ts";
import { type Arrival, bytesOf, LakeFolder, type LakeManifest, type SettledFile } from "./lake-folder.ts";
import { Leases, Turns } from "./leases.ts";
import { loadRows } from "./load-rows.ts";
import { ReadOnlyEngine } from "./read-only-query.ts";
import { rewriteWithout } from "./rewrite-without.ts";
import { scanBucket } from "./scan-bucket.ts";

export interface DuckDbLakeOptions {
  /** Default 16, or what the lake was made with. More buckets: less memory for training, more and smaller files. */
  readonly bucketCount?: number;
  /** Of each of two engines, one for our own work and one for queries; default 512. */
  readonly memoryLimitMb?: number;
  /** Of each engine; default 1. */
  readonly threads?: number;
  /** Opens beside a running writer: reads and queries only. */
  readonly isReadOnly?: boolean;
  /** Default `zstd`. `uncompressed` lets a test look for bytes. */
  readonly compression?: "zstd" | "uncompressed";
}

const DEFAULT_BUCKETS = 16;
const RETRIES = 3;

/** The lake as Parquet files on this machine, written and read by DuckDB. `lake-folder.ts` has the files and the protocol. */
export class DuckDbLake implements Lake {
  readonly #folder: LakeFolder;
  readonly #engine: DuckDBInstance;
  readonly #queries: ReadOnlyEngine;
  readonly #temporary: string;
  readonly #options: DuckDbLakeOptions;
  readonly #leases = new Leases();
  /** Writing and erasing change the arrivals; compacting and erasing change the settled files. */
  readonly #arriving = new Turns();
  readonly #changing = new Turns();
  #manifest: LakeManifest;
  #arrivals: readonly Arrival[];
  #removals: Promise<unknown> = Promise.resolve();

  private constructor(
    folder: LakeFolder,
    engines: { engine: DuckDBInstance; queries: ReadOnlyEngine; temporary: string },
    found: { manifest: LakeManifest; arrivals: readonly Arrival[] },
    options: DuckDbLakeOptions,
  ) {
    this.#folder = folder;
    this.#engine = engines.engine;
    this.#queries = engines.queries;
    this.#temporary = engines.temporary;
    this.#manifest = found.manifest;
    this.#arrivals = found.arrivals;
    this.#options = options;
  }

  /**
   * Opens the lake in the folder, which one process at a time may do unless read-only; makes it when there is none.
   * @throws PlatformError `data-damaged`, `data-mismatch` (another bucket count) or `no-data` (nothing to read)
   */
  static async open(path: string, options: DuckDbLakeOptions = {}): Promise<DuckDbLake> {
    const { bucketCount, memoryLimitMb = 512, threads = 1, isReadOnly = false } = options;
    if (!isReadOnly) await mkdir(path, { recursive: true });
    const folder = new LakeFolder(await realpath(path).catch(() => path));
    let manifest = await folder.readManifest();
    if (!manifest) {
      if (isReadOnly)
        throw new PlatformError("no-data", `${path} holds no lake yet. Import or send events first.`);
      const count = bucketCount ?? DEFAULT_BUCKETS;
      assert(Number.isInteger(count) && count > 0, `${count} is a number of buckets`);
      manifest = { version: 2, bucketCount: count, change: 0, settledBefore: {}, files: [] };
      await folder.commit(manifest);
    }
    if (bucketCount !== undefined && bucketCount !== manifest.bucketCount)
      throw new PlatformError(
        "data-mismatch",
        `${path} has ${manifest.bucketCount} buckets and ${bucketCount} were asked for. Open it with ${manifest.bucketCount}, or delete it: it is built again from the log.`,
      );
    const arrivals = await folder.arrivals(manifest);
    if (!isReadOnly) await folder.recover(manifest, arrivals);
    const temporary = isReadOnly ? await mkdtemp(join(tmpdir(), "inkling-lake-reader-")) : folder.temporary;
    await mkdir(temporary, { recursive: true });
    const limits = { memoryLimitMb, threads };
    const engine = await openEngine({ ...limits, temporaryFolder: join(temporary, "changes") });
    const queries = await ReadOnlyEngine.open(folder.path, {
      ...limits,
      temporaryFolder: join(temporary, "queries"),
    });
    return new DuckDbLake(folder, { engine, queries, temporary }, { manifest, arrivals }, options);
  }

  get bucketCount(): number {
    return this.#manifest.bucketCount;
  }

  get arrivalCount(): number {
    return this.#arrivals.length;
  }

  committed(partition: number): number {
    const settled = this.#manifest.settledBefore[partition] ?? 0;
    return this.#arrivals.reduce(
      (end, arrival) => (arrival.partition === partition ? Math.max(end, arrival.to) : end),
      settled,
    );
  }

  write(rows: readonly NewLakeEvent[], source: LogRun): Promise<void> {
    this.#assertWritable();
    return this.#arriving.take(async () => {
      const { partition, to } = source;
      const from = this.committed(partition);
      assert(source.from <= from, `a run of partition ${partition} begins at or before ${from}`);
      if (to <= from) return;
      const fresh = from === source.from ? rows : rows.filter(({ logOffset }) => logOffset >= from);
      const arrival: Arrival = { partition, from, to, revision: 0 };
      await this.#change(async ({ connection, copy }) => {
        const path = this.#folder.arrivalPath(arrival);
        await loadRows(connection, fresh, partition, this.bucketCount);
        await copy(`SELECT * FROM incoming ORDER BY ${ROW_ORDER}`, path);
        await publish([path]);
      });
      this.#arrivals = [...this.#arrivals, arrival];
    });
  }

  compact(): Promise<CompactReceipt> {
    this.#assertWritable();
    return this.#changing.take(async () => {
      const arrivals = this.#arrivals;
      if (arrivals.length === 0) return { rows: 0, filesMerged: 0, filesWritten: 0 };
      const change = this.#manifest.change + 1;
      const { written, replaced } = await this.#change(async (tools) => {
        const settled = this.#manifest.files;
        const laid = await compactPartitions({ folder: this.#folder, arrivals, settled, change, ...tools });
        await publish(laid.written.map((file) => this.#folder.settledPath(file)));
        const settledBefore = { ...this.#manifest.settledBefore };
        for (const { partition, to } of arrivals)
          settledBefore[partition] = Math.max(to, settledBefore[partition] ?? 0);
        await this.#commit({ change, settledBefore, ...laid });
        return laid;
      });
      const settled = new Set(arrivals);
      this.#arrivals = this.#arrivals.filter((arrival) => !settled.has(arrival));
      void this.#remove([
        ...replaced.map((file) => this.#folder.settledPath(file)),
        ...arrivals.map((arrival) => this.#folder.arrivalPath(arrival)),
      ]).catch(() => {}); // what cannot be removed now is removed at the next opening
      return {
        rows: written.reduce((sum, file) => sum + file.rows, 0),
        filesMerged: arrivals.length + replaced.length,
        filesWritten: written.length,
      };
    });
  }

  async query(sql: string, options: LakeQueryOptions = {}): Promise<LakeTable> {
    for (let attempt = 1; ; attempt++) {
      const release = this.#leases.take();
      try {
        const { settled, arrivals } = await this.#pathsNow();
        return await this.#queries.query(sql, relationOf(settled, arrivals), options);
      } catch (error) {
        // The writer, another process, does not know of our lease and may have removed a file we listed.
        const isGone = this.#options.isReadOnly && /No files found|No such file/.test(String(error));
        if (!isGone || attempt === RETRIES) throw error;
      } finally {
        release();
      }
    }
  }

  async *scan<Column extends keyof LakeEvent>(
    options: LakeScanOptions<Column>,
  ): AsyncIterable<LakeBatch<Column>> {
    const release = this.#leases.take();
    const connection = await this.#engine.connect();
    try {
      const { files, arrivals } = await this.#filesNow();
      const buckets = options.buckets ?? Array.from({ length: this.bucketCount }, (_, bucket) => bucket);
      for (const bucket of buckets) {
        const settled = files.filter((file) => file.bucket === bucket);
        yield* scanBucket({ folder: this.#folder, bucket, settled, arrivals, connection }, options);
      }
    } finally {
      connection.closeSync();
      release();
    }
  }

  erase(userId: string): Promise<LakeErasure> {
    const bucket = bucketOf(userId, this.bucketCount);
    return this.#without(`user_id = ${quoteText(userId)}`, (file) => file.bucket === bucket);
  }

  expire(expiries: readonly Expiry[]): Promise<LakeErasure> {
    const lastDay = new Date(Math.max(...expiries.map(({ beforeMs }) => beforeMs)))
      .toISOString()
      .slice(0, 10);
    return this.#without(expiredCondition(expiries), ({ day }) => day <= lastDay);
  }

  async size(): Promise<LakeSize> {
    const release = this.#leases.take();
    try {
      const { settled, arrivals } = await this.#pathsNow();
      const rows = arrivals.length === 0 ? 0 : await this.#countRows(arrivals);
      return {
        files: settled.length + arrivals.length,
        rows: this.#manifest.files.reduce((sum, file) => sum + file.rows, rows),
        bytes: await bytesOf([...settled, ...arrivals]),
      };
    } finally {
      release();
    }
  }

  async close(): Promise<void> {
    await this.#changing.take(() => this.#arriving.take(async () => {}));
    await this.#leases.ended();
    await this.#removals;
    this.#queries.close();
    this.#engine.closeSync();
    await rm(this.#temporary, { recursive: true, force: true });
  }

  /** Removes the rows of which the condition holds, which are in arrivals and in these settled files. */
  #without(condition: string, mayHold: (file: SettledFile) => boolean): Promise<LakeErasure> {
    this.#assertWritable();
    return this.#changing.take(() => this.#arriving.take(() => this.#removeNow(condition, mayHold)));
  }

  async #removeNow(condition: string, mayHold: (file: SettledFile) => boolean): Promise<LakeErasure> {
    const looked = this.#manifest.files.filter(mayHold);
    const arrivals = this.#arrivals;
    // A change of its own for each file: two of one day and bucket must not get one name.
    const changeOf = (position: number): number => this.#manifest.change + 1 + position;
    const settledPaths = looked.map((file) => this.#folder.settledPath(file));
    const arrivalPaths = arrivals.map((arrival) => this.#folder.arrivalPath(arrival));
    const { inSettled, inArrivals } = await this.#change(async (tools) => {
      const found = {
        inSettled: await rewriteWithout(condition, settledPaths, {
          ...tools,
          target: (position, rowsKept) =>
            rowsKept === 0
              ? undefined
              : this.#folder.settledPath({ ...looked[position]!, change: changeOf(position) }),
        }),
        inArrivals: await rewriteWithout(condition, arrivalPaths, {
          ...tools,
          target: (position) => this.#folder.arrivalPath(nextRevision(arrivals[position]!)),
        }),
      };
      await publish([...found.inSettled, ...found.inArrivals].flatMap(({ target }) => target ?? []));
      if (found.inSettled.length > 0)
        await this.#commit({
          change: this.#manifest.change + looked.length,
          replaced: found.inSettled.map(({ position }) => looked[position]!),
          written: found.inSettled.flatMap(({ position, target, rowsKept: rows }) =>
            target === undefined ? [] : [{ ...looked[position]!, change: changeOf(position), rows }],
          ),
        });
      return found;
    });
    const rewritten = new Set(inArrivals.map(({ position }) => position));
    this.#arrivals = arrivals.map((arrival, n) => (rewritten.has(n) ? nextRevision(arrival) : arrival));
    const both = [...inSettled, ...inArrivals];
    await this.#remove(both.map(({ source }) => source));
    await this.#removals; // an earlier compaction may still wait to remove files that hold some
    return {
      filesSearched: settledPaths.length + arrivalPaths.length,
      filesRewritten: both.length,
      rowsRemoved: both.reduce((sum, { rowsRemoved }) => sum + rowsRemoved, 0),
    };
  }

  /** Makes a change true: durable by the manifest's rename, then seen by whoever reads next. */
  async #commit(change: {
    readonly change: number;
    readonly settledBefore?: LakeManifest["settledBefore"];
    readonly written: readonly SettledFile[];
    readonly replaced: readonly SettledFile[];
  }): Promise<void> {
    const gone = new Set(change.replaced);
    const next: LakeManifest = {
      ...this.#manifest,
      change: change.change,
      settledBefore: change.settledBefore ?? this.#manifest.settledBefore,
      files: [...this.#manifest.files.filter((file) => !gone.has(file)), ...change.written],
    };
    await this.#folder.commit(next);
    this.#manifest = next;
  }

  /** Removes files when those who read now are done. */
  #remove(paths: readonly string[]): Promise<void> {
    const removal = this.#leases.ended().then(() => eachOf(paths, (path) => rm(path, { force: true })));
    this.#removals = Promise.allSettled([this.#removals, removal]);
    return removal;
  }

  async #filesNow(): Promise<{ files: readonly SettledFile[]; arrivals: readonly Arrival[] }> {
    if (this.#options.isReadOnly) {
      this.#manifest = (await this.#folder.readManifest()) ?? this.#manifest;
      this.#arrivals = await this.#folder.arrivals(this.#manifest);
    }
    return { files: this.#manifest.files, arrivals: this.#arrivals };
  }

  async #pathsNow(): Promise<{ settled: string[]; arrivals: string[] }> {
    const { files, arrivals } = await this.#filesNow();
    return {
      settled: files.map((file) => this.#folder.settledPath(file)),
      arrivals: arrivals.map((arrival) => this.#folder.arrivalPath(arrival)),
    };
  }

  /** A step that writes files: when it fails, none of them stays. */
  async #change<Result>(step: (tools: ChangeTools) => Promise<Result>): Promise<Result> {
    const begun: string[] = [];
    const compression = this.#options.compression ?? "zstd";
    try {
      return await this.#with((connection) =>
        step({
          connection,
          copy: async (sql, path) => {
            begun.push(path);
            await mkdir(dirname(path), { recursive: true });
            const target = quoteText(path + PARTIAL);
            const result = await connection.run(
              `COPY (${sql}) TO ${target} (FORMAT parquet, COMPRESSION ${compression})`,
            );
            return result.rowsChanged;
          },
        }),
      );
    } catch (error) {
      const made = begun.flatMap((path) => [path, path + PARTIAL]);
      await eachOf(made, (path) => rm(path, { force: true })).catch(() => {});
      throw error;
    }
  }

  async #countRows(paths: readonly string[]): Promise<number> {
    return this.#with(async (connection) => {
      const result = await connection.run(`SELECT count(*)::INTEGER FROM read_parquet(${listOf(paths)})`);
      return Number((await result.getRows())[0]![0]);
    });
  }

  async #with<Result>(task: (connection: DuckDBConnection) => Promise<Result>): Promise<Result> {
    const connection = await this.#engine.connect();
    try {
      return await task(connection);
    } finally {
      connection.closeSync();
    }
  }

  #assertWritable(): void {
    assert(!this.#options.isReadOnly, "a lake opened read-only is only read");
  }
}

interface ChangeTools {
  readonly connection: DuckDBConnection;
  /** Writes the partial file of a path; gives the number of rows. */
  readonly copy: (sql: string, path: string) => Promise<number>;
}

function nextRevision(arrival: Arrival): Arrival {
  return { ...arrival, revision: arrival.revision + 1 };
}
