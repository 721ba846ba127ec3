import { Random } from "#base";
import { pickWeighted } from "./distributions.ts";

/**
 * @file Cohorts: kinds of people whom nothing told gives away, each with rates of its own. A person of a cohort is who they would be
 * without it, but for its factors; so whatever a cohort is said to do twice as much can be held against the same person who does not.
 */
export interface CohortConfig extends Partial<CohortFactors> {
  /** Part of the people; those of all cohorts sum to 1. */
  readonly share: number;
}

/** Each on what people otherwise have; absent: 1. */
export interface CohortFactors {
  /** Sessions a day. */
  readonly sessionsFactor: number;
  /** Hazards of a night: engaged to lapsing, lapsing to away, away to engaged. */
  readonly lapseFactor: number;
  readonly leaveFactor: number;
  readonly comeBackFactor: number;
  /** Probability of each of the five further interests. */
  readonly birthsFactor: number;
  /** How soon an interest that is habit begins to fade. */
  readonly fadeFactor: number;
  /** Probability of a journey. */
  readonly journeyFactor: number;
  /** Probability that a click is followed by a purchase. */
  readonly purchaseFactor: number;
  /** How strongly satisfaction moves them: on the exponent. */
  readonly satisfactionFactor: number;
  /** How strongly notifications move them (on the exponent), and how soon they unsubscribe. */
  readonly notificationFactor: number;
}

export const noCohort: CohortFactors = {
  sessionsFactor: 1,
  lapseFactor: 1,
  leaveFactor: 1,
  comeBackFactor: 1,
  birthsFactor: 1,
  fadeFactor: 1,
  journeyFactor: 1,
  purchaseFactor: 1,
  satisfactionFactor: 1,
  notificationFactor: 1,
};

/** The cohort of a person, where there are any, and its factors. */
export function drawCohort(
  seed: number,
  index: number,
  cohorts: Readonly<Record<string, CohortConfig>> | undefined,
): CohortFactors & { readonly cohort?: string } {
  if (!cohorts) return noCohort;
  const names = Object.keys(cohorts);
  const shares = names.map((name) => cohorts[name]!.share);
  const cohort = names[pickWeighted(Random.of(seed, `person/${index}/cohort`), shares)]!;
  return { ...noCohort, ...cohorts[cohort], cohort };
}
