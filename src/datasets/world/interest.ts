import { DAY_MS } from "#base";

/**
 * @file The life of one interest, known at every instant:
 *
 *     affinity(t) = 0                                                             before it is born
 *                 = strength * (1 - 2^(-(t - born) / growth))                     while it grows and lasts
 *                 = ... * 2^(-(t - fade) / fadeHalfLife)                          once it fades
 *
 * The first form of WORLD.md's chain: an interest is born once and fades at most once; revival comes later.
 */
export interface Interest {
  readonly leaf: number;
  /** Affinity it grows towards; about 1. */
  readonly strength: number;
  readonly bornMs: number;
  /** When it starts to fade; Infinity for an interest that lasts through the window. */
  readonly fadesMs: number;
  readonly growthHalfLifeDays: number;
  readonly fadeHalfLifeDays: number;
}

/** Affinity to the interest's own leaf at `timeMs`, in [0, strength). */
export function affinityAt(interest: Interest, timeMs: number): number {
  if (timeMs <= interest.bornMs) return 0;
  const ageDays = (timeMs - interest.bornMs) / DAY_MS;
  const fadingDays = Math.max(0, timeMs - interest.fadesMs) / DAY_MS;
  const grown = 1 - 2 ** (-ageDays / interest.growthHalfLifeDays);
  return interest.strength * grown * 2 ** (-fadingDays / interest.fadeHalfLifeDays);
}
