import { parentPort, workerData } from "node:worker_threads";
import { assert, giveWay, ignoreProgress, useLargeBufferPool } from "#base";
import type { ThreadManners } from "../folder/background-look.ts";
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
const { folder, options, givesWay } = workerData as HealthTask & ThreadManners;
if (givesWay) giveWay();
useLargeBufferPool();
const message = await lookAtHealth(folder, options, ignoreProgress).then(
  (found): HealthMessage => ({ kind: "done", ...found }),
  (error: unknown): HealthMessage => ({
    kind: "failed",
    message: error instanceof Error ? error.message : String(error),
  }),
);
port.postMessage(message);
