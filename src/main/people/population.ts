import { startThread } from "#base";
import { goalsOf, purposesOf, spokenTraitsOf } from "#declarations";
import type { InterestControl } from "#events";
import { forgetInSurvey, type ItemMap, muteInSurvey, type ServedPredictions, type Survey } from "#profiles";
import { FileBlobStore } from "#storage";
import { BackgroundLook } from "../folder/background-look.ts";
import { paths } from "../folder/data-folder.ts";
import type { Platform } from "../platform.ts";
import { keptItemMap } from "./item-map.ts";
import type { PopulationMessage, PopulationTask } from "./population-worker.ts";
import { keptPredictions } from "./predictions.ts";

/** @file What is known of everybody: looked at beside a running server, held in memory and asked by routes. */

const FIRST_MS = 5_000;
const LEAST_PAUSE_MS = 10 * 60_000;

/** Records a second from which on nobody is surveyed: people wait for those, and nobody for this. */
const BUSY_RECORDS = 1000;

type Heeded = Pick<InterestControl, "control" | "interestId"> & { readonly userId: string };

type SurveyedPlatform = Pick<Platform, "folder" | "manifest" | "config" | "log" | "identity">;

/** What people are asked about as a whole. */
export class Population {
  readonly #platform: SurveyedPlatform;
  readonly #look: BackgroundLook;
  /** In the log when it was last asked how busy it is. */
  #records = 0;
  #onNotice: (message: string) => void = () => {};
  /** What people said of interests since the last look, and before that since the one before it: a look under way may not have seen it. */
  #said: readonly [Heeded[], Heeded[]] = [[], []];
  /** Absent before the first look. */
  survey: Survey | undefined;
  map: ItemMap | undefined;
  /** Absent while there was too little to learn them from. */
  predictions: ServedPredictions | undefined;

  constructor(platform: SurveyedPlatform) {
    this.#platform = platform;
    this.#look = new BackgroundLook({
      start: (task) => startThread("population-worker", task),
      task: () => taskOf(platform),
      onMessage: (message) => this.#found(message as PopulationMessage), // the thread's own
      onError: (error) => this.#onNotice(`the people cannot be surveyed: ${String(error)}`),
      isBusy: () => this.#isBusy(),
      firstMs: FIRST_MS,
      leastPauseMs: LEAST_PAUSE_MS,
    });
  }

  /** Whether much came in since it was last asked. */
  #isBusy(): boolean {
    const { log } = this.#platform;
    const records = Array.from({ length: log.partitionCount }, (_, partition) => log.end(partition));
    const total = records.reduce((sum, end) => sum + end, 0);
    const came = total - this.#records;
    this.#records = total;
    return came > BUSY_RECORDS;
  }

  /** Takes what was kept: predictions and the map of items. */
  async load(): Promise<void> {
    const blobs = new FileBlobStore(paths.blobs(this.#platform.folder));
    this.predictions = await keptPredictions(blobs);
    this.map = await keptItemMap(blobs);
  }

  /** Looks again and again from now on. */
  start(onNotice: (message: string) => void): void {
    this.#onNotice = onNotice;
    this.#look.start();
  }

  /** Resolves when a look that begins now, or is under way, is over. */
  now(): Promise<void> {
    return this.#look.now();
  }

  hold(): Promise<() => void> {
    return this.#look.hold();
  }

  /** A muted or forgotten interest is not counted any more; whoever takes that back is counted again after the next look. */
  heed(userId: string, { control, interestId }: InterestControl): void {
    const heeded = { userId, control, interestId };
    this.#said[0].push(heeded);
    this.#apply([heeded]);
  }

  #apply(said: readonly Heeded[]): void {
    const { identity } = this.#platform;
    const newest = new Map(said.map((one) => [`${identity.personOf(one.userId)}\n${one.interestId}`, one]));
    for (const { userId, control, interestId } of newest.values())
      if (this.survey && control !== "unmute") muteInSurvey(this.survey, identity.idsOf(userId), interestId);
  }

  /** Nothing of these ids is counted any more; how many people there were. */
  forget(ids: readonly string[]): number {
    const isLeft = ({ userId }: Heeded): boolean => !ids.includes(userId);
    const [since, before] = this.#said;
    this.#said = [since.filter(isLeft), before.filter(isLeft)];
    return this.survey ? forgetInSurvey(this.survey, ids) : 0;
  }

  /** How many of the ids are counted. */
  count(ids: readonly string[]): number {
    const wanted = new Set(ids);
    return this.survey?.userIds.filter((userId) => userId !== "" && wanted.has(userId)).length ?? 0;
  }

  #found(message: PopulationMessage): void {
    if (message.kind === "failed") {
      this.#onNotice(`the people cannot be surveyed: ${message.message}; it is tried again`);
      return;
    }
    if (message.kind === "map") {
      this.map = message.map;
      this.predictions = message.predictions ?? this.predictions;
      return;
    }
    this.survey = message.survey;
    const [since, before] = this.#said;
    this.#apply([...before, ...since]);
    this.#said = [[], since];
  }
}

function taskOf({ folder, manifest, config }: SurveyedPlatform): PopulationTask {
  const { actions, clock, partitionCount } = manifest;
  return {
    folder,
    manifest: { actions, clock, partitionCount },
    purposes: purposesOf(config),
    goals: goalsOf(config),
    topics: config.topics ?? {},
    ...(config.traits && { traits: spokenTraitsOf(config) }),
  };
}
