import { mkdir, readdir, readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { PlatformError } from "#base";
import { replaceFile } from "../durable-file.ts";
import type { LogRun } from "../lake.ts";

/**
 * @file What lies where in a lake's folder, and what makes a half-done change harmless.
 *
 *     lake.json     the manifest: settled files, how far each log partition is settled, number of the last change
 *     events/day=2026-01-31/bucket=07/00000012.parquet      made by change 12; settled when the manifest lists it
 *     arrivals/1-000000000000-000000020000.0.parquet        records 0 to 20000 of log partition 1, revision 0
 *     temporary/    where the engine sorts what memory does not hold
 *
 * Protocol: a file is written under a name ending in `.partial`, flushed, renamed. A run of log records is one arrival,
 * so one rename commits it. A change (compaction, erasure) publishes its new files, then replaces the manifest in one
 * rename, which commits it, then removes what it replaced once nobody reads that any more. A crash leaves (a) partial
 * files, (b) files of a change that was not committed: no manifest lists them, or (c) files that a committed change
 * replaced: settled files the manifest no longer lists, arrivals before the settled offset or of an older revision.
 * Opening removes all three. Names are never used twice for other bytes, so a reader's list of files stays true as long
 * as they exist. A program that lists `events/` itself while a change is being committed may see rows twice for that moment.
 */
export interface LakeManifest {
  readonly version: 2;
  readonly bucketCount: number;
  readonly change: number;
  /** Log partition -> offset before which all rows are settled. */
  readonly settledBefore: Readonly<Record<string, number>>;
  readonly files: readonly SettledFile[];
}

export interface SettledFile {
  readonly day: string;
  readonly bucket: number;
  readonly change: number;
  readonly rows: number;
}

/** The rows of one run of log records, not yet sorted into days and buckets. */
export interface Arrival extends LogRun {
  /** Higher after an erasure; the highest is valid. */
  readonly revision: number;
}

const ARRIVAL = /^(\d+)-(\d+)-(\d+)\.(\d+)\.parquet$/;
const pad = (value: number, digits: number): string => String(value).padStart(digits, "0");

export class LakeFolder {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  get #remedy(): string {
    return `Restore ${this.path} from a backup; or, where retention has dropped nothing of the log, delete it: it is built again from the log.`;
  }

  get temporary(): string {
    return join(this.path, "temporary");
  }

  arrivalPath({ partition, from, to, revision }: Arrival): string {
    return join(this.path, "arrivals", `${partition}-${pad(from, 12)}-${pad(to, 12)}.${revision}.parquet`);
  }

  settledPath({ day, bucket, change }: Omit<SettledFile, "rows">): string {
    return join(this.path, "events", `day=${day}`, `bucket=${pad(bucket, 2)}`, `${pad(change, 8)}.parquet`);
  }

  /** `undefined` where there is no lake yet. @throws PlatformError `data-damaged` */
  async readManifest(): Promise<LakeManifest | undefined> {
    const path = join(this.path, "lake.json");
    let text: string;
    try {
      text = await readFile(path, "utf8");
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
    const manifest = parse(text);
    if (manifest?.version === 2) return manifest;
    throw new PlatformError(
      "data-damaged",
      `${path} is not the manifest of a lake of version 2. ${this.#remedy}`,
    );
  }

  commit(manifest: LakeManifest): Promise<void> {
    return replaceFile(join(this.path, "lake.json"), JSON.stringify(manifest));
  }

  /** Valid arrivals in the order of partition and offset. */
  async arrivals({ settledBefore }: LakeManifest): Promise<Arrival[]> {
    const newest = new Map<string, Arrival>();
    for (const name of await namesIn(join(this.path, "arrivals"))) {
      const arrival = arrivalOf(name);
      if (!arrival || arrival.to <= (settledBefore[arrival.partition] ?? 0)) continue;
      const run = `${arrival.partition}-${arrival.from}`;
      if ((newest.get(run)?.revision ?? -1) < arrival.revision) newest.set(run, arrival);
    }
    return [...newest.values()].sort((a, b) => a.partition - b.partition || a.from - b.from);
  }

  /**
   * Makes the folders and removes what a crash left behind.
   * @throws PlatformError `data-damaged` when a settled file is missing
   */
  async recover(manifest: LakeManifest, arrivals: readonly Arrival[]): Promise<void> {
    for (const folder of ["events", "arrivals"]) await mkdir(join(this.path, folder), { recursive: true });
    await rm(this.temporary, { recursive: true, force: true });
    const valid = new Set([
      ...manifest.files.map((file) => this.settledPath(file)),
      ...arrivals.map((arrival) => this.arrivalPath(arrival)),
    ]);
    const found = new Set(
      (await Promise.all(["events", "arrivals"].map((folder) => filesBelow(join(this.path, folder))))).flat(),
    );
    for (const path of valid)
      if (!found.has(path)) throw new PlatformError("data-damaged", `${path} is missing. ${this.#remedy}`);
    for (const path of found) if (!valid.has(path)) await rm(path, { force: true });
  }
}

export async function bytesOf(paths: readonly string[]): Promise<number> {
  let bytes = 0;
  for (const path of paths) bytes += (await stat(path).catch(() => ({ size: 0 }))).size;
  return bytes;
}

function arrivalOf(name: string): Arrival | undefined {
  const match = ARRIVAL.exec(name);
  if (!match) return undefined;
  const [partition = 0, from = 0, to = 0, revision = 0] = match.slice(1).map(Number);
  return { partition, from, to, revision };
}

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

async function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch((error: unknown) => {
    if (isMissing(error)) return [];
    throw error;
  });
}

function parse(text: string): LakeManifest | undefined {
  try {
    return JSON.parse(text) as LakeManifest; // our own file; its version is checked
  } catch {
    return undefined;
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}
