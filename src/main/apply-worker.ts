import { parentPort, workerData } from "node:worker_threads";
import { assert, type ErrorCode, PlatformError, SystemClock } from "#base";
import { Actions } from "#events";
import { Applier } from "#sequences";
import { LmdbStateStore, SegmentedEventLog } from "#storage";
import { paths } from "./data-folder.ts";

/** @file The thread that keeps state level with the log, so that applying costs the serving thread nothing. */

export interface ApplyTask {
  readonly folder: string;
  readonly partitionCount: number;
}

/** What the serving thread says: how far the log is durable, or that it is time to end. */
export type ApplyOrder =
  | { readonly kind: "extend"; readonly partition: number; readonly end: number }
  | { readonly kind: "stop" };

export type ApplyMessage =
  | { readonly kind: "progress"; readonly done: number; readonly total: number }
  | { readonly kind: "ready"; readonly newestMs: number }
  | { readonly kind: "applied"; readonly partition: number; readonly offset: number }
  | { readonly kind: "trouble"; readonly message: string }
  | { readonly kind: "failed"; readonly code?: ErrorCode; readonly message: string };

assert(parentPort, "this file runs as a worker thread");
const port = parentPort;
const send = (message: ApplyMessage): void => port.postMessage(message);

try {
  const { folder, partitionCount } = workerData as ApplyTask;
  const log = await SegmentedEventLog.open(paths.log(folder), { partitionCount, isReadOnly: true });
  // Nothing in this state expires, so its clock is of no consequence.
  const state = new LmdbStateStore(paths.state(folder), new SystemClock());
  const applier = await Applier.start(
    {
      log,
      state,
      actions: new Actions(),
      onApplied: (partition, offset) => send({ kind: "applied", partition, offset }),
      onFailure: (error) => send({ kind: "trouble", message: String(error) }),
    },
    (done, total) => send({ kind: "progress", done, total }),
  );
  port.on("message", async (order: ApplyOrder) => {
    if (order.kind === "extend") return log.extendTo(order.partition, order.end);
    port.close();
    await applier.close();
    await log.close();
    await state.close();
  });
  send({ kind: "ready", newestMs: applier.newestMs });
} catch (error) {
  const code = error instanceof PlatformError ? { code: error.code } : {};
  send({ kind: "failed", ...code, message: error instanceof Error ? error.message : String(error) });
}
