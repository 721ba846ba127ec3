import { access } from "node:fs/promises";
import { DuckDbLake } from "#storage";
import { paths } from "./data-folder.ts";

/** The lake of a folder, for whoever owns it; `undefined` when there is none yet. */
export async function openLake(folder: string): Promise<DuckDbLake | undefined> {
  const path = paths.lake(folder);
  const isThere = await access(path).then(
    () => true,
    () => false,
  );
  return isThere ? DuckDbLake.open(path) : undefined;
}
