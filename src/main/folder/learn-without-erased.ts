import { setTimeout as sleep } from "node:timers/promises";
import { ErasureWatch } from "#governance";
import { FileBlobStore } from "#storage";
import { paths } from "./data-folder.ts";

/** How often all is learned again because somebody was erased meanwhile. */
const MOST_AGAIN = 2;
/** An erasure takes seconds; one that takes ten minutes is not waited for. */
const ERASURE_LOOK_MS = 200;
const ERASURE_WAITS = 3000;

export interface LearningHooks {
  /** Called before it is learned again. */
  readonly again?: () => void;
  /** Nothing is waited for any more. */
  readonly abort?: AbortSignal | undefined;
}

/**
 * What is learned has nothing of anybody who was erased before it is given: where that happens meanwhile, `learn` opens and reads the folder again. Only where
 * people are erased faster than that takes, the last one is given as it is.
 */
export async function learnWithoutErased<Learned>(
  folder: string,
  learn: () => Promise<Learned>,
  { again, abort }: LearningHooks = {},
): Promise<Learned> {
  const receipts = new FileBlobStore(paths.blobs(folder));
  const pending = new FileBlobStore(paths.erasing(folder));
  for (let times = 0; ; times++) {
    const erasures = await ErasureWatch.begin(receipts, pending);
    const learned = await learn();
    if (times === MOST_AGAIN || !(await erasures.isBroken())) return learned;
    again?.();
    await untilErased(erasures, abort);
  }
}

/** What is read before would have to be read again. */
async function untilErased(erasures: ErasureWatch, abort: AbortSignal | undefined): Promise<void> {
  for (let waits = 0; waits < ERASURE_WAITS && !abort?.aborted && (await erasures.isErasing()); waits++)
    await sleep(ERASURE_LOOK_MS);
}
