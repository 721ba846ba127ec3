import { parentPort, workerData } from "node:worker_threads";
import { assert, SystemClock } from "#base";
import { LakeWriter } from "#sequences";
import { DuckDbLake, LmdbStateStore, SegmentedEventLog } from "#storage";
import { paths } from "./data-folder.ts";

/** @file The thread that lays events down in the lake, behind the state. */

export interface LakeTask {
  readonly folder: string;
  readonly partitionCount: number;
  /** Per partition, how far state is when the thread starts. */
  readonly applied: readonly number[];
}

export type LakeOrder =
  | { readonly kind: "extend"; readonly partition: number; readonly end: number }
  | { readonly kind: "stop" };

assert(parentPort, "this file runs as a worker thread");
const port = parentPort;
const { folder, partitionCount, applied } = workerData as LakeTask;
const log = await SegmentedEventLog.open(paths.log(folder), {
  partitionCount,
  isReadOnly: true,
  ends: applied,
});
const state = new LmdbStateStore(paths.state(folder), new SystemClock());
const lake = await DuckDbLake.open(paths.lake(folder));
const writer = new LakeWriter({ log, state, lake, onFailure: (error) => port.postMessage(String(error)) });
writer.start();

port.on("message", async (order: LakeOrder) => {
  if (order.kind === "extend") {
    state.refresh();
    return log.extendTo(order.partition, order.end);
  }
  port.close();
  await writer.close();
  await lake.close();
  await log.close();
  await state.close();
});
