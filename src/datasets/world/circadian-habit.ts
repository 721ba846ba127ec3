import type { Random } from "#base";
import { pick } from "./distributions.ts";

/**
 * @file When in the day a person comes: two habitual hours (a main one and a second one) with a spread, over a floor of any
 * hour; and how much the weekend changes. Local time.
 */
export interface CircadianHabit {
  readonly peakHour: number;
  readonly secondPeakHour: number;
  /** Probability that a session belongs to the second peak. */
  readonly secondShare: number;
  readonly spreadHours: number;
  /** Factor on the rate of sessions on Saturday and Sunday. */
  readonly weekendFactor: number;
}

/** Morning, lunch, afternoon, evening, late: habitual hours of the population. */
const commonHours = [7.5, 12.5, 16.5, 20, 20.5, 21.5, 23] as const;
const anyHourShare = 0.1;

export function drawCircadianHabit(random: Random): CircadianHabit {
  return {
    peakHour: pick(random, commonHours) + 0.5 * random.normal(),
    secondPeakHour: pick(random, commonHours) + 0.5 * random.normal(),
    secondShare: 0.4 * random.uniform(),
    spreadHours: 0.5 + 1.5 * random.uniform(),
    weekendFactor: Math.exp(0.4 * random.normal()),
  };
}

/** Local hour at which a session starts, in [0, 24). */
export function drawSessionHour(habit: CircadianHabit, random: Random): number {
  if (random.chance(anyHourShare)) return 24 * random.uniform();
  const peak = random.chance(habit.secondShare) ? habit.secondPeakHour : habit.peakHour;
  const hour = peak + habit.spreadHours * random.normal();
  return ((hour % 24) + 24) % 24;
}
