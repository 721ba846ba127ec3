/** @file The thread of a rebuild: reads a memory that is being served, makes another with new lists. */
import { parentPort, workerData } from "node:worker_threads";
import { giveWay } from "#base";
import { buildLists } from "./ivf-build.ts";
import type { RebuildTask } from "./rebuild-thread.ts";
import { SlotMemory } from "./slot-memory.ts";

giveWay();
const { handle, ...shape } = workerData as RebuildTask; // from `startRebuild`
parentPort?.postMessage(buildLists(SlotMemory.attach(handle).table(), shape).handle);
