import { Worker } from "node:worker_threads";

/** Starts a thread from the compiled code, which is all that a thread can run: the same from `src` (tests) and from `dist`. */
export function startThread(file: string, task: unknown): Worker {
  return new Worker(new URL(`../../dist/retrieval/${file}.js`, import.meta.url), {
    workerData: task,
    execArgv: [], // flags of a test runner are not the thread's
  });
}
