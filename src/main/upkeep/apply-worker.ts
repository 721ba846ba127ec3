import { parentPort, workerData } from "node:worker_threads";
import { assert, type ErrorCode, PlatformError, SystemClock, useLargeBufferPool } from "#base";
import type { NamedAction } from "#declarations";
import { Actions } from "#events";
import { applyFeatures } from "#features";
import { Applier } from "#sequences";
import { LmdbStateStore, SegmentedEventLog } from "#storage";
import { planOf } from "../features/features.ts";
import { type AppliedFeatures, paths } from "../folder/data-folder.ts";

/** @file The thread that keeps state level with the log, so that applying costs the serving thread nothing. */

export interface ApplyTask {
  readonly folder: string;
  readonly partitionCount: number;
  /** The declared actions. */
  readonly declared: readonly NamedAction[];
  readonly features: AppliedFeatures;
  /** As the serving thread has the state open. */
  readonly survivesMachine: boolean;
}

/**
 * What the serving thread says: how far the log is durable, or where it begins now; to get state on disk; to let go of the state
 * until it is told to go on, for the files of log and state are written anew meanwhile; or that it is time to end.
 */
export type ApplyOrder =
  | { readonly kind: "extend"; readonly partition: number; readonly end: number }
  | { readonly kind: "drop"; readonly partition: number; readonly offset: number }
  | { readonly kind: "flush" }
  | { readonly kind: "pause" }
  | { readonly kind: "resume" }
  | { readonly kind: "stop" };

export type ApplyMessage =
  | { readonly kind: "progress"; readonly done: number; readonly total: number }
  | { readonly kind: "ready"; readonly newestMs: number }
  | { readonly kind: "applied"; readonly partition: number; readonly offset: number }
  | { readonly kind: "paused" }
  | { readonly kind: "flushed"; readonly isOnDisk: boolean }
  | { readonly kind: "trouble"; readonly message: string }
  | { readonly kind: "failed"; readonly code?: ErrorCode; readonly message: string };

assert(parentPort, "this file runs as a worker thread");
const port = parentPort;
const send = (message: ApplyMessage): void => port.postMessage(message);

const RETRY_MS = 500;
const { folder, partitionCount, declared, features, survivesMachine } = workerData as ApplyTask;

interface Applying {
  /** Resolves when what was applied is on disk. */
  readonly flush: () => Promise<void>;
  /** Flushes as well. */
  readonly close: () => Promise<void>;
}

/** State kept level with the log; told as soon as it is. */
async function startApplying(log: SegmentedEventLog): Promise<Applying> {
  // Nothing in this state expires, so its clock is of no consequence.
  const state = new LmdbStateStore(paths.state(folder), new SystemClock(), { survivesMachine });
  const applier = await Applier.start(
    {
      log,
      state,
      actions: new Actions(declared),
      alsoApply: applyFeatures(planOf({ actions: declared, features })),
      onApplied: (partition, offset) => send({ kind: "applied", partition, offset }),
      onFailure: tellTrouble,
    },
    (done, total) => send({ kind: "progress", done, total }),
  ).catch(async (error: unknown) => {
    await state.close();
    throw error;
  });
  send({ kind: "ready", newestMs: applier.newestMs });
  return {
    flush: () => state.flush(),
    close: async () => {
      await applier.close();
      await state.close();
    },
  };
}

/** As above, and again until it succeeds or `isOver`: who paused it counts on it to go on. */
async function startAgain(log: SegmentedEventLog, isOver: () => boolean): Promise<Applying | undefined> {
  while (!isOver()) {
    try {
      return await startApplying(log);
    } catch (error) {
      tellTrouble(error);
      await new Promise((resume) => setTimeout(resume, RETRY_MS));
    }
  }
  return undefined;
}

function tellTrouble(error: unknown): void {
  send({ kind: "trouble", message: error instanceof Error ? error.message : String(error) });
}

function fail(error: unknown): void {
  const code = error instanceof PlatformError ? { code: error.code } : {};
  send({ kind: "failed", ...code, message: error instanceof Error ? error.message : String(error) });
}

useLargeBufferPool();
try {
  const log = await SegmentedEventLog.open(paths.log(folder), { partitionCount, isReadOnly: true });
  let applying: Applying | undefined = await startApplying(log);
  const obey = async (order: ApplyOrder): Promise<void> => {
    if (order.kind === "extend") return log.extendTo(order.partition, order.end);
    if (order.kind === "drop") return log.dropBefore(order.partition, order.offset);
    if (order.kind === "flush") {
      const isOnDisk = await (applying?.flush() ?? Promise.resolve()).then(
        () => true,
        () => false,
      );
      return send({ kind: "flushed", isOnDisk });
    }
    if (order.kind === "resume") {
      await log.refresh();
      applying = await startAgain(log, () => isStopping);
      return;
    }
    await applying?.close();
    applying = undefined;
    if (order.kind === "pause") return send({ kind: "paused" });
    port.close();
    await log.close();
  };
  let done = Promise.resolve();
  let isStopping = false;
  port.on("message", (order: ApplyOrder) => {
    if (order.kind === "extend") return void obey(order); // at once: others wait for what it brings
    isStopping ||= order.kind === "stop";
    done = done.then(() => obey(order)).catch(fail);
  });
} catch (error) {
  fail(error);
}
