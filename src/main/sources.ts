import type { ProgressListener } from "#base";
import {
  createWorld,
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
  readonly worldPreset: WorldPreset;
  readonly progress: ProgressListener;
}

/**
 * The source of this name, loaded.
 * @throws PlatformError `unknown-dataset`, `missing-file`, `invalid-config`
 */
export async function openSource(
  name: string,
  { seed, worldPreset: preset, progress }: SourceOptions,
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
  const dataset = datasetNamed(name);
  const contents = await dataset.load(folderOf(dataset, datasetsRoot()), progress);
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

export function datasetsRoot(): string {
  return process.env["INKLING_DATASETS"] ?? DEFAULT_ROOT;
}

/** Every name `--dataset` takes. */
export function sourceNames(): string[] {
  return [WORLD, ...datasets.map(({ name }) => name)];
}
