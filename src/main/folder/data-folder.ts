import { readdir, readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { PlatformError } from "#base";
import type { FeatureDefinition, NamedAction, NamedPurpose } from "#declarations";
import { FEATURE_FORMAT } from "#features";
import { replaceFile } from "#storage";

/**
 * @file What a data folder holds, and the one small file that says so.
 *
 *     inkling.json     what this folder is (below)
 *     log/             the event log: the truth
 *     state/           derived from the log; can be deleted, the next start builds it again (`inkling replay`, where there is retention)
 *     vectors/         long-term vectors of people, derived from state and a model; can be deleted, the next refresh computes them again
 *     lake/            all events as Parquet, for whole-population reads; follows the log, and has what retention drops from it
 *     dead-letters/    rejected events and items, an event log of its own
 *     served-lists/    recommendations that were given, an event log of its own
 *     served-features/ features that were served and asked to be kept, an event log of its own
 *     blobs/           models, receipts of erasures
 *     erasing/         erasures that are not done yet
 *     lock-*.socket    while a process owns the folder
 */
export interface DataManifest {
  /** Format of the folder as a whole. */
  readonly format: 1;
  /** Data set the folder was made from; `null` when it began empty. */
  readonly dataset: string | null;
  /** `historical`: now is the newest event's time. */
  readonly clock: "system" | "historical";
  /** True when the data set kept the order of events and their times were made up. */
  readonly areTimesMadeUp: boolean;
  /** Partitions of the log: the catalogue's and the users'. Cannot change. */
  readonly partitionCount: number;
  /** The declared actions the state was built with. */
  readonly actions: readonly NamedAction[];
  /** Names of the purposes whose consent the state's rows speak of. */
  readonly purposes: readonly string[];
  /** The features that state has of everybody. */
  readonly features: AppliedFeatures;
  /** Those that a backfill is at; absent when none is. */
  readonly pendingFeatures?: AppliedFeatures;
  readonly seed: number;
  /** Size of the world; `null` for other data. */
  readonly preset: string | null;
  /** Messages of the data set that are safely in; `isComplete` when all are. An import that was cut off goes on from here. */
  readonly imported: Imported;
}

export interface Imported {
  readonly messages: number;
  readonly rejected: number;
  readonly isComplete: boolean;
  /** All of another source was in before this one began: the folder is one to be served all the same. */
  readonly wasFilled?: true;
  /** Of which source: another begins from its own beginning. Absent of data sets, and where an earlier version began. */
  readonly source?: string;
}

/** Definitions, and the purposes they are for with what held by default when they were applied. */
export interface AppliedFeatures {
  /** Of what state has of them. */
  readonly format: number;
  readonly definitions: readonly FeatureDefinition[];
  readonly purposes: readonly NamedPurpose[];
}

const FILE = "inkling.json";
/** Not ours: they may lie in a folder that we take as empty. */
const IGNORED = /^(lock-.*\.(socket|new)|\.gitkeep|\.DS_Store)$/;

export const paths = {
  log: (folder: string): string => join(folder, "log"),
  state: (folder: string): string => join(folder, "state"),
  vectors: (folder: string): string => join(folder, "vectors"),
  lake: (folder: string): string => join(folder, "lake"),
  deadLetters: (folder: string): string => join(folder, "dead-letters"),
  servedFeatures: (folder: string): string => join(folder, "served-features"),
  servedLists: (folder: string): string => join(folder, "served-lists"),
  blobs: (folder: string): string => join(folder, "blobs"),
  /** Requests to erase somebody that are not done, with the ids they are about. */
  erasing: (folder: string): string => join(folder, "erasing"),
  /** What an interrupted fit of a model goes on from. */
  checkpoint: (folder: string, model: string): string => join(folder, "checkpoints", `${model}.safetensors`),
};

/**
 * The folder's manifest, or `undefined` when it is new.
 * @throws PlatformError `data-damaged` when there is something in it that is not ours or cannot be read
 */
export async function readManifest(folder: string): Promise<DataManifest | undefined> {
  const text = await readFile(join(folder, FILE), "utf8").catch(() => undefined);
  if (text !== undefined) return parseManifest(folder, text);
  const others = (await readdir(folder).catch(() => [])).filter(
    (name) => !IGNORED.test(name) && !name.startsWith(FILE),
  );
  if (others.length === 0) return undefined;
  throw new PlatformError(
    "data-damaged",
    `${resolve(folder)} holds ${others.slice(0, 3).join(", ")} but no ${FILE}, so it is not a data folder of ours or lost ` +
      "its manifest. Restore the file, or choose another folder with --data.",
  );
}

/** Whether a folder has all of what it was made from, also where something more was coming in and was cut off. */
export function isFilled({ imported }: Pick<DataManifest, "imported">): boolean {
  return imported.isComplete || imported.wasFilled === true;
}

/** Replaces the manifest in one step: a crash leaves the old one or the new one. */
export async function writeManifest(folder: string, manifest: DataManifest): Promise<void> {
  await replaceFile(join(folder, FILE), `${JSON.stringify(manifest, null, 2)}\n`);
}

/** What state has of features in another format than this version's is brought to it by a backfill of the same definitions. */
function featuresIn({
  features = { format: FEATURE_FORMAT, definitions: [], purposes: [] }, // earlier versions knew none
  pendingFeatures,
}: DataManifest): Pick<DataManifest, "features" | "pendingFeatures"> {
  const now = (of: AppliedFeatures): AppliedFeatures => ({ ...of, format: FEATURE_FORMAT });
  if (pendingFeatures) return { features, pendingFeatures: now(pendingFeatures) };
  if (features.definitions.length === 0) return { features: now(features) };
  return features.format === FEATURE_FORMAT ? { features } : { features, pendingFeatures: now(features) };
}

function parseManifest(folder: string, text: string): DataManifest {
  const path = join(resolve(folder), FILE);
  try {
    const made = JSON.parse(text) as DataManifest; // written by us; the format number is checked next
    const manifest = {
      ...made,
      purposes: made.purposes ?? [], // earlier versions knew none
      ...featuresIn(made),
    };
    if (manifest.format === 1 && Number.isInteger(manifest.partitionCount)) return manifest;
  } catch {
    // told below
  }
  throw new PlatformError(
    "data-damaged",
    `${path} is not a manifest of format 1. Restore it, or delete the folder to start anew.`,
  );
}
