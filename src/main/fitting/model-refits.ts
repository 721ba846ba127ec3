import { type Clock, HOUR_MS, isDue, MINUTE_MS, PlatformError } from "#base";
import { type ModelId, modelReference, models as trainable } from "#models";
import type { EventLog } from "#storage";
import type { ModelManifest } from "../models/model-manifest.ts";
import type { ModelStore } from "../models/model-store.ts";
import type { TrainingRuns } from "./training-runs.ts";

export interface ModelRefitsParts {
  /** Hours from one fit of a model to the next. */
  readonly everyHours: number;
  readonly runs: Pick<TrainingRuns, "start" | "settled">;
  readonly models: ModelStore;
  readonly log: Pick<EventLog, "end">;
  /** Puts a version where the one of its name was. */
  readonly serveInPlace: (fitted: ModelId) => Promise<void>;
  /** Of the wall: fits are dated by it. */
  readonly clock: Clock;
  readonly onNotice: (message: string) => void;
}

const LOOK_EVERY_MS = MINUTE_MS;
/** A fit that failed is tried again after so long at the earliest. */
const RETRY_MS = HOUR_MS;
/** A version whose own validation is below this share of what the one before it had stays out of service. */
const LEAST_SHARE_KEPT = 0.5;

/**
 * Fits each model in service anew, with the settings it has, when its fit is old and events came since; the new version takes its place. What was
 * refitted before the one that is replaced is removed, so that a folder does not grow by a version a day; what people fitted stays.
 */
export class ModelRefits {
  readonly #parts: ModelRefitsParts;
  /** Model -> when it may be tried again. */
  readonly #notBefore = new Map<string, number>();
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> = Promise.resolve();
  #isClosing = false;

  constructor(parts: ModelRefitsParts) {
    this.#parts = parts;
  }

  /** Looks every minute from now on. */
  start(): void {
    this.#timer = setInterval(() => void this.look(), LOOK_EVERY_MS);
    this.#timer.unref();
  }

  /** Resolves when everything that is due by now is fitted, or failed. Never rejects. */
  look(): Promise<void> {
    this.#looking = this.#looking
      .then(() => this.#look())
      .catch((error: unknown) =>
        this.#parts.onNotice(`no model was looked at for its age: ${String(error)}`),
      );
    return this.#looking;
  }

  /** After the fit under way, which whoever closes may have stopped. */
  async close(): Promise<void> {
    this.#isClosing = true;
    clearInterval(this.#timer);
    await this.#looking;
  }

  async #look(): Promise<void> {
    const { models, clock, onNotice } = this.#parts;
    const serving = await models.serving();
    for (const id of serving ? [serving.personal, serving.coldStart, ...serving.others] : []) {
      const nowMs = clock.nowMs();
      if (this.#isClosing || nowMs < (this.#notBefore.get(id.name) ?? 0)) continue;
      try {
        const manifest = await models.manifest(id);
        if (this.#isDue(manifest, nowMs)) await this.#refit(manifest);
      } catch (error) {
        if (error instanceof PlatformError && error.code === "already-training") return; // the next look finds it due
        this.#notBefore.set(id.name, nowMs + RETRY_MS);
        onNotice(
          `${modelReference(id.name, id.version)} stays in service, its refit failed: ${String(error)}`,
        );
      }
    }
  }

  #isDue({ kind, name, madeAt, logOffsets }: ModelManifest, nowMs: number): boolean {
    const { everyHours, log } = this.#parts;
    if (kind !== name || !trainable.some((model) => model.name === kind)) return false; // made elsewhere
    const isOld = madeAt === null || isDue(Date.parse(madeAt), everyHours * HOUR_MS, nowMs);
    return isOld && logOffsets.some(([, end], partition) => log.end(partition) > end);
  }

  async #refit(before: ModelManifest): Promise<void> {
    const { runs, models, serveInPlace, clock, everyHours, onNotice } = this.#parts;
    const { name, config, version: refitOf } = before;
    const run = await runs.start({ model: name, config: { ...config } }, refitOf);
    await runs.settled();
    if (run.status === "stopped") {
      this.#notBefore.set(name, clock.nowMs() + RETRY_MS); // somebody had a reason
      return;
    }
    if (run.version === null) throw new Error(run.error ?? "it ended without a version");
    const fitted = await models.manifest({ name, version: run.version });
    await this.#removeRefits(name, [fitted.version, refitOf]);
    if (isMuchWorse(fitted, before)) {
      this.#notBefore.set(name, clock.nowMs() + everyHours * HOUR_MS);
      onNotice(
        `${modelReference(name, fitted.version)} was fitted and stays out of service: its validation NDCG@10 is ${ndcgOf(fitted)}, that of version ${refitOf} was ${ndcgOf(before)}`,
      );
      return;
    }
    await serveInPlace(fitted);
  }

  /** Those of a model that a refit made, but for `kept`. */
  async #removeRefits(name: string, kept: readonly string[]): Promise<void> {
    const { models } = this.#parts;
    for (const one of await models.list())
      if (one.name === name && one.refitOf !== null && !kept.includes(one.version)) await models.delete(one);
  }
}

function isMuchWorse(fitted: ModelManifest, before: ModelManifest): boolean {
  return (ndcgOf(fitted) ?? Number.POSITIVE_INFINITY) < LEAST_SHARE_KEPT * (ndcgOf(before) ?? 0);
}

function ndcgOf({ metrics }: ModelManifest): number | undefined {
  return metrics["validationNdcgAt10"];
}
