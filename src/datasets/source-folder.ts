import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { PlatformError } from "#base";
import type { Dataset } from "./dataset.ts";

/** One file of a data set, decompressed. */
export interface SourceFile {
  /** As found, below the data set's folder: what a message to a person names. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** The folder of one data set. Every file may lie there plain or as `.gz`. */
export class SourceFolder {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /**
   * The first of the named files that exists, undefined when none does.
   * @throws PlatformError `data-damaged` when a file cannot be read or decompressed
   */
  async find(...names: readonly string[]): Promise<SourceFile | undefined> {
    for (const name of names)
      for (const candidate of [name, `${name}.gz`]) {
        const bytes = await this.#read(candidate);
        if (bytes) return { name: candidate, bytes };
      }
    return undefined;
  }

  /** The error for a data set none of whose forms is complete here; `needed` says what one form consists of. */
  missing(dataset: Pick<Dataset, "name" | "source">, needed: string): PlatformError {
    return new PlatformError(
      "missing-file",
      `The data set "${dataset.name}" needs ${needed} (plain or .gz) in ${this.#folder}. Get it from ${dataset.source}.`,
    );
  }

  async #read(name: string): Promise<Uint8Array | undefined> {
    const path = join(this.#folder, name);
    try {
      const bytes = await readFile(path);
      return name.endsWith(".gz") ? await decompress(bytes) : bytes;
    } catch (error) {
      if (isAbsent(error)) return undefined;
      throw new PlatformError("data-damaged", `${path} cannot be read: ${String(error)}.`, { cause: error });
    }
  }
}

const decompress = promisify(gunzip);

function isAbsent(error: unknown): boolean {
  return error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR");
}
