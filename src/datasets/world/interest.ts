import { DAY_MS } from "#base";
import type { InterestLifeConfig } from "./dynamics.ts";
import { levelIn, type StageBegin, stageAt } from "./interest-life.ts";

/**
 * @file The life of one interest, known at every instant. In the first form of the world:
 *
 *     affinity(t) = 0                                                             before it is born
 *                 = strength * (1 - 2^(-(t - born) / growth))                     while it grows and lasts
 *                 = ... * 2^(-(t - fade) / fadeHalfLife)                          once it fades
 *
 * In the second form it is `strength` times the level of its stage (`interest-life.ts`). An interest of a journey follows the first
 * form in both: it grows and goes quickly.
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
  /** Of the second form; absent for one of a journey. */
  readonly life?: { readonly stages: readonly StageBegin[]; readonly config: InterestLifeConfig };
  /** Of the interests of a journey. */
  readonly isOfJourney?: boolean;
}

/** Affinity to the interest's own leaf at `timeMs`, in [0, strength). */
export function affinityAt(interest: Interest, timeMs: number): number {
  if (timeMs <= interest.bornMs) return 0;
  if (interest.life) {
    const { stages, config } = interest.life;
    const stage = stageAt(stages, timeMs);
    return stage ? interest.strength * levelIn(stage, config, timeMs) : 0;
  }
  const ageDays = (timeMs - interest.bornMs) / DAY_MS;
  const fadingDays = Math.max(0, timeMs - interest.fadesMs) / DAY_MS;
  const grown = 1 - 2 ** (-ageDays / interest.growthHalfLifeDays);
  return interest.strength * grown * 2 ** (-fadingDays / interest.fadeHalfLifeDays);
}
