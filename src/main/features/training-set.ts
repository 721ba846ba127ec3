import { DAY_MS, PlatformError, type ProgressListener, SystemClock } from "#base";
import {
  type Config,
  type FeatureDefinition,
  type LabelDefinition,
  type NamedPurpose,
  purposesOf,
  sensitiveTopics,
  standardFeatures,
  standardLabels,
} from "#declarations";
import { Catalogue, followShared, IdentityGraph } from "#events";
import {
  columnTypeOf,
  type EntityRow,
  getHistoricalFeatures,
  type HistoricalQuery,
  type HistoricalRow,
  joinKeysOf,
  type PastEvents,
  planFeatures,
  plannedFeature,
  servedAt,
} from "#features";
import { listUsers, readAllProgress, readPerson } from "#sequences";
import {
  DuckDbLake,
  type EntityTimeRow,
  type Lake,
  LmdbStateStore,
  SegmentedEventLog,
  writeParquet,
} from "#storage";
import { type DataManifest, paths, readManifest } from "../folder/data-folder.ts";
import { openServedLog } from "./served-features.ts";

/** @file Training sets of a data folder: features of people as of the times given, and what came after, as Parquet. */

/** What the past of a folder is read from. */
export type PastFolder = PastEvents & { readonly state: LmdbStateStore };

/** Opens what the past of a folder is read from, also beside a running server, and lets go of it afterwards. */
export async function withPast<Result>(
  folder: string,
  use: (past: PastFolder, manifest: DataManifest) => Promise<Result>,
): Promise<Result> {
  const manifest = await readManifest(folder);
  if (!manifest) throw new PlatformError("no-data", `${folder} is empty; fill it with: inkling import`);
  const { partitionCount } = manifest;
  const state = new LmdbStateStore(paths.state(folder), new SystemClock());
  let lake: Lake | undefined;
  try {
    const ends = (await readAllProgress(state, partitionCount)).map(({ offset }, partition) =>
      partition === 0 ? Number.POSITIVE_INFINITY : offset,
    );
    const log = await SegmentedEventLog.open(paths.log(folder), { partitionCount, isReadOnly: true, ends });
    try {
      const catalogue = new Catalogue();
      const identity = new IdentityGraph();
      await followShared(log, { catalogue, identity }, () => {}).catchUp(() => {});
      const openLake = async (): Promise<Lake> => {
        lake ??= await DuckDbLake.open(paths.lake(folder), { isReadOnly: true });
        return lake;
      };
      return await use({ log, state, catalogue, identity, lake: openLake }, manifest);
    } finally {
      await lake?.close();
      await log.close();
    }
  } finally {
    await state.close();
  }
}

export interface ExportOptions {
  /** Where the Parquet file goes. */
  readonly out: string;
  /** Whose features, as of when; absent: everybody at every multiple of so many days from their first event to the newest of all. */
  readonly rows?: readonly EntityTimeRow[];
  readonly everyDays: number;
  /** Features as they were served last by each row's time, in the place of those the log gives. */
  readonly isServed: boolean;
  /** Default: all that the configuration, or else the folder, has. */
  readonly names?: readonly string[];
}

export interface TrainingSet {
  readonly rows: number;
  readonly columns: readonly string[];
  /** By feature, how many kept values were served under another definition and are in no row. Only of what was served. */
  readonly ofOtherDefinitions?: Readonly<Record<string, number>>;
}

/** What the rows of a training set are made by. */
export interface TrainingDeclarations {
  readonly definitions: readonly FeatureDefinition[];
  readonly labels: readonly LabelDefinition[];
  readonly actions: readonly string[];
  readonly purposes: readonly NamedPurpose[];
  readonly isSensitive: (topic: string) => boolean;
}

/** Those of the configuration; without one those applied, and where none are, the standard library over the actions that people did. */
export function trainingDeclarations(
  { actions, features }: Pick<DataManifest, "actions" | "features">,
  config: Config | undefined,
  { catalogue }: Pick<PastEvents, "catalogue">,
): TrainingDeclarations {
  const names = actions.map(({ name }) => name);
  const isSensitive = sensitiveTopics(config?.topics);
  if (config?.features)
    return {
      definitions: config.features,
      labels: config.labels ?? [],
      actions: names,
      purposes: purposesOf(config),
      isSensitive,
    };
  const met = new Set(catalogue.actions.names());
  const done = Object.fromEntries(
    actions.filter(({ name }) => met.has(name)).map((action) => [action.name, action]),
  );
  const { definitions, purposes } = features;
  return {
    definitions: definitions.length > 0 ? definitions : standardFeatures(done),
    labels: config?.labels ?? standardLabels(done),
    actions: names,
    purposes,
    isSensitive,
  };
}

/**
 * Writes a training set: `user_id` (and `item_id`, where rows have one), `timestamp`, a column for each feature, and one for each label. Reads the folder, and changes nothing.
 * @throws PlatformError `no-data`, `invalid-request`
 */
export async function exportTrainingSet(
  folder: string,
  config: Config | undefined,
  { out, rows, everyDays, isServed, names }: ExportOptions,
  progress: ProgressListener,
): Promise<TrainingSet> {
  return withPast(folder, async (past, manifest) => {
    const declared = trainingDeclarations(manifest, config, past);
    const { definitions, labels } = declared;
    const asked = names ?? definitions.map(({ name }) => name);
    const query = {
      ...declared,
      names: asked,
      rows: rows ?? (await everyoneEvery(past, everyDays * DAY_MS)),
    };
    const walked = await getHistoricalFeatures(past, query, progress);
    const served = isServed ? await asServed(folder, past, query, walked) : undefined;
    const ids = idColumnsOf(query.rows, pairColumnsOf(definitions, asked));
    const columns = columnsOf(asked, definitions, labels, ids);
    const count = await writeParquet(out, columns, cellsOf(served?.rows ?? walked, ids));
    return {
      rows: count,
      columns: columns.map(({ name }) => name),
      ...(served && { ofOtherDefinitions: Object.fromEntries(served.ofOthers) }),
    };
  });
}

/**
 * The rows with what was served in the place of what the log gives; rows before anything was served are left out. Neither what is refused now is joined,
 * nor a value that may be of what the person muted or had forgotten since it was served: what was summed up then cannot be divided.
 */
async function asServed(
  folder: string,
  { identity }: PastEvents,
  query: HistoricalQuery,
  walked: Iterable<HistoricalRow>,
): Promise<{ readonly rows: readonly HistoricalRow[]; readonly ofOthers: ReadonlyMap<string, number> }> {
  const { rows, names, definitions } = query;
  const log = await openServedLog(folder, { isReadOnly: true, onNotice: () => {} });
  try {
    const plan = planFeatures(definitions, query);
    const wanted = names.map((name) => {
      const planned = plannedFeature(plan, name)!; // unknown names were refused
      return [name, { columns: joinKeysOf(planned), lineage: planned.lineage }] as const;
    });
    const { version } = plan;
    const served = await servedAt(log, identity, { byName: new Map(wanted), version }, rows);
    const joined = Array.from(walked).flatMap((row) => {
      const last = served.rows[row.position];
      if (!last) return [];
      const values = names.map((name, n) => {
        const value = last.get(name);
        return !value || row.refused[n] || value.atMs <= row.controlledMs[n]! ? null : value.value; // one for each name
      });
      return [{ ...row, values }];
    });
    return { rows: joined, ofOthers: served.ofOthers };
  } finally {
    await log.close();
  }
}

/** Everybody at every multiple of a time from their first event to the newest of all. */
export async function everyoneEvery(
  { log, state, identity }: PastFolder,
  everyMs: number,
): Promise<EntityTimeRow[]> {
  const progress = await readAllProgress(state, log.partitionCount);
  // Up to the newest event of all: a row that only is where its person comes again would tell what is to be foretold.
  const untilMs = Math.max(...progress.map(({ newestMs }) => newestMs));
  const rows: EntityTimeRow[] = [];
  const seen = new Set<string>();
  for (let after: string | undefined; ; ) {
    const users = await listUsers(state, 1000, after);
    if (users.length === 0) return rows;
    after = users.at(-1)!;
    for (const userId of users.map((id) => identity.personOf(id))) {
      if (seen.has(userId)) continue;
      seen.add(userId);
      const person = await readPerson(state, identity.idsOf(userId));
      if (!person) continue;
      const { firstMs } = person.record;
      for (
        let timestampMs = Math.ceil(firstMs / everyMs) * everyMs;
        timestampMs <= untilMs;
        timestampMs += everyMs
      )
        rows.push({ userId, timestampMs });
    }
  }
}

/** What rows are named by: items too, and what else features of pairs are asked by, where any row has it. */
function idColumnsOf(rows: readonly EntityTimeRow[], pairColumns: readonly string[]): readonly string[] {
  const has = (column: string): boolean => rows.some((row) => idIn(row, column) !== undefined);
  const named = ["user_id", "item_id"].filter(has);
  return [...(named.length === 0 ? ["user_id"] : named), ...pairColumns.filter(has)];
}

function idIn({ userId, itemId, keys }: EntityRow, column: string): string | undefined {
  if (column === "user_id") return userId;
  return column === "item_id" ? itemId : keys?.[column];
}

/** Beside people and items, what features of pairs are asked by. */
function pairColumnsOf(definitions: readonly FeatureDefinition[], names: readonly string[]): string[] {
  const asked = definitions.filter(({ name }) => names.includes(name));
  const columns = asked.flatMap((definition) => joinKeysOf({ definition }).slice(1));
  return [...new Set(columns)].filter((column) => column !== "item_id");
}

function columnsOf(
  names: readonly string[],
  definitions: readonly FeatureDefinition[],
  labels: readonly LabelDefinition[],
  ids: readonly string[],
) {
  const byName = new Map(definitions.map((definition) => [definition.name, definition]));
  return [
    ...ids.map((name) => ({ name, type: "VARCHAR" as const })),
    { name: "timestamp", type: "TIMESTAMP" as const },
    ...names.map((name) => ({ name, type: columnTypeOf(byName.get(name)!, byName) })), // unknown names were refused
    ...labels.map(({ name }) => ({ name, type: "DOUBLE" as const })),
  ];
}

function* cellsOf(rows: Iterable<HistoricalRow>, ids: readonly string[]): Generator<readonly unknown[]> {
  for (const { timestampMs, values, labels, ...named } of rows) {
    const idCells = ids.map((column) => idIn(named, column) ?? null);
    yield [...idCells, new Date(timestampMs).toISOString(), ...values, ...labels];
  }
}
