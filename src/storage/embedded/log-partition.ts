import { type FileHandle, mkdir, open, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { assert, diskFull, isDiskFull, PlatformError } from "#base";
import { flushFolder } from "../durable-file.ts";
import type { LogRecord, LogUnit } from "../event-log.ts";
import { ArrivalWaiters } from "./arrival-waiters.ts";
import { rewriteWithout } from "./rewrite-segment.ts";
import {
  atOnce,
  decodeFrames,
  encodeFrames,
  encodeHeader,
  readAt,
  readBlock,
  SEGMENT_HEADER_BYTES,
  surveySegment,
  writeAllAt,
  writeAt,
} from "./segment-file.ts";
import {
  checkHeader,
  isStillborn,
  listSegments,
  nameOfSegment,
  removeRewritten,
  removeTorn,
  TORN,
} from "./segment-folder.ts";

/** @file One partition: a run of segment files, the last of which grows, and one writer that commits in groups. */

export interface LogPartitionOptions {
  /** A segment that has grown to this many bytes is closed and a new one begun. */
  readonly segmentBytes: number;
  readonly isReadOnly: boolean;
  /** False only to measure what durability costs. */
  readonly isDurable: boolean;
  /** Records before this offset were acknowledged: when one of them cannot be read, opening is refused and nothing is touched. */
  readonly acknowledged: number;
  /** A follower's first end, when it is not all there is; at least where the records begin. */
  readonly end: number | undefined;
  /** Told in one sentence when something was mended at opening. */
  readonly onRecovery: (message: string) => void;
}

interface Segment {
  readonly path: string;
  readonly baseOffset: number;
  /** Position after the last durable frame. */
  endPosition: number;
  /** Position of every `MARK_STRIDE`-th frame; absent until the segment is first read out of order. */
  marks: number[] | undefined;
  reader: Promise<FileHandle> | undefined;
}

interface PendingAppend {
  readonly frames: Buffer;
  readonly recordCount: number;
  readonly resolve: (firstOffset: number) => void;
  readonly reject: (error: unknown) => void;
}

const MARK_STRIDE = 1024;
const CURSORS_KEPT = 32;

export class LogPartition {
  readonly #folder: string;
  readonly #options: LogPartitionOptions;
  #segments: Segment[] = [];
  #writer: FileHandle | undefined;
  #end = 0;
  #pending: PendingAppend[] = [];
  #flushing: Promise<void> | undefined;
  #failure: Error | undefined;
  /** A failed write left bytes after the last durable frame that could not be cut off. */
  #isUncut = false;
  /** Reads that hold on to files now; while files are exchanged, new ones wait. */
  readonly #reads = new Set<Promise<unknown>>();
  #exchange: Promise<void> | undefined;
  readonly #waiters = new ArrivalWaiters();
  /** Offset -> position in its segment, where the last reads stopped: reading on is O(1). */
  readonly #cursors = new Map<number, number>();

  private constructor(folder: string, options: LogPartitionOptions) {
    this.#folder = folder;
    this.#options = options;
  }

  static async open(folder: string, options: LogPartitionOptions): Promise<LogPartition> {
    const partition = new LogPartition(folder, options);
    if (!options.isReadOnly) await mkdir(folder, { recursive: true });
    await partition.#recover();
    return partition;
  }

  get start(): number {
    return this.#segments[0]?.baseOffset ?? this.#end;
  }

  get end(): number {
    return this.#end;
  }

  append(records: readonly Uint8Array[]): Promise<number> {
    assert(!this.#options.isReadOnly, "a log opened to read is not written");
    return new Promise((resolve, reject) => {
      if (this.#failure) return reject(this.#failure);
      this.#pending.push({ frames: encodeFrames(records), recordCount: records.length, resolve, reject });
      this.#flushing ??= this.#flushAll();
    });
  }

  async read(from: number, limit: number): Promise<readonly LogRecord[]> {
    while (this.#exchange) await this.#exchange;
    const reading = this.#read(from, limit);
    const settled = reading.then(nothing, nothing).finally(() => this.#reads.delete(settled));
    this.#reads.add(settled);
    return reading;
  }

  async #read(from: number, limit: number): Promise<readonly LogRecord[]> {
    if (from >= this.#end || limit <= 0) return [];
    if (this.#segments.length === 0) await this.#discoverSegments();
    const offset = Math.max(from, this.start);
    const segment = this.#segmentOf(offset);
    const records = segment ? await this.#readFrom(segment, offset, limit) : [];
    if (records.length > 0) return records;
    await this.#discoverSegments(); // a follower meets segments begun after it was opened
    const begun = this.#segmentOf(offset);
    const found = begun && begun !== segment ? await this.#readFrom(begun, offset, limit) : [];
    if (found.length === 0) throw damage((begun ?? segment)?.path ?? this.#folder, `record ${offset}`);
    return found;
  }

  /** A follower is told how far the log is durable; only so far does it read. */
  extendTo(end: number): void {
    assert(this.#options.isReadOnly && end >= this.#end, "only a follower is told of a later end");
    this.#end = end;
    this.#waiters.tell(end);
  }

  waitBeyond(offset: number, abort?: AbortSignal): Promise<void> {
    if (this.#end > offset) return Promise.resolve();
    if (this.#failure) return Promise.reject(this.#failure);
    return this.#waiters.wait(offset, abort);
  }

  async units(): Promise<LogUnit[]> {
    return Promise.all(
      this.#segments.map(async ({ path, baseOffset: from }, n) => {
        const { size: bytes, mtimeMs: writtenMs } = await stat(path);
        return { from, to: this.#segments[n + 1]?.baseOffset ?? this.#end, bytes, writtenMs };
      }),
    );
  }

  async dropBefore(offset: number): Promise<void> {
    // A crash may take a segment that has no durable record yet, so the one before it stays: it says where the partition ends.
    const last = this.#options.isReadOnly ? offset : Math.min(offset, this.#end - 1);
    while (this.#segments.length > 1 && this.#segments[1]!.baseOffset <= last) {
      const oldest = this.#segments[0]!;
      await this.#exchangeFiles([oldest], async () => {
        if (this.#segments[0] === oldest) this.#segments.shift();
        if (this.#options.isReadOnly) return;
        await rm(oldest.path, { force: true });
        await flushFolder(this.#folder); // oldest first, for good: a crash leaves no hole
      });
    }
  }

  /** Replaces records by empty ones, segment by segment; the growing one between two groups of appends. */
  async erase(isErased: (record: LogRecord) => boolean): Promise<number> {
    assert(!this.#options.isReadOnly, "a log opened to read is not written");
    let erased = 0;
    const closed = this.#segments.slice(0, -1);
    for (const segment of closed) {
      const position = this.#segments.indexOf(segment);
      if (position < 0) continue; // dropped meanwhile
      erased += await this.#eraseIn(segment, this.#segments[position + 1]!.baseOffset, isErased);
    }
    await this.#whileNothingIsAppended(async () => {
      for (const segment of this.#segments.filter((one) => !closed.includes(one))) {
        const next = this.#segments[this.#segments.indexOf(segment) + 1];
        erased += await this.#eraseIn(segment, next?.baseOffset ?? this.#end, isErased);
      }
    });
    await removeTorn(this.#folder);
    return erased;
  }

  /** Opens files anew at the next read: they may have been replaced. */
  refresh(): Promise<void> {
    return this.#exchangeFiles(this.#segments, async () => {});
  }

  async #eraseIn(segment: Segment, end: number, isErased: (record: LogRecord) => boolean): Promise<number> {
    const rewritten = await rewriteWithout(segment.path, segment.baseOffset, end, isErased);
    if (!rewritten) return 0;
    const isGrowing = segment === this.#segments.at(-1);
    await this.#exchangeFiles([segment], async () => {
      await rename(rewritten.path, segment.path);
      await flushFolder(this.#folder);
      segment.endPosition = rewritten.endPosition;
      if (!isGrowing) return;
      await this.#writer?.close();
      this.#writer = await open(segment.path, "r+");
    });
    return rewritten.erased;
  }

  /** Does something to files while nobody reads them; afterwards nothing remembered of them is used. */
  async #exchangeFiles(segments: readonly Segment[], exchange: () => Promise<void>): Promise<void> {
    while (this.#exchange) await this.#exchange;
    const work = async (): Promise<void> => {
      await Promise.all(this.#reads);
      await exchange();
      this.#cursors.clear();
      for (const segment of segments) {
        await closeReader(segment);
        segment.marks = undefined;
      }
    };
    const exchanging = work().finally(() => {
      this.#exchange = undefined;
    });
    this.#exchange = exchanging.catch(nothing);
    await exchanging;
  }

  async #whileNothingIsAppended(work: () => Promise<void>): Promise<void> {
    while (this.#flushing) await this.#flushing;
    const working = work().finally(() => {
      this.#flushing = this.#pending.length > 0 ? this.#flushAll() : undefined;
    });
    this.#flushing = working.catch(nothing);
    await working;
  }

  async close(): Promise<void> {
    while (this.#flushing) await this.#flushing;
    this.#fail(new PlatformError("not-ready", "the event log is closed"));
    await this.#writer?.close();
    for (const segment of this.#segments) await closeReader(segment);
  }

  #segmentOf(offset: number): Segment | undefined {
    return this.#segments.findLast(({ baseOffset }) => baseOffset <= offset);
  }

  /** Records of one segment, up to its last durable one; none when they are in a later segment. */
  async #readFrom(segment: Segment, offset: number, limit: number): Promise<LogRecord[]> {
    const next = this.#segments[this.#segments.indexOf(segment) + 1];
    const wanted = Math.min(limit, this.#end - offset, (next?.baseOffset ?? this.#end) - offset);
    const reader = await this.#readerOf(segment);
    let position = await this.#positionOf(segment, reader, offset);
    const records: LogRecord[] = [];
    while (records.length < wanted) {
      // Where a log is opened to read nobody else is answered meanwhile, and what is read was often just written.
      const bytes = await readBlock(reader, position, this.#options.isReadOnly ? atOnce : undefined);
      const frames = decodeFrames(bytes, offset + records.length, wanted - records.length);
      if (frames.isDamaged) throw damage(segment.path, `record ${offset + records.length}`);
      if (frames.records.length === 0) break;
      for (const record of frames.records) records.push(record);
      position += frames.byteCount;
    }
    if (records.length > 0) this.#rememberCursor(offset + records.length, position);
    return records;
  }

  async #discoverSegments(): Promise<void> {
    const known = new Set(this.#segments.map(({ path }) => path));
    for (const { path, baseOffset } of await listSegments(this.#folder)) {
      if (known.has(path)) continue;
      this.#segments.push({
        path,
        baseOffset,
        endPosition: SEGMENT_HEADER_BYTES,
        marks: undefined,
        reader: undefined,
      });
    }
  }

  async #recover(): Promise<void> {
    if (!this.#options.isReadOnly) await removeRewritten(this.#folder);
    const files = await listSegments(this.#folder);
    for (const [position, { path, baseOffset }] of files.entries()) {
      if (position > 0 && baseOffset !== this.#end)
        throw damage(path, `records ${this.#end} to ${baseOffset - 1} are missing`);
      const isLast = position === files.length - 1;
      if (isLast && (await isStillborn(path))) {
        if (!this.#options.isReadOnly) await rm(path);
        continue;
      }
      await checkHeader(path, baseOffset);
      const survey = await surveySegment(path, baseOffset, MARK_STRIDE);
      if (survey.endPosition < survey.fileBytes) {
        const firstUnread = baseOffset + survey.recordCount;
        if (!isLast || firstUnread < this.#options.acknowledged) throw damage(path, `record ${firstUnread}`);
        if (!this.#options.isReadOnly) await this.#setAside(path, survey.endPosition, survey.fileBytes);
      }
      const { endPosition, marks, recordCount } = survey;
      this.#segments.push({
        path,
        baseOffset,
        endPosition,
        marks: isLast ? undefined : marks,
        reader: undefined,
      });
      this.#end = baseOffset + recordCount;
    }
    if (this.#end < this.#options.acknowledged) {
      throw damage(this.#folder, `record ${this.#end} of ${this.#options.acknowledged}`);
    }
    const { end = this.#end } = this.#options;
    this.#end = Math.max(this.start, Math.min(this.#end, end));
    const last = this.#segments.at(-1);
    if (last && !this.#options.isReadOnly) this.#writer = await open(last.path, "r+");
  }

  /** Bytes after the last whole record were never acknowledged. They are kept beside the log, not thrown away. */
  async #setAside(path: string, from: number, to: number): Promise<void> {
    const file = await open(path, "r+");
    try {
      await writeFile(`${path}${TORN}${from}`, await readAt(file, from, to - from));
      await file.truncate(from);
      await file.datasync();
    } finally {
      await file.close();
    }
    this.#options.onRecovery(
      `${path}: the last ${to - from} bytes were not a whole record (never acknowledged); set aside`,
    );
  }

  async #flushAll(): Promise<void> {
    while (this.#pending.length > 0) {
      const group = this.#pending;
      this.#pending = [];
      await this.#flushGroup(group);
    }
    this.#flushing = undefined;
  }

  /** Writes every append that waits and makes all of them durable with one flush. */
  async #flushGroup(group: readonly PendingAppend[]): Promise<void> {
    if (this.#failure) return rejectAll(group, this.#failure);
    try {
      const segment = await this.#activeSegment();
      if (this.#isUncut) await this.#cutBack(segment);
      segment.endPosition += await this.#writeFrames(segment, group);
    } catch (error) {
      return rejectAll(group, this.#refusalFor(error));
    }
    for (const { recordCount, resolve } of group) {
      resolve(this.#end);
      this.#end += recordCount;
    }
    this.#waiters.tell(this.#end);
  }

  #refusalFor(error: unknown): PlatformError {
    if (error instanceof PlatformError) return error;
    if (isDiskFull(error)) return diskFull(this.#folder, error);
    return new PlatformError("not-ready", `the event log cannot be written: ${String(error)}`, {
      cause: error,
    });
  }

  /** On a failed write (a full disk) the file is cut back to its last durable record, and the log stays usable. */
  async #writeFrames(segment: Segment, group: readonly PendingAppend[]): Promise<number> {
    try {
      const frames = group.map((append) => append.frames);
      const byteCount = await writeAllAt(this.#writer!, frames, segment.endPosition);
      if (this.#options.isDurable) await this.#flush();
      return byteCount;
    } catch (error) {
      if (!this.#failure) await this.#cutBack(segment).catch(() => {}); // then before the next write
      throw error;
    }
  }

  /** Some systems find out only now that there is no room. After any other failure nobody knows what is on disk. */
  async #flush(): Promise<void> {
    try {
      await this.#writer!.datasync();
    } catch (error) {
      if (!isDiskFull(error)) this.#breakDown(error);
      throw error;
    }
  }

  /** What was refused must not be found when the log is opened: the end is durably where it was. */
  async #cutBack(segment: Segment): Promise<void> {
    this.#isUncut = true;
    await this.#writer!.truncate(segment.endPosition);
    await this.#writer!.datasync();
    this.#isUncut = false;
  }

  /** Nothing more is accepted until the log is opened anew. */
  #breakDown(error: unknown): never {
    const failure = new PlatformError("not-ready", `the event log must be restarted: ${String(error)}`, {
      cause: error,
    });
    this.#fail(failure);
    throw failure;
  }

  #fail(failure: Error): void {
    this.#failure ??= failure;
    this.#waiters.fail(failure);
  }

  async #activeSegment(): Promise<Segment> {
    const last = this.#segments.at(-1);
    if (last && last.endPosition < this.#options.segmentBytes) return last;
    const path = join(this.#folder, `${nameOfSegment(this.#end)}`);
    const file = await open(path, "w+");
    try {
      await writeAt(file, encodeHeader(this.#end), 0);
      await flushFolder(this.#folder);
    } catch (error) {
      await file.close();
      throw error;
    }
    await this.#writer?.close();
    this.#writer = file;
    const segment = {
      path,
      baseOffset: this.#end,
      endPosition: SEGMENT_HEADER_BYTES,
      marks: undefined,
      reader: undefined,
    };
    this.#segments.push(segment);
    return segment;
  }

  /** A promise, so that two reads at once do not open the file twice. */
  #readerOf(segment: Segment): Promise<FileHandle> {
    segment.reader ??= open(segment.path, "r");
    return segment.reader;
  }

  /** Where the frame of `offset` begins: where a read stopped, or a short walk from the nearest mark. */
  async #positionOf(segment: Segment, reader: FileHandle, offset: number): Promise<number> {
    if (offset === segment.baseOffset) return SEGMENT_HEADER_BYTES;
    const remembered = this.#cursors.get(offset);
    if (remembered !== undefined) return remembered;
    if (!segment.marks || segment.marks.length * MARK_STRIDE <= offset - segment.baseOffset) {
      segment.marks = (await surveySegment(segment.path, segment.baseOffset, MARK_STRIDE)).marks;
    }
    const mark = Math.floor((offset - segment.baseOffset) / MARK_STRIDE);
    let position = segment.marks[mark]!;
    let skip = offset - segment.baseOffset - mark * MARK_STRIDE;
    while (skip > 0) {
      const bytes = await readBlock(reader, position);
      const { records, byteCount } = decodeFrames(bytes, offset - skip, skip);
      if (records.length === 0) throw damage(segment.path, `record ${offset - skip}`);
      position += byteCount;
      skip -= records.length;
    }
    return position;
  }

  #rememberCursor(offset: number, position: number): void {
    const holder = this.#segments.findLast(({ baseOffset }) => baseOffset <= offset);
    if (!holder || holder.baseOffset === offset) return; // the next segment's first record: always found by its header
    this.#cursors.set(offset, position);
    if (this.#cursors.size > CURSORS_KEPT) this.#cursors.delete(this.#cursors.keys().next().value!);
  }
}

async function closeReader(segment: Segment): Promise<void> {
  const reader = segment.reader;
  segment.reader = undefined;
  await (await reader?.catch(() => undefined))?.close();
}

function nothing(): void {}

function damage(path: string, what: string): PlatformError {
  return new PlatformError(
    "data-damaged",
    `${path}: ${what} was acknowledged and cannot be read: the log was cut or changed. Nothing was touched. Restore the log from ` +
      "a backup; or, to go on without the events that are missing, delete the state folder, which is then built from what is left.",
  );
}

function rejectAll(group: readonly PendingAppend[], error: unknown): void {
  for (const { reject } of group) reject(error);
}
