import { assert } from "#base";

export interface AdamWOptions {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  /** Share of a weight, times the learning rate, that is taken away at every step. */
  readonly weightDecay: number;
}

export const adamWDefaults: AdamWOptions = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 };

/** Running means of a parameter's gradient and of its square. */
export interface Moments {
  readonly first: Float32Array;
  readonly second: Float32Array;
}

export function newMoments(size: number): Moments {
  return { first: new Float32Array(size), second: new Float32Array(size) };
}

/** What one step of an optimizer goes by. */
export interface UpdateContext {
  /** Steps so far, this one included. */
  readonly step: number;
  readonly learningRate: number;
  /** Factor of the gradients, for clipping. */
  readonly gradientScale: number;
}

/**
 * One step of Adam with decoupled weight decay (Loshchilov and Hutter 2019, algorithm 2), in place. Arithmetic is in double
 * precision, storage in single. It runs over typed arrays rather than in the graph, where the same step is a dozen passes over
 * memory; see docs/decisions/0020-learning-engine.md for the figures.
 */
export function adamWStep(
  weights: Float32Array,
  gradients: Float32Array,
  { first, second }: Moments,
  { beta1, beta2, epsilon, weightDecay }: AdamWOptions,
  { step, learningRate, gradientScale }: UpdateContext,
): void {
  assert(
    weights.length === gradients.length && weights.length === first.length,
    "a gradient for every weight",
  );
  const kept = 1 - learningRate * weightDecay;
  const rate = learningRate / (1 - beta1 ** step);
  const correction = 1 / (1 - beta2 ** step);
  for (let at = 0; at < weights.length; at++) {
    const gradient = gradients[at]! * gradientScale;
    const mean = beta1 * first[at]! + (1 - beta1) * gradient;
    const square = beta2 * second[at]! + (1 - beta2) * gradient * gradient;
    first[at] = mean;
    second[at] = square;
    weights[at] = kept * weights[at]! - (rate * mean) / (Math.sqrt(square * correction) + epsilon);
  }
}
