import { cp, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { type Ended, ServerProcess } from "./server-process.ts";

export const TINY = ["--preset", "tiny"] as const;

/** A data folder of the tiny world, filled and fitted once for a file of tests. */
export interface PreparedFolder {
  readonly path: string;
  /** What the start that made it printed. */
  readonly firstStart: Ended;
  /** A copy of one's own. */
  copy(): Promise<string>;
  /** With all copies. */
  remove(): Promise<void>;
}

export async function prepareFolder(): Promise<PreparedFolder> {
  const path = await mkdtemp(join(tmpdir(), "inkling-prepared-"));
  const server = await ServerProcess.start([...TINY, "--data", path]);
  const firstStart = await server.stop();
  const folders = [path];
  return {
    path,
    firstStart,
    async copy() {
      const folder = await mkdtemp(join(tmpdir(), "inkling-copy-"));
      folders.push(folder);
      await cp(path, folder, { recursive: true, filter: (file) => !file.endsWith(".socket") });
      return folder;
    },
    async remove() {
      for (const folder of folders) await removeFolder(folder);
    },
  };
}

/** A folder that is gone when the running test ends. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "inkling-cli-"));
  onTestFinished(() => removeFolder(folder));
  return folder;
}

const removeFolder = (folder: string): Promise<void> =>
  rm(folder, { recursive: true, force: true, maxRetries: 3 });

/** The manifest's fields that tests look at. */
export interface Manifest {
  readonly imported: { readonly messages: number; readonly rejected: number; readonly isComplete: boolean };
}

export async function readManifest(folder: string, dataset = "world"): Promise<Manifest> {
  return JSON.parse(await readFile(join(folder, dataset, "inkling.json"), "utf8")) as Manifest; // written by the program
}
