import { randomUUID } from "node:crypto";
import { fileURLToPath } from "node:url";
import { type Clock, HistoricalClock, type ProgressListener, SystemClock } from "#base";
import {
  type Config,
  defaultConfig,
  propertyFaultFinder,
  purposesOf,
  type Retention,
  refreshHoursOf,
  sensitiveTopics,
} from "#declarations";
import {
  Actions,
  Catalogue,
  type DeadLetterReplay,
  type DeadLetters,
  followShared,
  IdentityGraph,
  Ingestion,
  type IngestionParts,
  Purposes,
  type ReplayedDeadLetters,
  replayDeadLetters,
  SHARED_PARTITION,
} from "#events";
import type { FeaturePlan } from "#features";
import type { Erasures } from "#governance";
import { type ModelId, ModelsInService } from "#models";
import type { Refreshed, VectorStore } from "#profiles";
import { ItemIndexes, type Recommender, type ServedLists } from "#recommendation";
import { readAllProgress } from "#sequences";
import { createServer, type Keys, type Server } from "#serving";
import {
  DiskRoom,
  FileBlobStore,
  type FolderLock,
  LmdbStateStore,
  type LogFollower,
  lockFolder,
  type SegmentedEventLog,
  type StateStore,
} from "#storage";
import { HealthWatch } from "./features/feature-health.ts";
import { planOf } from "./features/features.ts";
import { LazyServedLog } from "./features/served-features.ts";
import type { FitListeners } from "./fitting/fit.ts";
import {
  coldStartModelOf,
  fitAndServe,
  fitBeside,
  type ServedManifests,
  type ServingPlace,
  serveFitted,
} from "./fitting/fit-folder.ts";
import type { ModelToFit } from "./fitting/fit-worker.ts";
import { type DataManifest, paths, readManifest, writeManifest } from "./folder/data-folder.ts";
import { openDeadLetters } from "./folder/dead-letters.ts";
import { type Declared, declaredBy, numberPurposes } from "./folder/declared.ts";
import { BackgroundLake } from "./folder/lake.ts";
import { LakeReader } from "./folder/lake-reader.ts";
import { openLog } from "./folder/open-log.ts";
import { LogRetention, segmentBytesFor } from "./folder/retention.ts";
import { openServedLists } from "./lists/discovery.ts";
import type { ModelManifest } from "./models/model-manifest.ts";
import { ModelStore } from "./models/model-store.ts";
import { servedModels } from "./models/served-models.ts";
import { openVectorStore, Vectors } from "./models/vectors.ts";
import { Population } from "./people/population.ts";
import { type Answers, createServices, openAnswers } from "./services.ts";
import { BackgroundApplier } from "./upkeep/apply.ts";
import { createErasures, resumeErasures } from "./upkeep/erase.ts";
import { openManifest } from "./upkeep/open-manifest.ts";

/** @file The composition root: one folder in, one wired platform out. */

export interface PlatformOptions {
  readonly folder: string;
  /** What the application declares; default: the built-in actions, everything else open. */
  readonly config?: Config;
  /** Of a folder made now; an existing one keeps its own. Without it only an existing folder opens. */
  readonly create?: Omit<DataManifest, "format" | "partitionCount" | "imported" | keyof Declared>;
  /** False: what is acknowledged survives the death of the process, and perhaps not that of the machine. Default: true. */
  readonly isDurable?: boolean;
  readonly progress: ProgressListener;
  /** Told in one sentence when something was mended, or failed and is tried again. */
  readonly onNotice: (message: string) => void;
}

/** The built console, the same seen from `src` and from `dist`. */
const CONSOLE = fileURLToPath(new URL("../../dist/console", import.meta.url));
/** EASE keeps items x items weights; beyond this many items its matrix no longer fits beside everything else. */
const EASE_ITEMS = 12_000;

export class Platform {
  readonly folder: string;
  /** What the application declares. */
  readonly config: Config;
  readonly clock: Clock;
  readonly log: SegmentedEventLog;
  readonly state: StateStore;
  readonly catalogue: Catalogue;
  readonly identity: IdentityGraph;
  readonly actions: Actions;
  readonly purposes: Purposes;
  /** Tags that nothing is said of. */
  readonly isSensitive: (tag: string) => boolean;
  /** What drops old segments of the log, where that is asked for. */
  readonly retention: LogRetention | undefined;
  readonly applier: BackgroundApplier;
  readonly ingestion: Ingestion;
  readonly deadLetters: DeadLetters;
  /** Recommendations that were given. */
  readonly servedLists: ServedLists;
  readonly models: ModelStore;
  /** Whether what is served of the features is what the log says. */
  readonly health = new HealthWatch(this);
  readonly population = new Population(this);
  /** What was served and asked to be kept. */
  readonly servedFeatures: LazyServedLog;
  readonly vectors: Vectors;
  /** The items as vectors, where a model in service makes any. */
  readonly itemIndexes: ItemIndexes;
  readonly erasures: Erasures;
  #manifest: DataManifest;
  #fault: string | undefined;
  #lake: BackgroundLake | undefined;
  readonly #lakeReader: LakeReader;
  #answers: Answers | undefined;
  #recommender: Recommender | undefined;
  /** Resolves when the server makes its first list as quickly as any after it. */
  readonly rehearse = async (): Promise<void> => this.#recommender?.rehearse();
  readonly #onNotice: (message: string) => void;
  readonly #ingestionParts: IngestionParts;
  readonly #lock: FolderLock;
  readonly #room: DiskRoom;
  readonly #sharedFollower: LogFollower;

  private constructor(parts: {
    folder: string;
    manifest: DataManifest;
    lock: FolderLock;
    room: DiskRoom;
    clock: Clock;
    log: SegmentedEventLog;
    state: StateStore;
    catalogue: Catalogue;
    identity: IdentityGraph;
    sharedFollower: LogFollower;
    actions: Actions;
    deadLetters: DeadLetters;
    servedLists: ServedLists;
    config: Config;
    applier: BackgroundApplier;
    vectors: VectorStore;
    served: LazyServedLog;
    onNotice: (message: string) => void;
  }) {
    this.folder = parts.folder;
    this.#onNotice = parts.onNotice;
    this.clock = parts.clock;
    this.log = parts.log;
    this.state = parts.state;
    this.catalogue = parts.catalogue;
    this.identity = parts.identity;
    this.actions = parts.actions;
    const { retention } = parts.config;
    this.purposes = new Purposes(purposesOf(parts.config));
    this.isSensitive = sensitiveTopics(parts.config.topics);
    this.retention = retention && this.#retainBy(retention, parts.onNotice);
    this.applier = parts.applier;
    this.deadLetters = parts.deadLetters;
    this.servedLists = parts.servedLists;
    this.config = parts.config;
    this.#manifest = parts.manifest;
    this.#lock = parts.lock;
    this.#room = parts.room;
    this.servedFeatures = parts.served;
    this.#lakeReader = new LakeReader(paths.lake(parts.folder));
    this.models = new ModelStore(new FileBlobStore(paths.blobs(parts.folder)));
    this.#sharedFollower = parts.sharedFollower;
    this.itemIndexes = new ItemIndexes(parts);
    this.vectors = new Vectors({
      ...parts,
      store: parts.vectors,
      purposes: this.purposes,
      reflected: () => {
        const applied = this.applier.appliedOffsets();
        return applied.with(SHARED_PARTITION, this.#sharedFollower.position);
      },
    });
    this.erasures = createErasures({
      ...parts,
      population: this.population,
      lake: () => this.#lake,
      hold: () => this.#hold(),
    });
    const applied = (partition: number, offset: number): Promise<void> =>
      partition === SHARED_PARTITION
        ? this.#sharedFollower.reached(offset)
        : this.applier.applied(partition, offset);
    const { deadLetters, servedLists: _, config, vectors: _vectors, served: _served, ...others } = parts;
    this.#ingestionParts = {
      ...others,
      faults: propertyFaultFinder(config),
      applied,
      newEventId: randomUUID,
      onControl: (userId, control) => this.population.heed(userId, control),
    };
    this.ingestion = new Ingestion({ ...this.#ingestionParts, deadLetters });
  }

  /** What a folder holds, without opening it: `undefined` when it is new. */
  static peek(folder: string): Promise<DataManifest | undefined> {
    return readManifest(folder);
  }

  /**
   * Opens the folder, makes it when it is new, mends what a crash left, and brings state level with the log.
   * @throws PlatformError `data-locked`, `data-damaged`, `data-mismatch`
   */
  static async open(options: PlatformOptions): Promise<Platform> {
    const { folder, isDurable = true, progress, onNotice } = options;
    const config: Config = options.config ?? defaultConfig;
    const declared = declaredBy(config);
    const lock = await lockFolder(folder);
    try {
      const manifest = await openManifest(options, config, declared);
      const clock = manifest.clock === "historical" ? new HistoricalClock(0) : new SystemClock();
      const { partitionCount } = manifest;
      const survivesMachine = config.retention !== undefined; // the log alone cannot give back what it drops
      const state = new LmdbStateStore(paths.state(folder), clock, { survivesMachine });
      if (state.wasLost)
        onNotice("state is built again: the machine went down, or this is a copy of a folder in use");
      const acknowledged = (await readAllProgress(state, partitionCount)).map(({ offset }) => offset);
      const logOptions = {
        ...{ partitionCount, acknowledged, isDurable, onRecovery: onNotice },
        segmentBytes: segmentBytesFor(config.retention ?? {}, partitionCount),
      };
      const log = await openLog(folder, logOptions, state);
      const deadLetters = await openDeadLetters(folder, { onNotice });
      const servedLists = await openServedLists(folder, { onNotice });
      const catalogue = new Catalogue();
      const identity = new IdentityGraph();
      const actions = new Actions(declared.actions);
      const trouble = (error: unknown): void => onNotice(`the catalogue cannot be read: ${String(error)}`);
      const sharedFollower = followShared(log, { catalogue, identity }, trouble);
      await sharedFollower.catchUp(() => {});
      await numberPurposes(log, catalogue, declared.purposes);
      sharedFollower.start();
      await sharedFollower.reached(log.end(SHARED_PARTITION));
      const served = new LazyServedLog(folder, onNotice);
      // Before state is brought level with the log, which may have events that were to be erased.
      const vectors = openVectorStore(folder);
      const kept = { deadLetters, servedLists, vectors, served };
      await resumeErasures({ folder, log, state, identity, actions, ...kept, onNotice });
      const applier = await BackgroundApplier.start({
        ...{ folder, log, state, survivesMachine, progress, onNotice },
        declared: declared.actions,
        features: manifest.features,
      });
      clock.observe(applier.newestMs);
      const parts = {
        folder,
        manifest,
        lock,
        room: await DiskRoom.watch(folder),
        clock,
        log,
        state,
        catalogue,
        identity,
        sharedFollower,
        actions,
        deadLetters,
        servedLists,
        config,
        applier,
        vectors,
        served,
        onNotice,
      };
      return new Platform(parts);
    } catch (error) {
      await lock.release();
      throw error;
    }
  }

  /** The features that state has of everybody. */
  get plan(): FeaturePlan {
    return planOf(this.#manifest, this.config.topics);
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
    return coldStartModelOf(this.#manifest);
  }

  /** Fits and puts in service the models this folder needs, unless some are in service already. */
  async ensureModels(progress: ProgressListener, abort?: AbortSignal): Promise<void> {
    if (await this.models.serving()) return;
    const personal = this.catalogue.itemCount <= EASE_ITEMS ? "ease" : "item-knn";
    await this.fit([{ name: personal }, { name: this.coldStartModel }], {
      progress,
      ...(abort && { abort }),
    });
  }

  /** Fits two models and puts them in service: one for people with a history, one for the others. A server of this platform has them answer. */
  async fit(
    models: readonly [personal: ModelToFit, coldStart: ModelToFit],
    listeners: FitListeners,
  ): Promise<ServedManifests> {
    const release = await this.retention?.hold();
    const served = await fitAndServe(this, models, listeners).finally(release);
    await this.followModels();
    await this.refreshVectors(listeners.progress);
    return served;
  }

  /** Fits a model and keeps it, out of service. */
  async fitBeside(model: ModelToFit, listeners: FitListeners): Promise<ModelManifest> {
    const release = await this.retention?.hold();
    return fitBeside(this, model, listeners).finally(release);
  }

  /** Puts a fitted version in service. */
  async serve(fitted: ModelId, place: ServingPlace): Promise<void> {
    await serveFitted(this.models, fitted, place);
    await this.followModels();
  }

  /** Resolves when a server of this platform answers by what is in service by now, as it comes to do by itself within a second. */
  async followModels(): Promise<void> {
    await this.#answers?.watch.look();
  }

  /** Brings the long-term vectors up to date; `undefined` when no model in service makes any. */
  async refreshVectors(progress: ProgressListener): Promise<Refreshed | undefined> {
    return this.vectors.refresh(await this.#answering(), progress);
  }

  /** As `refreshVectors`, from now on whenever it is due, by the models of the server. */
  async keepVectorsFresh(): Promise<void> {
    this.vectors.keepFresh(await this.#answering(), refreshHoursOf(this.config));
  }

  /** The models of the server, or those that one would begin with. */
  async #answering(): Promise<ModelsInService> {
    return this.#answers?.inService ?? new ModelsInService(await servedModels(this));
  }

  /** Sends dead letters through the one way in again, by the declarations of now. */
  replayDeadLetters(options: DeadLetterReplay): Promise<ReplayedDeadLetters> {
    return replayDeadLetters(this.deadLetters, new Ingestion(this.#ingestionParts), this.clock, options);
  }

  /** The HTTP server over this platform. Models must be in service. */
  async createServer(keys: Keys): Promise<Server> {
    await this.#answers?.close();
    const answers = await openAnswers(this, this.#onNotice);
    const services = await createServices(this, answers);
    this.#answers = answers;
    this.#recommender = services.recommender;
    answers.start();
    return createServer(services, {
      keys,
      logLevel: "warn",
      consoleFolder: CONSOLE,
    });
  }

  /** What keeps the platform from serving, in one sentence; `undefined` when nothing does. */
  fault(): string | undefined {
    return this.#fault ?? this.#room.fault() ?? this.applier.fault();
  }

  /** Answers questions about the whole population; `undefined` while it is not written. */
  get lake(): LakeReader | undefined {
    return this.#lake && this.#lakeReader;
  }

  /** Lays events down in the lake from now on, behind the state, in a thread of its own. */
  followWithLake(onNotice: (message: string) => void): void {
    const { partitionCount } = this.#manifest;
    // Not while a person is erased, for the thread reads what is written anew then.
    void this.erasures.settled().then(() => {
      if (this.#fault !== undefined) return;
      const lake = new BackgroundLake(
        {
          folder: this.folder,
          partitionCount,
          applied: this.applier.appliedOffsets(),
          survivesMachine: this.retention !== undefined,
        },
        onNotice,
      );
      this.applier.onApplied((partition, offset) => lake.extend(partition, offset));
      this.#lake = lake;
    });
  }

  /** Keeps everybody else from log and state until what it returns is called; events are still let in, and wait. */
  async #hold(): Promise<() => Promise<void>> {
    const holds = [
      await this.health.hold(),
      await this.population.hold(),
      await this.vectors.hold(),
      await this.retention?.hold(),
    ];
    const release = (): void => {
      for (const letGo of holds) letGo?.();
    };
    try {
      const resume = await this.#holdThreads();
      return () => resume().finally(release);
    } catch (error) {
      release();
      throw error;
    }
  }

  async #holdThreads(): Promise<() => Promise<void>> {
    const lake = this.#lake;
    await lake?.pause();
    try {
      await this.applier.pause();
    } catch (error) {
      await lake?.resume();
      throw error;
    }
    return async () => {
      try {
        await this.applier.resume();
      } finally {
        await lake?.resume();
      }
    };
  }

  #retainBy(policy: Retention, onNotice: (message: string) => void): LogRetention {
    return new LogRetention({
      log: this.log,
      policy,
      clock: new SystemClock(),
      taken: async () => {
        const applied = await this.applier.durableOffsets();
        return applied.map((offset, partition) => Math.min(offset, this.#lake?.written(partition) ?? 0));
      },
      onDropped: (partition, offset) => {
        this.applier.drop(partition, offset);
        this.#lake?.drop(partition, offset);
      },
      onNotice,
    });
  }

  /** Finishes what was accepted and lets go of the folder. */
  async close(): Promise<void> {
    this.#fault = "stopping";
    this.#room.close();
    // An erasure may wait for an applier that waits for room: the next start does it.
    if (this.applier.fault() !== undefined) await this.applier.close();
    await this.erasures.close();
    await this.health.hold();
    await this.population.hold();
    await this.#answers?.close();
    await this.itemIndexes.close();
    await this.vectors.close();
    await this.servedFeatures.close();
    await this.retention?.close();
    await this.#lakeReader.close();
    await this.#lake?.close();
    await this.applier.close();
    await this.#sharedFollower.close();
    await this.log.close();
    await this.deadLetters.close();
    await this.servedLists.close();
    await this.state.close();
    await this.#lock.release();
  }
}
