import { readlinkSync } from "node:fs";
import { setPriority } from "node:os";
import { Worker } from "node:worker_threads";

/** @file Threads beside the serving thread: how they are started, and how one of them gives way. */

/**
 * Room for what one step makes before it is done with it. Where the default (16 MiB, of which a step of thousands of events
 * fills several) leaves off, the collector copies a step's objects instead of dropping them.
 */
const YOUNG_MIB = 96;
/** Buffers are cut from blocks of this size: most are a few hundred bytes, and Node's 8 KiB last for ten of them. */
const POOL_BYTES = 256 * 1024;
/** Of `nice`: beside a thread at 0 it gets a tenth of a processor that both want. */
const LOW_PRIORITY = 10;

/**
 * Starts a worker by the name of its file, from what was built, which is all that a thread can run: the same from `src` (tests)
 * and from `dist`.
 */
export function startThread(name: `${string}-worker`, task: unknown): Worker {
  return new Worker(new URL(`../../dist/programs/${name}.js`, import.meta.url), {
    workerData: task,
    // Flags of a test runner are not the thread's, those of the profiler are.
    execArgv: process.execArgv.filter((flag) => flag.startsWith("--cpu-prof")),
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MIB },
  });
}

/** For a thread that makes and drops many small buffers. */
export function useLargeBufferPool(): void {
  Buffer.poolSize = POOL_BYTES;
}

/** From here on this thread works when the others leave room. Where threads have no priority of their own, nothing changes. */
export function giveWay(): void {
  try {
    const [, thread] = /\/task\/(\d+)$/.exec(readlinkSync("/proc/thread-self")) ?? [];
    if (thread !== undefined) setPriority(Number(thread), LOW_PRIORITY);
  } catch {
    // Not Linux, or no /proc.
  }
}
