import { parentPort, workerData } from "node:worker_threads";
import { assert, giveWay, SystemClock, useLargeBufferPool } from "#base";
import { countInLake, forgetInLake, type Removed } from "#governance";
import { LakeWriter } from "#sequences";
import { DuckDbLake, LmdbStateStore, SegmentedEventLog } from "#storage";
import { paths } from "./data-folder.ts";

/** @file The thread that lays events down in the lake, behind the state. */

export interface LakeTask {
  readonly folder: string;
  readonly partitionCount: number;
  /** Per partition, how far state is when the thread starts. */
  readonly applied: readonly number[];
  /** As the serving thread has the state open. */
  readonly survivesMachine: boolean;
}

/**
 * `drop`: the log has dropped what is before. `pause` lets go of log and state, whose files are written anew, until `resume`;
 * `erase` comes between the two. Each but `extend`, `drop` and `stop` is answered.
 */
export type LakeOrder =
  | { readonly kind: "extend"; readonly partition: number; readonly end: number }
  | { readonly kind: "drop"; readonly partition: number; readonly offset: number }
  | { readonly kind: "pause" | "resume" | "stop" }
  | { readonly kind: "erase" | "count"; readonly ids: readonly string[] };

export type LakeMessage =
  | { readonly kind: "trouble"; readonly message: string }
  | { readonly kind: "written"; readonly partition: number; readonly offset: number }
  | { readonly kind: "answer"; readonly removed: Removed }
  | { readonly kind: "failed"; readonly message: string };

assert(parentPort, "this file runs as a worker thread");
const port = parentPort;
const send = (message: LakeMessage): void => port.postMessage(message);
const { folder, partitionCount, applied, survivesMachine } = workerData as LakeTask;
giveWay();
useLargeBufferPool();
const log = await SegmentedEventLog.open(paths.log(folder), {
  partitionCount,
  isReadOnly: true,
  ends: applied,
});
const lake = await DuckDbLake.open(paths.lake(folder));
let state: LmdbStateStore | undefined;
let writer: LakeWriter | undefined;
for (let partition = 1; partition < partitionCount; partition++)
  send({ kind: "written", partition, offset: lake.committed(partition) });
startWriting();

function startWriting(): void {
  state = new LmdbStateStore(paths.state(folder), new SystemClock(), { survivesMachine });
  const onFailure = (error: unknown): void => send({ kind: "trouble", message: String(error) });
  const onWritten = (partition: number, offset: number): void => send({ kind: "written", partition, offset });
  writer = new LakeWriter({ log, state, lake, onWritten, onFailure });
  writer.start();
}

async function stopWriting(): Promise<void> {
  await writer?.close();
  await state?.close();
  writer = undefined;
  state = undefined;
}

async function obey(order: Exclude<LakeOrder, { kind: "extend" }>): Promise<void> {
  if (order.kind === "drop") return log.dropBefore(order.partition, order.offset);
  if (order.kind === "erase") return send({ kind: "answer", removed: await forgetInLake(lake, order.ids) });
  if (order.kind === "count")
    return send({ kind: "answer", removed: { rows: await countInLake(lake, order.ids) } });
  if (order.kind === "resume") {
    await log.refresh();
    startWriting();
    return send({ kind: "answer", removed: {} });
  }
  await stopWriting();
  if (order.kind === "pause") return send({ kind: "answer", removed: {} });
  port.close();
  await lake.close();
  await log.close();
}

let done = Promise.resolve();
port.on("message", (order: LakeOrder) => {
  if (order.kind === "extend") {
    state?.refresh();
    return log.extendTo(order.partition, order.end);
  }
  done = done
    .then(() => obey(order))
    .catch((error: unknown) => send({ kind: "failed", message: String(error) }));
});
