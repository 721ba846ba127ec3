import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { murmur3, PlatformError, type ProgressListener } from "#base";
import {
  createWorld,
  type Dataset,
  type DatasetContents,
  datasetNamed,
  datasets,
  folderOf,
  itemsOf,
  messagesOf,
  parseMapping,
  readTable,
  type Table,
  type WorldPreset,
  worldPresets,
} from "#datasets";
import { type ImportSource, type MessageRun, runsOf } from "./import-source.ts";

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
      runs: (from) => runsOf(world.messages(), from),
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
    runs: (from) => runsOf(messagesOf(contents, name), from),
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

/**
 * A person's own Parquet, CSV or JSONL files as a source.
 * @throws PlatformError `missing-file`, `invalid-config` (the message lists the columns there are)
 */
export async function openTables(
  name: string,
  files: readonly string[],
  mapping: string,
): Promise<ImportSource> {
  const table = await readTable(files, parseMapping(mapping));
  return {
    name,
    fingerprint: await fingerprintOf(table, mapping),
    clock: "system",
    areTimesMadeUp: false,
    items: () => [],
    runs: (from) => tableRuns(table, from),
    expectedMessages: table.rowCount,
    get rejectedRows() {
      return table.rejected;
    },
  };
}

/** The same for the same files, as long as they are as large, read by the same mapping. */
async function fingerprintOf({ files }: Table, mapping: string): Promise<string> {
  const sizes = await Promise.all(files.map(async (path) => (await stat(path)).size));
  const text = JSON.stringify([files, sizes, mapping]);
  return [murmur3(text), murmur3(text, 1)].map((part) => part.toString(36)).join("-");
}

async function* tableRuns(table: Table, from: number): AsyncGenerator<MessageRun> {
  for await (const { messages, nextRow } of table.batches(from)) yield { messages, next: nextRow };
}
