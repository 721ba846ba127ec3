import { monotonicMs, PlatformError } from "#base";
import type { Batch, Trainer } from "./trainer.ts";

/** A data set cut into steps. */
export interface TrainingData {
  readonly batchesPerEpoch: number;
  /** Batch `position` of epoch `epoch`, both counted from 0: the same whenever it is asked for. */
  batch(epoch: number, position: number): Batch;
}

export interface TrainingPlan {
  readonly data: TrainingData;
  readonly epochs: number;
  /** Told after every step. */
  readonly listen?: (event: TrainingEvent) => void;
  /** Called after every epoch, counted from 1; "stop" ends the run there, for example because validation no longer improves. */
  readonly afterEpoch?: (epoch: number) => Promise<"continue" | "stop">;
  /** Ends the run after the step that is under way. */
  readonly abort?: AbortSignal;
}

export interface TrainingEvent {
  /** Counted from 1. */
  readonly epoch: number;
  readonly step: number;
  readonly totalSteps: number;
  /** Mean over the steps of this epoch so far. */
  readonly loss: number;
  /** Real tokens since the run began or resumed. */
  readonly tokensPerSecond: number;
  /** Until the last epoch ends, should nothing end it earlier. */
  readonly remainingMs: number;
}

/** Why a run ended: all epochs done, `afterEpoch` had enough, or `abort`: a checkpoint then lets the next run go on from here. */
export type TrainingOutcome = "finished" | "stopped" | "aborted";

/**
 * Runs a trainer over its data, from the step it stands at: after a restored checkpoint, from the middle of an epoch. Gives
 * way to other work of the thread between steps.
 * @throws PlatformError `invalid-config` when the loss is no longer a number: the settings make training diverge
 */
export async function train(trainer: Trainer, plan: TrainingPlan): Promise<TrainingOutcome> {
  const { data, epochs, listen, afterEpoch, abort } = plan;
  const totalSteps = epochs * data.batchesPerEpoch;
  const startedMs = monotonicMs();
  const startedAt = trainer.step;
  let tokens = 0;
  let losses = 0;
  let counted = 0;
  while (trainer.step < totalSteps) {
    if (abort?.aborted) return "aborted";
    const epoch = Math.floor(trainer.step / data.batchesPerEpoch);
    const batch = data.batch(epoch, trainer.step % data.batchesPerEpoch);
    const loss = await trainer.learn(batch);
    if (!Number.isFinite(loss))
      throw new PlatformError(
        "invalid-config",
        `The loss became ${loss} at step ${trainer.step}; lower the learning rate, or limit the gradient's length.`,
      );
    losses += loss;
    counted += 1;
    tokens += batch.tokens;
    const elapsedMs = monotonicMs() - startedMs;
    listen?.({
      epoch: epoch + 1,
      step: trainer.step,
      totalSteps,
      loss: losses / counted,
      tokensPerSecond: (1000 * tokens) / elapsedMs,
      remainingMs: (elapsedMs / (trainer.step - startedAt)) * (totalSteps - trainer.step),
    });
    if (trainer.step % data.batchesPerEpoch !== 0) continue;
    losses = 0;
    counted = 0;
    if ((await afterEpoch?.(epoch + 1)) === "stop") return "stopped";
  }
  return "finished";
}
