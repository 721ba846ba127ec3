import { access } from "node:fs/promises";
import { type ServedFeatures, ServedLog } from "#features";
import type { Forgets } from "#governance";
import { SegmentedEventLog } from "#storage";
import { paths } from "./data-folder.ts";

/** @file What a folder has of features that were served: opened when somebody asks for it to be kept, or for what was. */

const MIB = 1024 * 1024;
const MAX_BYTES = 1024 * MIB;
const SEGMENT_BYTES = 32 * MIB;

/** Opens the folder's log of served features, and makes it when it is not there. */
export async function openServedLog(folder: string, { isReadOnly = false } = {}): Promise<ServedLog> {
  const options = { partitionCount: 1, segmentBytes: SEGMENT_BYTES, isReadOnly };
  return new ServedLog(await SegmentedEventLog.open(paths.servedFeatures(folder), options), {
    maxBytes: MAX_BYTES,
  });
}

/** One log for whoever writes and whoever forgets; opened when it is first needed. */
export class LazyServedLog {
  readonly #folder: string;
  readonly #onNotice: (message: string) => void;
  #opened: Promise<ServedLog> | undefined;

  constructor(folder: string, onNotice: (message: string) => void) {
    this.#folder = folder;
    this.#onNotice = onNotice;
  }

  /** Keeps what was served, in the background; who is served does not wait for it, nor fail with it. */
  readonly note = (served: readonly ServedFeatures[]): void => {
    const noted = this.get().then((log) => log.note(served));
    noted.catch((error: unknown) => this.#onNotice(`what was served could not be kept: ${String(error)}`));
  };

  get(): Promise<ServedLog> {
    this.#opened ??= openServedLog(this.#folder);
    return this.#opened;
  }

  /** `undefined` where nothing was ever kept. */
  async existing(): Promise<ServedLog | undefined> {
    const isThere = await access(paths.servedFeatures(this.#folder)).then(
      () => true,
      () => false,
    );
    return isThere || this.#opened ? this.get() : undefined;
  }

  async close(): Promise<void> {
    await (await this.#opened)?.close();
  }
}

/** How what was served forgets a person. */
export function forgettingServed(served: LazyServedLog): Forgets {
  return {
    name: "served-features",
    forget: async (ids) => ({ records: (await (await served.existing())?.forget(ids)) ?? 0 }),
    verify: async (ids) => (await (await served.existing())?.count(ids)) ?? 0,
  };
}
