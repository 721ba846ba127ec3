import { access, rm } from "node:fs/promises";
import { type ServedFeatures, ServedLog } from "#features";
import type { Forgets } from "#governance";
import { paths } from "../folder/data-folder.ts";
import { damaged, type KeptLogOptions, openKeptLog } from "../folder/set-aside.ts";

/** @file What a folder has of features that were served: opened when somebody asks for it to be kept, or for what was. */

const MIB = 1024 * 1024;
const MAX_BYTES = 1024 * MIB;
const SEGMENT_BYTES = 32 * MIB;

/** Opens the folder's log of served features, and makes it when it is not there. */
export function openServedLog(folder: string, options: KeptLogOptions): Promise<ServedLog> {
  const sizes = { maxBytes: MAX_BYTES, segmentBytes: SEGMENT_BYTES };
  const kept = { what: "served features", path: paths.servedFeatures(folder), ...sizes };
  return openKeptLog(kept, options, ServedLog);
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
    this.#opened ??= openServedLog(this.#folder, { onNotice: this.#onNotice }).catch((error: unknown) => {
      this.#opened = undefined; // who asks next tries again
      throw error;
    });
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

  /** Removes what was served of the ids, and what could not be read; how many records. */
  async forget(ids: readonly string[]): Promise<number> {
    const log = await this.existing(); // which sets aside what cannot be read
    await rm(damaged(paths.servedFeatures(this.#folder)), { recursive: true, force: true });
    return (await log?.forget(ids)) ?? 0;
  }

  /** Records of the ids. */
  async count(ids: readonly string[]): Promise<number> {
    return (await (await this.existing())?.count(ids)) ?? 0;
  }

  async close(): Promise<void> {
    await (await this.#opened?.catch(() => undefined))?.close();
  }
}

/** How what was served forgets a person. */
export function forgettingServed(served: LazyServedLog): Forgets {
  return {
    name: "served-features",
    forget: async (ids) => ({ records: await served.forget(ids) }),
    verify: (ids) => served.count(ids),
  };
}
