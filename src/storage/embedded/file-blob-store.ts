import { link, readdir, readFile, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { assert, diskFull, isDiskFull } from "#base";
import { type BlobStore, isBlobName } from "../blob-store.ts";
import { flushFolder, PARTIAL, replaceFile, writeBeside } from "../durable-file.ts";

/** Blobs as files: written beside their place, flushed, then renamed into it. */
export class FileBlobStore implements BlobStore {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async put(name: string, bytes: Uint8Array): Promise<void> {
    await replaceFile(this.#pathOf(name), bytes).catch((error: unknown) => this.#refuse(error));
  }

  async putNew(name: string, bytes: Uint8Array): Promise<boolean> {
    const path = this.#pathOf(name);
    const partial = await writeBeside(path, bytes).catch((error: unknown) => this.#refuse(error));
    try {
      await link(partial, path); // unlike a rename it does not replace
      await flushFolder(dirname(path));
      return true;
    } catch (error) {
      if (hasCode(error, "EEXIST")) return false;
      throw error;
    } finally {
      await rm(partial);
    }
  }

  #refuse(error: unknown): never {
    throw isDiskFull(error) ? diskFull(this.#folder, error) : error;
  }

  async get(name: string): Promise<Uint8Array | undefined> {
    try {
      return await readFile(this.#pathOf(name));
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }

  async sizeOf(name: string): Promise<number | undefined> {
    try {
      return (await stat(this.#pathOf(name))).size;
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }

  async list(prefix: string): Promise<readonly string[]> {
    try {
      const entries = await readdir(this.#folder, { recursive: true, withFileTypes: true });
      return entries
        .filter((entry) => entry.isFile() && !entry.name.endsWith(PARTIAL))
        .map((entry) => join(entry.parentPath, entry.name).slice(this.#folder.length + 1))
        .filter((name) => name.startsWith(prefix))
        .sort();
    } catch (error) {
      if (isMissing(error)) return [];
      throw error;
    }
  }

  async delete(name: string): Promise<void> {
    await rm(this.#pathOf(name), { force: true });
  }

  #pathOf(name: string): string {
    assert(isBlobName(name), `"${name}" is a blob name`);
    return join(this.#folder, name);
  }
}

function isMissing(error: unknown): boolean {
  return hasCode(error, "ENOENT");
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
