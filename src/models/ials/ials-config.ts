import type { Limits } from "../config.ts";

export type IalsConfig = {
  /** D, numbers per item and per person. */
  readonly embeddingSize: number;
  /** Passes over all people and all items. */
  readonly epochs: number;
  /** Ridge penalty per unit of frequency. */
  readonly reg: number;
  /** Power of the frequency in the penalty: 1 scales it fully, 0 not at all. */
  readonly regExponent: number;
  /** Confidence that an item a person did not engage with is not wanted; that of an engagement is its weight, usually 1. */
  readonly unobservedWeight: number;
  /** Standard deviation of a starting vector's length. */
  readonly initStd: number;
  /** Conjugate gradient steps per row and pass, from where the last pass ended. */
  readonly solverSteps: number;
};

export const ialsLimits: Limits<IalsConfig> = {
  embeddingSize: { min: 1, max: 4096, isInteger: true },
  epochs: { min: 1, max: 10_000, isInteger: true },
  reg: { min: 1e-9, max: 1e9 },
  regExponent: { min: 0, max: 2 },
  unobservedWeight: { min: 1e-9, max: 1e3 },
  initStd: { min: 1e-6, max: 1e3 },
  solverSteps: { min: 1, max: 1000, isInteger: true },
};

/**
 * The ridge penalty of one row, scaled by how much data speaks for it: `weight` is the sum of its engagements' weights,
 * `others` the number of rows on the other side (Rendle et al. 2021, section 3.3).
 */
export function penaltyOf(config: IalsConfig, weight: number, others: number): number {
  return config.reg * (weight + config.unobservedWeight * others) ** config.regExponent;
}
