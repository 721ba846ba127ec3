import { parentPort, workerData } from "node:worker_threads";
import { assert, giveWay, ignoreProgress, useLargeBufferPool } from "#base";
import { type HealthLook, type HealthOptions, lookAtHealth } from "./feature-health.ts";

/** @file The thread that looks once at the health of the features. */

export interface HealthTask {
  readonly folder: string;
  readonly options: HealthOptions;
}

export type HealthMessage =
  | ({ readonly kind: "done" } & HealthLook)
  | { readonly kind: "failed"; readonly message: string };

assert(parentPort, "this file runs as a worker thread");
const port = parentPort;
giveWay();
useLargeBufferPool();
const { folder, options } = workerData as HealthTask;
const message = await lookAtHealth(folder, options, ignoreProgress).then(
  (found): HealthMessage => ({ kind: "done", ...found }),
  (error: unknown): HealthMessage => ({
    kind: "failed",
    message: error instanceof Error ? error.message : String(error),
  }),
);
port.postMessage(message);
