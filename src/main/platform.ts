import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { type Clock, HistoricalClock, PlatformError, type ProgressListener, SystemClock } from "#base";
import { Actions, Catalogue, followShared, IdentityGraph, Ingestion, SHARED_PARTITION } from "#events";
import { Recommender } from "#recommendation";
import { readAllProgress } from "#sequences";
import { createServer, type Keys, Metrics, type Server, type Services } from "#serving";
import {
  FileBlobStore,
  type FolderLock,
  LmdbStateStore,
  type LogFollower,
  lockFolder,
  SegmentedEventLog,
  type SegmentedEventLogOptions,
  type StateStore,
} from "#storage";
import { BackgroundApplier } from "./apply.ts";
import { type DataManifest, paths, readManifest, writeManifest } from "./data-folder.ts";
import { fitInWorker } from "./fit.ts";
import { BackgroundLake } from "./lake.ts";
import { type ModelManifest, ModelStore } from "./model-store.ts";

/** @file The composition root: one folder in, one wired platform out. */

export interface PlatformOptions {
  readonly folder: string;
  /** Of a folder made now; an existing one keeps its own. Without it only an existing folder opens. */
  readonly create?: Omit<DataManifest, "format" | "partitionCount" | "imported">;
  readonly progress: ProgressListener;
  /** Told in one sentence when something was mended, or failed and is tried again. */
  readonly onNotice: (message: string) => void;
}

export interface ServedManifests {
  readonly personal: ModelManifest;
  readonly coldStart: ModelManifest;
}

/** One partition for the catalogue and four for users: users never move, so this is fixed when a folder is made. */
const PARTITIONS = 5;
/** EASE keeps items x items weights; beyond this many items its matrix no longer fits beside everything else. */
const EASE_ITEMS = 12_000;

export class Platform {
  readonly folder: string;
  readonly clock: Clock;
  readonly log: SegmentedEventLog;
  readonly state: StateStore;
  readonly catalogue: Catalogue;
  readonly identity: IdentityGraph;
  readonly actions: Actions;
  readonly applier: BackgroundApplier;
  readonly ingestion: Ingestion;
  readonly models: ModelStore;
  #manifest: DataManifest;
  #fault: string | undefined;
  #lake: BackgroundLake | undefined;
  readonly #lock: FolderLock;
  readonly #sharedFollower: LogFollower;

  private constructor(parts: {
    folder: string;
    manifest: DataManifest;
    lock: FolderLock;
    clock: Clock;
    log: SegmentedEventLog;
    state: StateStore;
    catalogue: Catalogue;
    identity: IdentityGraph;
    sharedFollower: LogFollower;
    actions: Actions;
    applier: BackgroundApplier;
  }) {
    this.folder = parts.folder;
    this.clock = parts.clock;
    this.log = parts.log;
    this.state = parts.state;
    this.catalogue = parts.catalogue;
    this.identity = parts.identity;
    this.actions = parts.actions;
    this.applier = parts.applier;
    this.#manifest = parts.manifest;
    this.#lock = parts.lock;
    this.models = new ModelStore(new FileBlobStore(paths.blobs(parts.folder)));
    this.#sharedFollower = parts.sharedFollower;
    const applied = (partition: number, offset: number): Promise<void> =>
      partition === SHARED_PARTITION
        ? this.#sharedFollower.reached(offset)
        : this.applier.applied(partition, offset);
    this.ingestion = new Ingestion({ ...parts, applied, newEventId: randomUUID });
  }

  /** What a folder holds, without opening it: `undefined` when it is new. */
  static peek(folder: string): Promise<DataManifest | undefined> {
    return readManifest(folder);
  }

  /** Lets a filled folder take in another source; ids keep a repeated one from adding anything. */
  static async beginImport(folder: string): Promise<void> {
    const manifest = await readManifest(folder);
    if (manifest)
      await writeManifest(folder, { ...manifest, imported: { messages: 0, rejected: 0, isComplete: false } });
  }

  /**
   * Opens the folder, makes it when it is new, mends what a crash left, and brings state level with the log.
   * @throws PlatformError `data-locked`, `data-damaged`, `data-mismatch`
   */
  static async open({ folder, create, progress, onNotice }: PlatformOptions): Promise<Platform> {
    const lock = await lockFolder(folder);
    try {
      const manifest = (await readManifest(folder)) ?? (create && (await createManifest(folder, create)));
      if (!manifest) throw new PlatformError("no-data", `${folder} is empty; fill it with: inkling import`);
      const clock = manifest.clock === "historical" ? new HistoricalClock(0) : new SystemClock();
      const { partitionCount } = manifest;
      const state = new LmdbStateStore(paths.state(folder), clock);
      const acknowledged = (await readAllProgress(state, partitionCount)).map(({ offset }) => offset);
      const log = await openLog(folder, { partitionCount, acknowledged, onRecovery: onNotice }, state);
      const catalogue = new Catalogue();
      const identity = new IdentityGraph();
      const actions = new Actions();
      const trouble = (error: unknown): void => onNotice(`the catalogue cannot be read: ${String(error)}`);
      const sharedFollower = followShared(log, { catalogue, identity }, trouble);
      await sharedFollower.catchUp(() => {});
      sharedFollower.start();
      const applier = await BackgroundApplier.start({ folder, log, state, progress, onNotice });
      clock.observe(applier.newestMs);
      const parts = {
        folder,
        manifest,
        lock,
        clock,
        log,
        state,
        catalogue,
        identity,
        sharedFollower,
        actions,
        applier,
      };
      return new Platform(parts);
    } catch (error) {
      await lock.release();
      throw error;
    }
  }

  get manifest(): DataManifest {
    return this.#manifest;
  }

  async recordImport(imported: DataManifest["imported"]): Promise<void> {
    this.#manifest = { ...this.#manifest, imported };
    await writeManifest(this.folder, this.#manifest);
  }

  /** The model that answers people without a history: what is popular lately, where times mean something. */
  get coldStartModel(): string {
    return this.#manifest.areTimesMadeUp ? "popularity" : "recent-popularity";
  }

  /** Fits and puts in service the models this folder needs, unless some are in service already. */
  async ensureModels(progress: ProgressListener, abort?: AbortSignal): Promise<void> {
    if (await this.models.serving()) return;
    const personal = this.catalogue.itemCount <= EASE_ITEMS ? "ease" : "item-knn";
    await this.fit([personal, this.coldStartModel], progress, abort);
  }

  /** Fits two models and puts them in service: one for people with a history, one for the others. */
  async fit(
    [personal, coldStart]: readonly [string, string],
    progress: ProgressListener,
    abort?: AbortSignal,
  ): Promise<ServedManifests> {
    const { partitionCount, seed } = this.#manifest;
    const task = {
      folder: this.folder,
      partitionCount,
      seed,
      models: [{ name: personal }, { name: coldStart }],
    };
    const manifests = await fitInWorker(task, progress, abort);
    const served = { personal: manifests[0]!, coldStart: manifests[1]! }; // one for each model asked for
    await this.models.serve(served);
    return served;
  }

  /** The HTTP server over this platform. Models must be in service. */
  async createServer(keys: Keys): Promise<Server> {
    const serving = await this.models.serving();
    if (!serving) throw new PlatformError("no-data", "no model is in service; fit one with: inkling train");
    const [personal, coldStart] = await Promise.all([
      this.models.load(serving.personal),
      this.models.load(serving.coldStart),
    ]);
    const { state, catalogue, identity, actions, clock, ingestion, applier } = this;
    const services: Services = {
      clock,
      state,
      catalogue,
      identity,
      actions,
      ingestion,
      recommender: new Recommender({ state, catalogue, identity, actions, personal, coldStart }),
      metrics: new Metrics({
        inkling_items: { help: "Items in the catalogue", read: () => catalogue.itemCount },
        inkling_lag_records: {
          help: "Records in the log that state does not show yet",
          read: () => applier.lag(),
        },
        inkling_now_seconds: { help: "The platform's clock", read: () => clock.nowMs() / 1000 },
      }),
      about: {
        name: "inkling",
        version: await readVersion(),
        dataset: this.#manifest.dataset,
        areTimesMadeUp: this.#manifest.areTimesMadeUp,
      },
      fault: () => this.#fault ?? applier.fault(),
      lagRecords: () => applier.lag(),
      newRecommendationId: randomUUID,
    };
    return createServer(services, { keys, logLevel: "warn" });
  }

  /** Lays events down in the lake from now on, behind the state, in a thread of its own. */
  followWithLake(onNotice: (message: string) => void): void {
    const { partitionCount } = this.#manifest;
    const lake = new BackgroundLake(
      { folder: this.folder, partitionCount, applied: this.applier.appliedOffsets() },
      onNotice,
    );
    this.applier.onApplied((partition, offset) => lake.extend(partition, offset));
    this.#lake = lake;
  }

  /** Finishes what was accepted and lets go of the folder. */
  async close(): Promise<void> {
    this.#fault = "stopping";
    await this.#lake?.close();
    await this.applier.close();
    await this.#sharedFollower.close();
    await this.log.close();
    await this.state.close();
    await this.#lock.release();
  }
}

/** Refused by the log, state is let go of too, so that the folder can be opened again in this process. */
async function openLog(
  folder: string,
  options: SegmentedEventLogOptions,
  state: StateStore,
): Promise<SegmentedEventLog> {
  try {
    return await SegmentedEventLog.open(paths.log(folder), options);
  } catch (error) {
    await state.close();
    throw error;
  }
}

async function createManifest(
  folder: string,
  create: NonNullable<PlatformOptions["create"]>,
): Promise<DataManifest> {
  const imported = { messages: 0, rejected: 0, isComplete: create.dataset === null };
  const manifest: DataManifest = { format: 1, ...create, partitionCount: PARTITIONS, imported };
  await writeManifest(folder, manifest);
  return manifest;
}

/** From package.json: the only place that states it. */
async function readVersion(): Promise<string> {
  const { version } = JSON.parse(await readFile(new URL("../../package.json", import.meta.url), "utf8")) as {
    version: string;
  };
  return version;
}
