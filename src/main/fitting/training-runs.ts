import type { RunBody, RunRequest, RunsResponse } from "#api";
import { PlatformError, SystemClock } from "#base";
import { type ModelConfig, modelNamed, models } from "#models";
import type { Platform } from "../platform.ts";
import { addToCurve } from "./learning-curve.ts";
import { settingsOf } from "./model-settings.ts";
import { recommendedFor } from "./recipes.ts";

/** Of runs that ended, so many are remembered; what came of them is kept with the models. */
const REMEMBERED = 20;

type Fit = Pick<Platform, "fitBeside" | "serve" | "manifest">;

/**
 * Fits asked for while the server runs, one at a time, in a thread beside it. What comes of one is a version that is not in service unless
 * that was asked for: what answers people does not change because somebody tried something.
 */
export class TrainingRuns {
  readonly #platform: Fit;
  readonly #clock = new SystemClock();
  /** The newest first. */
  readonly #runs: RunBody[] = [];
  #started = 0;
  #stop: AbortController | undefined;
  #running: Promise<void> = Promise.resolve();

  constructor(platform: Fit) {
    this.#platform = platform;
  }

  list(): RunsResponse {
    return {
      runs: this.#runs,
      trainable: models.map(({ name, title, defaults }) => ({
        model: name,
        title,
        defaults: { ...defaults, ...this.#recipeOf(name) },
      })),
    };
  }

  /**
   * `refitOf`: the version that is fitted anew, where nobody asked.
   * @throws PlatformError `already-training`, `unknown-model`, `invalid-config`
   */
  async start({ model, config = {}, serve = false }: RunRequest, refitOf?: string): Promise<RunBody> {
    const before = this.#runs[0];
    if (before?.status === "running")
      throw new PlatformError(
        "already-training",
        `${before.model} is being fitted; stop run ${before.runId}, or ask again when it is done`,
      );
    const settings = await settingsOf(modelNamed(model), { set: config, recipe: this.#recipeOf(model) });
    const run: RunBody = {
      ...{ runId: String(++this.#started), model, config: settings, status: "running" },
      refitOf: refitOf ?? null,
      ...{ startedAt: this.#now(), endedAt: null, stage: null, curve: [], version: null, error: null },
    };
    this.#runs.unshift(run);
    this.#runs.length = Math.min(this.#runs.length, REMEMBERED);
    this.#stop = new AbortController();
    this.#running = this.#follow(run, serve, this.#stop.signal);
    return run;
  }

  /** Resolves when the run has ended. @throws PlatformError `run-not-found` */
  async stop(runId: string): Promise<RunBody> {
    const run = this.#runs.find((one) => one.runId === runId);
    if (!run) throw new PlatformError("run-not-found", `no run is called "${runId}"; see GET /v1/runs`);
    if (run.status === "running") await this.close();
    return run;
  }

  /** Resolves when nothing runs. */
  async settled(): Promise<void> {
    await this.#running;
  }

  /** Ends what runs; it leaves its checkpoint. */
  async close(): Promise<void> {
    this.#stop?.abort();
    await this.#running;
  }

  async #follow(run: RunBody, isServed: boolean, abort: AbortSignal): Promise<void> {
    try {
      const fitted = await this.#platform.fitBeside(
        { name: run.model, config: run.config, ...(run.refitOf !== null && { refitOf: run.refitOf }) },
        {
          abort,
          progress: ({ stage, done, total }) => {
            run.stage = { name: stage, done, total };
          },
          learned: (point) => addToCurve(run.curve, point),
        },
      );
      if (isServed) await this.#platform.serve(fitted, "personal");
      Object.assign(run, { status: "done", version: fitted.version });
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      Object.assign(run, abort.aborted ? { status: "stopped" } : { status: "failed", error: message });
    }
    Object.assign(run, { endedAt: this.#now(), stage: null });
  }

  #recipeOf(model: string): ModelConfig {
    const { dataset } = this.#platform.manifest;
    return dataset === null ? {} : recommendedFor(dataset, model);
  }

  #now(): string {
    return new Date(this.#clock.nowMs()).toISOString();
  }
}
