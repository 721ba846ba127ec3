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
  /** A copy of the running test's own. */
  copy(): Promise<string>;
  remove(): Promise<void>;
}

export async function prepareFolder(): Promise<PreparedFolder> {
  const path = await mkdtemp(join(tmpdir(), "inkling-prepared-"));
  const server = await ServerProcess.start([...TINY, "--data", path]);
  const firstStart = await server.stop();
  return {
    path,
    firstStart,
    async copy() {
      const folder = await temporaryFolder();
      await cp(path, folder, { recursive: true, filter: (file) => !file.endsWith(".socket") });
      return folder;
    },
    remove: () => rm(path, { recursive: true, force: true, maxRetries: 3 }),
  };
}

/** A folder that is gone when the running test ends. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "inkling-cli-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true, maxRetries: 3 }));
  return folder;
}

/** The manifest's fields that tests look at. */
export interface Manifest {
  readonly imported: { readonly messages: number; readonly rejected: number; readonly isComplete: boolean };
}

export async function readManifest(folder: string, dataset = "world"): Promise<Manifest> {
  return JSON.parse(await readFile(join(folder, dataset, "inkling.json"), "utf8")) as Manifest; // written by the program
}
