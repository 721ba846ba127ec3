import { assert } from "#base";

/** How fast a network learns over the steps of a run. */
export interface LearningRateSchedule {
  readonly peak: number;
  /** Steps in which the rate grows from 0 to its peak, in a straight line. */
  readonly warmUpSteps: number;
  /** What comes after: the peak for good, or down to 0 at the last step in a straight line or half a cosine wave. */
  readonly decay: "none" | "linear" | "cosine";
  readonly totalSteps: number;
}

/** The rate of step `step`, counted from 0. */
export function learningRateAt(step: number, schedule: LearningRateSchedule): number {
  const { peak, warmUpSteps, decay, totalSteps } = schedule;
  assert(warmUpSteps >= 0 && totalSteps > warmUpSteps, "a run is longer than its warm-up");
  if (step < warmUpSteps) return (peak * (step + 1)) / warmUpSteps;
  const share = Math.min(1, (step - warmUpSteps) / (totalSteps - warmUpSteps));
  switch (decay) {
    case "none":
      return peak;
    case "linear":
      return peak * (1 - share);
    case "cosine":
      return (peak / 2) * (1 + Math.cos(Math.PI * share));
  }
}
