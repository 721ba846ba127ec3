import { PlatformError, type ProgressListener } from "#base";
import type { FitMessage, FitTask } from "./fit-worker.ts";
import type { ModelManifest } from "./model-manifest.ts";
import { startThread } from "./threads.ts";

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
    const worker = startThread("fit-worker", task);
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
