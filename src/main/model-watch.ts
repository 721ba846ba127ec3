import { SECOND_MS, SystemClock } from "#base";
import { type ModelReference, type ModelsInService, modelReference, type ServedModels } from "#models";
import type { ItemKnowledge } from "#profiles";
import type { ItemIndexes } from "#recommendation";
import { type ModelsOfFolder, nextModels } from "./models/served-models.ts";
import type { Vectors } from "./models/vectors.ts";
import { factorsIn } from "./people/interests.ts";

/** Something that changed about which models answer. */
export interface ModelChange {
  readonly atMs: number;
  readonly kind: "in-service" | "out-of-service" | "refused";
  readonly model: ModelReference;
  /** Why it was refused. */
  readonly reason?: string;
}

export interface ModelWatchParts extends ModelsOfFolder {
  readonly inService: ModelsInService;
  readonly indexes: ItemIndexes;
  readonly vectors: Vectors;
  readonly knowledge: ItemKnowledge;
  /** Told in one sentence what changed, and what was refused. */
  readonly onNotice: (message: string) => void;
}

const LOOK_EVERY_MS = SECOND_MS;
/** After a look that failed. Reading a model may take long, so not at once. */
const RETRY_MS = 30 * SECOND_MS;
/** Changes that are told of. */
const REMEMBERED = 20;

/**
 * Watches which versions the folder has in service, for this process or another may have fitted or imported one. A new version is read and tried
 * beside the one that answers, and so is its index; then both change places with the old ones at once. What the old one holds is given back
 * after the last request that it answers. A version that fails changes nothing.
 */
export class ModelWatch {
  readonly #parts: ModelWatchParts;
  readonly #clock = new SystemClock();
  /** The newest first. */
  readonly #changes: ModelChange[] = [];
  readonly #counts = { "in-service": 0, "out-of-service": 0, refused: 0 };
  /** What was last said of which versions serve. */
  #seen: string | undefined;
  /** What kept the last look from its end; told once. */
  #trouble: string | undefined;
  #looking: Promise<void> = Promise.resolve();
  #freeing: Promise<unknown> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;

  constructor(parts: ModelWatchParts) {
    this.#parts = parts;
  }

  /** Looks every second from now on. */
  start(): void {
    this.#timer = setInterval(() => void this.look(), LOOK_EVERY_MS);
    this.#timer.unref();
  }

  get changes(): readonly ModelChange[] {
    return this.#changes;
  }

  /** Changes since the start, by kind. */
  get counts(): Readonly<Record<ModelChange["kind"], number>> {
    return this.#counts;
  }

  /** Resolves when what the folder has in service by now answers, or was refused. Never rejects. */
  look(): Promise<void> {
    this.#looking = this.#looking.then(() => this.#look());
    return this.#looking;
  }

  /** Resolves when nothing is being given back that answered before. */
  async settled(): Promise<void> {
    await this.#looking;
    await this.#freeing;
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#looking;
  }

  async #look(): Promise<void> {
    const { models, inService, onNotice } = this.#parts;
    try {
      const alias = await models.aliasText();
      if (alias === this.#seen) return;
      this.#seen = alias;
      const next = await nextModels(this.#parts, inService.current);
      for (const { model, reason } of next.refused) {
        this.#tell({ kind: "refused", model, reason });
        onNotice(`${model} does not answer, and what did goes on: ${reason}`);
      }
      if (next.models) await this.#swap(next.models);
      this.#trouble = undefined;
    } catch (error) {
      const seen = this.#seen;
      setTimeout(() => {
        if (this.#seen === seen) this.#seen = undefined; // the next look tries again
      }, RETRY_MS).unref();
      if (this.#trouble !== String(error))
        onNotice(`the models in service stay as they are for now: ${String(error)}`);
      this.#trouble = String(error);
    }
  }

  async #swap(next: ServedModels): Promise<void> {
    const { inService, indexes, vectors, knowledge, onNotice } = this.#parts;
    const before = inService.current;
    const factors = await factorsIn(next);
    const encoder = await vectors.of(inService).encoderOf(next);
    await encoder?.queue.encode({ itemRows: Uint32Array.of(0) }); // its thread reads it before anybody waits for that
    const takeIndex = await indexes.prepare(encoder);
    const free = inService.replace(next); // from here to the index nobody else has a turn
    const index = takeIndex();
    knowledge.learnFrom(factors);
    const came = missingFrom(next, before);
    const went = missingFrom(before, next);
    for (const model of went) this.#tell({ kind: "out-of-service", model });
    for (const model of came) this.#tell({ kind: "in-service", model });
    if (came.length > 0)
      onNotice(`${came.join(", ")} in service${went.length > 0 ? ` instead of ${went.join(", ")}` : ""}`);
    vectors.lookAgain();
    this.#freeing = Promise.all([this.#freeing, free])
      .then(() => Promise.all([index?.close(), ...went.map((model) => this.#give(before, next, model))]))
      .catch((error: unknown) => onNotice(`${went.join(", ")} still takes memory: ${String(error)}`));
  }

  /** Gives back what a model holds that answers no more. */
  async #give(before: ServedModels, next: ServedModels, reference: ModelReference): Promise<void> {
    if (next.read.has(reference)) return;
    this.#parts.vectors.forget(reference);
    const served = await before.read.get(reference);
    await served?.model.release?.();
  }

  #tell(change: Omit<ModelChange, "atMs">): void {
    this.#counts[change.kind]++;
    this.#changes.unshift({ atMs: this.#clock.nowMs(), ...change });
    this.#changes.length = Math.min(this.#changes.length, REMEMBERED);
  }
}

/** References of those that the other set does not have. */
function missingFrom(one: ServedModels, other: ServedModels): ModelReference[] {
  const known = new Set(other.ids.map(({ name, version }) => modelReference(name, version)));
  return one.ids
    .map(({ name, version }) => modelReference(name, version))
    .filter((model) => !known.has(model));
}
