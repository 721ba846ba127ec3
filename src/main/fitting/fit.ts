import { PlatformError, type ProgressListener, startThread } from "#base";
import type { LearningPoint } from "#models";
import type { ModelManifest } from "../models/model-manifest.ts";
import type { FitMessage, FitTask } from "./fit-worker.ts";

export interface FitListeners {
  readonly progress: ProgressListener;
  readonly learned?: (point: LearningPoint) => void;
  /** Interrupts; models that learn in passes leave a checkpoint, from which the next fit goes on. */
  readonly abort?: AbortSignal;
}

/** How long a model has to leave a checkpoint. */
const GRACE_MS = 2000;

/**
 * Fits models on what the log holds, in a thread of its own, so that serving goes on meanwhile. Resolves with the manifest
 * of each, in order; the bytes are in the blob store by then.
 * @throws PlatformError as the model's `fit`
 */
export function fitInWorker(
  task: FitTask,
  { progress, learned, abort }: FitListeners,
): Promise<ModelManifest[]> {
  return new Promise((resolve, reject) => {
    const worker = startThread("fit-worker", task);
    let grace: NodeJS.Timeout | undefined;
    const end = (): void => {
      void worker.terminate();
      reject(new PlatformError("not-ready", "fitting was stopped"));
    };
    const stop = (): void => {
      worker.postMessage("stop");
      grace = setTimeout(end, GRACE_MS);
    };
    abort?.addEventListener("abort", stop, { once: true });
    worker.on("message", (message: FitMessage) => {
      if (message.kind === "progress") progress(message.progress);
      else if (message.kind === "learned") learned?.(message.point);
      else if (message.kind === "done") resolve([...message.manifests]);
      else
        reject(message.code ? new PlatformError(message.code, message.message) : new Error(message.message));
    });
    worker.on("error", reject);
    worker.on("exit", () => {
      clearTimeout(grace);
      abort?.removeEventListener("abort", stop);
      reject(new Error("the fitting thread ended without a result"));
    });
  });
}
