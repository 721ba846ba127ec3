import { PlatformError } from "#base";
import type { Config } from "#declarations";
import { finishBackfill, tellDifference } from "../features/features.ts";
import { type DataManifest, readManifest, writeManifest } from "../folder/data-folder.ts";
import { adopt, type Declared } from "../folder/declared.ts";
import type { PlatformOptions } from "../platform.ts";

/**
 * One partition for the catalogue and one for users, which is what one applying thread is quickest with: each partition more is a
 * flush of the disk more for every group of requests. Users never move, so this is fixed when a folder is made.
 */
const PARTITIONS = 2;

/** What the folder holds, made when it is new, and brought to what is declared now as far as that needs no replay. */
export async function openManifest(
  { folder, create, progress, onNotice }: PlatformOptions,
  config: Config,
  declared: Declared,
): Promise<DataManifest> {
  if ((await readManifest(folder))?.pendingFeatures) await finishBackfill(folder, progress);
  const found = (await readManifest(folder)) ?? (create && (await createManifest(folder, create, declared)));
  if (!found) throw new PlatformError("no-data", `${folder} is empty; fill it with: inkling import`);
  const manifest = adopt(folder, found, declared);
  tellDifference(manifest, config, onNotice);
  if (JSON.stringify(manifest) !== JSON.stringify(found)) await writeManifest(folder, manifest);
  return manifest;
}

async function createManifest(
  folder: string,
  create: NonNullable<PlatformOptions["create"]>,
  declared: Declared,
): Promise<DataManifest> {
  const imported = { messages: 0, rejected: 0, isComplete: create.dataset === null };
  const manifest: DataManifest = { format: 1, ...create, partitionCount: PARTITIONS, ...declared, imported };
  await writeManifest(folder, manifest);
  return manifest;
}
