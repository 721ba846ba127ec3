import { PlatformError } from "#base";
import { type Trainer, type TrainingData, type TrainingEvent, train } from "#tensor";
import type { FitContext, LearningPoint } from "../model.ts";
import { LearningState, type Weights } from "./learning-state.ts";

/** What a trainer goes through, pass by pass. */
export interface LearningRun {
  readonly data: TrainingData;
  readonly epochs: number;
  /** Ends the run when so many passes brought nothing better; 0 or absent for never. */
  readonly patience?: number;
  /** Everything that makes the run what it is: a checkpoint of another one is left aside. */
  readonly identity: string;
  /** Absent where nothing was held out. */
  readonly heldOut?: HeldOut | undefined;
}

export interface HeldOut {
  /** Higher is better. */
  score(weights: Weights): Promise<number>;
  /** Whether the score is NDCG@10, which learning curves show. */
  readonly isNdcg: boolean;
}

/**
 * Learns until all passes are done: the weights of the last one, or, with something held out, of the one that did best on it. A run with a place for
 * checkpoints leaves one after every pass and goes on from the one it finds, with the curve it had.
 * @throws PlatformError `not-ready` when told to abort
 */
export async function learnInPasses(
  trainer: Trainer,
  run: LearningRun,
  { progress, checkpoints, abort, learned }: FitContext,
): Promise<Weights> {
  const { data, epochs, patience = 0, heldOut } = run;
  const total = epochs * data.batchesPerEpoch;
  const state = new LearningState(trainer, run.identity);
  const saved = await checkpoints?.read();
  if (saved) state.restore(saved);
  for (const point of state.curve) learned?.(point);
  progress({ stage: "steps", done: trainer.step, total });
  let latest: TrainingEvent | undefined;
  const outcome = await train(trainer, {
    data,
    epochs,
    ...(abort && { abort }),
    listen(event) {
      latest = event;
      progress({ stage: "steps", done: event.step, total });
    },
    async afterEpoch(epoch) {
      const score = await heldOut?.score(trainer.averagedWeights);
      if (score !== undefined) state.remember(epoch, score);
      const shown = heldOut?.isNdcg ? score : undefined;
      const point = latest && pointOf(latest, epochs, shown);
      if (point) {
        state.curve.push(point);
        learned?.(point);
      }
      await checkpoints?.write(state.checkpoint());
      return patience > 0 && epoch - state.bestEpoch >= patience ? "stop" : "continue";
    },
  });
  if (outcome === "aborted") {
    await checkpoints?.write(state.checkpoint());
    throw new PlatformError("not-ready", `Learning was interrupted at step ${trainer.step} of ${total}.`);
  }
  if (outcome === "stopped") progress({ stage: "steps", done: total, total });
  await checkpoints?.remove();
  return state.best ?? trainer.averagedWeights;
}

function pointOf(
  { epoch, loss, tokensPerSecond, remainingMs }: TrainingEvent,
  epochs: number,
  validation: number | undefined,
): LearningPoint {
  const measured = validation === undefined ? {} : { validation };
  return { epoch, epochs, loss, tokensPerSecond, remainingMs, ...measured };
}
