import { resolve } from "node:path";
import { PlatformError, type ProgressListener } from "#base";
import {
  createWorld,
  type Dataset,
  type DatasetContents,
  datasetNamed,
  datasets,
  folderOf,
  itemsOf,
  messagesOf,
  type WorldPreset,
  worldPresets,
} from "#datasets";
import type { ImportSource } from "./import-source.ts";

/** The name under which the world is asked for, like a data set. */
export const WORLD = "world";

/** Where data sets are looked for unless told otherwise; git ignores it. */
const DEFAULT_ROOT = "datasets";

export interface SourceOptions {
  readonly seed: number;
  readonly preset: WorldPreset;
  readonly progress: ProgressListener;
}

/**
 * The source of this name, loaded.
 * @throws PlatformError `unknown-dataset`, `missing-file`, `invalid-config`
 */
export async function openSource(
  name: string,
  { seed, preset, progress }: SourceOptions,
): Promise<ImportSource> {
  if (name === WORLD) {
    const world = createWorld({ ...worldPresets[preset], seed });
    return {
      name,
      clock: "historical",
      areTimesMadeUp: false,
      items: () => world.items(),
      messages: () => world.messages(),
      expectedMessages: world.expectedMessages,
      rejectedRows: { count: 0, samples: [] },
    };
  }
  const contents = await loadDataset(datasetNamed(name), progress);
  return {
    name,
    clock: "historical",
    areTimesMadeUp: contents.clock === "order",
    items: () => itemsOf(contents),
    messages: () => messagesOf(contents, name),
    expectedMessages: contents.users.length + contents.engagements.items.length,
    rejectedRows: contents.rejected,
  };
}

/**
 * Loads a data set from where data sets are looked for.
 * @throws PlatformError `missing-file`, naming the setting that says where that is
 */
export async function loadDataset(dataset: Dataset, progress: ProgressListener): Promise<DatasetContents> {
  const root = resolve(process.env["INKLING_DATASETS"] ?? DEFAULT_ROOT);
  try {
    return await dataset.load(folderOf(dataset, root), progress);
  } catch (error) {
    if (!(error instanceof PlatformError && error.code === "missing-file")) throw error;
    const hint = `Data sets are looked for in ${root}; INKLING_DATASETS names another folder.`;
    throw new PlatformError("missing-file", `${error.message} ${hint}`);
  }
}

/** Every name `--dataset` takes. */
export function sourceNames(): string[] {
  return [WORLD, ...datasets.map(({ name }) => name)];
}
