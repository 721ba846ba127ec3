import { type Clock, HOUR_MS, isDue, MINUTE_MS, type ProgressListener, SystemClock } from "#base";
import type { Actions, Catalogue, IdentityGraph, Purposes } from "#events";
import {
  type ModelId,
  type ModelReference,
  type ModelsInService,
  modelReference,
  type VectorEncoder,
} from "#models";
import { EncodeQueue, type Refreshed, refreshVectors, UserVectors, VectorStore } from "#profiles";
import type { History } from "#sequences";
import { type EventLog, LmdbStateStore, type StateStore } from "#storage";
import { paths } from "../folder/data-folder.ts";
import type { LaterItem } from "./encode-worker.ts";
import { EncoderThread } from "./encoder-thread.ts";

/** @file Vectors of people in one data folder: the thread that encodes, the store of long-term ones, and what keeps that fresh. */

export interface VectorsParts {
  readonly folder: string;
  readonly log: EventLog;
  readonly state: StateStore;
  readonly catalogue: Catalogue;
  readonly identity: IdentityGraph;
  readonly actions: Actions;
  readonly purposes: Purposes;
  readonly clock: Clock;
  readonly store: VectorStore;
  /** Per partition of the log, up to where state and identity reflect it. */
  readonly reflected: () => readonly number[];
  readonly onNotice: (message: string) => void;
}

export function openVectorStore(folder: string): VectorStore {
  return new VectorStore(new LmdbStateStore(paths.vectors(folder), new SystemClock()));
}

const LOOK_EVERY_MS = MINUTE_MS;

export class Vectors {
  readonly #parts: VectorsParts;
  readonly #thread: EncoderThread;
  readonly #queues = new Map<ModelReference, EncodeQueue>();
  /** Those that are in service no more. */
  readonly #forgotten = new Set<ModelReference>();
  readonly #clock = new SystemClock(); // a vector ages by the wall, also where the platform's clock stands
  /** Whoever comes next waits for this. */
  #turn: Promise<void> = Promise.resolve();
  /** One refresh after the other. */
  #passes: Promise<unknown> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;
  #lookAgain: () => void = () => {};
  #work: Promise<unknown> = Promise.resolve();
  #isClosing = false;

  constructor(parts: VectorsParts) {
    this.#parts = parts;
    this.#thread = new EncoderThread(parts.folder);
  }

  /** Vectors by the models in service. */
  of(models: ModelsInService): UserVectors {
    return new UserVectors({ ...this.#parts, models, queueOf: (id, encoder) => this.#queueOf(id, encoder) });
  }

  /**
   * Computes the long-term vectors of those who were active since the last time, by the first model in service that makes any.
   * `undefined` when none does. Stops between two steps when this closes; the next refresh goes on from there.
   */
  refresh(models: ModelsInService, progress: ProgressListener): Promise<Refreshed | undefined> {
    const pass = this.#passes.then(() => this.#pass(models, progress));
    this.#passes = pass.catch(() => {}); // whoever asked for it is told
    return pass;
  }

  async #pass(models: ModelsInService, progress: ProgressListener): Promise<Refreshed | undefined> {
    const encoder = await this.of(models).encoder();
    if (!encoder) return undefined;
    const steps = refreshVectors({ ...this.#parts, encoder });
    let last: Refreshed | undefined;
    for (;;) {
      const step = await this.#inTurn(async () => (this.#isClosing ? undefined : steps.next()));
      if (!step || step.done) return last;
      last = step.value;
      const { people, total = people } = last;
      progress({ stage: "vectors of people", done: people, total });
    }
  }

  /** Refreshes from now on whenever the last time is that long ago, and at once when the model is a new one. */
  keepFresh(models: ModelsInService, everyHours: number): void {
    const look = async (): Promise<void> => {
      if (await this.#isDue(models, everyHours * HOUR_MS)) await this.refresh(models, () => {});
    };
    this.#lookAgain = (): void => {
      this.#work = this.#work
        .then(look)
        .catch((error: unknown) =>
          this.#parts.onNotice(`vectors stay as they are: ${String(error)}; it is tried again`),
        );
    };
    this.#timer = setInterval(() => this.#lookAgain(), LOOK_EVERY_MS);
    this.#timer.unref();
    this.#lookAgain();
  }

  /** A refresh that is due by now does not wait for the next minute: the models in service are others. */
  lookAgain(): void {
    this.#lookAgain();
  }

  /** Resolves when the refresh that was due is done, or has failed. */
  async settled(): Promise<void> {
    await this.#work;
  }

  async #isDue(models: ModelsInService, everyMs: number): Promise<boolean> {
    const encoder = await this.of(models).encoder();
    if (!encoder || this.#isClosing) return false;
    const last = await this.#parts.store.progress();
    if (last?.version !== encoder.version || last.finishedMs === undefined) return true;
    return isDue(last.finishedMs, everyMs, this.#clock.nowMs());
  }

  /** How many of the ids have a long-term vector. */
  count(ids: readonly string[]): Promise<number> {
    return this.#parts.store.count(ids);
  }

  /** One queue for each version of a model: who asks now goes before the refresh. */
  #queueOf(id: ModelId, { learnedItems }: VectorEncoder): EncodeQueue {
    const reference = modelReference(id.name, id.version);
    const known = this.#queues.get(reference);
    const queue =
      known ??
      new EncodeQueue(async (histories) => {
        const later = laterItems(histories, learnedItems, this.#parts.catalogue);
        const vectors = await this.#thread.encode(id, histories, later);
        if (this.#forgotten.has(reference)) this.#thread.forget(reference); // it was read anew for who still asked
        return vectors;
      });
    this.#queues.set(reference, queue);
    this.#forgotten.delete(reference);
    return queue;
  }

  /** Lets go of a version that is in service no more. Who still asks it is answered. */
  forget(reference: ModelReference): void {
    if (!this.#queues.delete(reference)) return;
    this.#forgotten.add(reference);
    this.#thread.forget(reference);
  }

  /** Nothing is written until what it returns is called. */
  async hold(): Promise<() => void> {
    const before = this.#turn;
    let release = (): void => {};
    this.#turn = new Promise((resolve) => {
      release = resolve;
    });
    await before;
    return release;
  }

  async #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const release = await this.hold();
    return work().finally(release);
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    clearInterval(this.#timer);
    await this.#inTurn(async () => {}); // whoever refreshes is between two steps, and takes no other
    await this.#work;
    await this.#thread.close();
    await this.#parts.store.close();
  }
}

/** What the items that came after the fit are described by, of those in the histories: the thread has no catalogue. */
function laterItems(histories: readonly History[], learned: number, catalogue: Catalogue): LaterItem[] {
  const rows = new Set(histories.flatMap(({ itemRows }) => [...itemRows].filter((row) => row >= learned)));
  return Array.from(rows, (itemRow) => {
    const { tags, title, text, vector } = catalogue.at(itemRow);
    const content = { tags, ...(title && { title }), ...(text && { text }), ...(vector && { vector }) };
    return { itemRow, content };
  });
}
