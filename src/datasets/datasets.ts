import { existsSync } from "node:fs";
import { join } from "node:path";
import { PlatformError } from "#base";
import { beauty } from "./beauty.ts";
import type { Dataset } from "./dataset.ts";
import { deskdrop } from "./deskdrop.ts";
import { ml1m } from "./ml-1m.ts";
import { ml100k } from "./ml-100k.ts";
import { pinterest20 } from "./pinterest-20.ts";
import { s3Beauty } from "./s3-beauty.ts";

/** Every public data set we can read. */
export const datasets: readonly Dataset[] = [ml1m, ml100k, pinterest20, deskdrop, s3Beauty, beauty];

/**
 * The data set of this name.
 * @throws PlatformError `unknown-dataset`, listing the names that are known
 */
export function datasetNamed(name: string, known: readonly Dataset[] = datasets): Dataset {
  const found = known.find((dataset) => dataset.name === name);
  if (found) return found;
  const names = known.map((dataset) => dataset.name).join(", ");
  throw new PlatformError("unknown-dataset", `No data set is called "${name}". Known: ${names}.`);
}

/**
 * The folder of a data set under the data root: the first of its usual names that exists, else the usual one, so that
 * loading it says where the files were looked for.
 */
export function folderOf(dataset: Dataset, root: string): string {
  const folders = (dataset.folders ?? [dataset.name]).map((folder) => join(root, folder));
  return folders.find((folder) => existsSync(folder)) ?? folders[0] ?? root;
}
