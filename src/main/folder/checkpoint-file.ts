import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import type { CheckpointPlace } from "#models";
import { paths } from "./data-folder.ts";

/** The checkpoint of a model in a data folder: a file, written beside and renamed, so that it is whole or the one before. */
export function checkpointFile(folder: string, model: string): CheckpointPlace {
  const file = paths.checkpoint(folder, model);
  return {
    read: () => readFile(file).catch(() => undefined),
    async write(checkpoint) {
      await mkdir(dirname(file), { recursive: true });
      await writeFile(`${file}.new`, checkpoint);
      await rename(`${file}.new`, file);
    },
    remove: () => rm(file, { force: true }),
  };
}
