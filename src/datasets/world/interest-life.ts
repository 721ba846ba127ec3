import { DAY_MS, type Random } from "#base";
import type { InterestLifeConfig } from "./dynamics.ts";

/** Where an interest truly stands. */
export type InterestStage = "new" | "growing" | "habit" | "fading";

/** A stage, when it begins, and the affinity it begins with (part of full strength). */
export interface StageBegin {
  readonly stage: InterestStage;
  readonly fromMs: number;
  readonly level: number;
}

/**
 * @file The chain of an interest: new, growing, habit, and for those that do not last fading, from which some come back. Within a stage
 * affinity goes half of the way every half-life, up to full strength or down to nothing.
 */

/** The stages of an interest born at `bornMs`, until `endMs`. One that `lasts` never fades. */
export function drawStages(
  config: InterestLifeConfig,
  { bornMs, endMs, lasts }: { readonly bornMs: number; readonly endMs: number; readonly lasts: boolean },
  random: Random,
): StageBegin[] {
  const stages: StageBegin[] = [{ stage: "new", fromMs: bornMs, level: 0 }];
  const enter = (stage: InterestStage, afterDays: number): number => {
    const last = stages.at(-1)!;
    const fromMs = last.fromMs + Math.floor(afterDays * DAY_MS);
    stages.push({ stage, fromMs, level: levelIn(last, config, fromMs) });
    return fromMs;
  };
  let nowMs = enter("growing", config.newDays);
  while (nowMs < endMs) {
    nowMs = enter("habit", config.growingDays * random.exponential());
    if (lasts) break;
    nowMs = enter("fading", config.habitDays * random.exponential());
    if (!random.chance(config.revivalShare)) break;
    nowMs = enter("growing", config.revivalDays * random.exponential());
  }
  return stages;
}

/** A fading interest below this part of its strength is gone. */
export const GONE = 0.1;

/** When a fading that begins so ends in nothing worth the name. */
export function goneAfterMs({ fromMs, level }: StageBegin, { fadeHalfLifeDays }: InterestLifeConfig): number {
  return fromMs + fadeHalfLifeDays * Math.max(0, Math.log2(level / GONE)) * DAY_MS;
}

/** The stage in force; `undefined` before birth. */
export function stageAt(stages: readonly StageBegin[], timeMs: number): StageBegin | undefined {
  return stages.findLast(({ fromMs }) => fromMs <= timeMs);
}

/** Part of full strength that a stage has come to, in [0, 1]. */
export function levelIn(
  { stage, fromMs, level }: StageBegin,
  config: InterestLifeConfig,
  timeMs: number,
): number {
  const days = (timeMs - fromMs) / DAY_MS;
  const isFading = stage === "fading";
  const halfLife = isFading ? config.fadeHalfLifeDays : config.growthHalfLifeDays;
  const target = isFading ? 0 : 1;
  return target + (level - target) * 2 ** (-days / halfLife);
}
