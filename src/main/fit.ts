import { Worker } from "node:worker_threads";
import { PlatformError, type ProgressListener } from "#base";
import type { FitMessage, FitTask } from "./fit-worker.ts";
import type { ModelManifest } from "./model-store.ts";

/** The same file from `src` (tests) and from `dist`: a worker thread runs compiled code only. */
const WORKER = new URL("../../dist/main/fit-worker.js", import.meta.url);

/**
 * Fits models on what the log holds, in a thread of its own, so that serving goes on meanwhile. Resolves with the manifest
 * of each, in order; the bytes are in the blob store by then.
 * @throws PlatformError as the model's `fit`
 */
export function fitInWorker(
  task: FitTask,
  progress: ProgressListener,
  abort?: AbortSignal,
): Promise<ModelManifest[]> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(WORKER, { workerData: task, execArgv: [] }); // flags of a test runner are not the thread's
    const stop = (): void => {
      void worker.terminate();
      reject(new PlatformError("not-ready", "fitting was stopped"));
    };
    abort?.addEventListener("abort", stop, { once: true });
    worker.on("message", (message: FitMessage) => {
      if (message.kind === "progress") progress(message.progress);
      else if (message.kind === "done") resolve([...message.manifests]);
      else
        reject(message.code ? new PlatformError(message.code, message.message) : new Error(message.message));
    });
    worker.on("error", reject);
    worker.on("exit", () => {
      abort?.removeEventListener("abort", stop);
      reject(new Error("the fitting thread ended without a result"));
    });
  });
}
