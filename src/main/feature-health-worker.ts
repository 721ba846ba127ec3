import { parentPort, workerData } from "node:worker_threads";
import { assert, giveWay, ignoreProgress, useLargeBufferPool } from "#base";
import type { HealthReport } from "#features";
import { type HealthOptions, lookAtHealth } from "./feature-health.ts";

/** @file The thread that looks once at the health of the features. */

export interface HealthTask {
  readonly folder: string;
  readonly options: HealthOptions;
}

export type HealthMessage =
  | { readonly kind: "done"; readonly report: HealthReport }
  | { readonly kind: "failed"; readonly message: string };

assert(parentPort, "this file runs as a worker thread");
const port = parentPort;
giveWay();
useLargeBufferPool();
const { folder, options } = workerData as HealthTask;
const message = await lookAtHealth(folder, options, ignoreProgress).then(
  (report): HealthMessage => ({ kind: "done", report }),
  (error: unknown): HealthMessage => ({
    kind: "failed",
    message: error instanceof Error ? error.message : String(error),
  }),
);
port.postMessage(message);
