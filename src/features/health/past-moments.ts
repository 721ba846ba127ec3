import { DAY_MS } from "#base";
import type { Answer } from "../online/accumulation.ts";
import { Distribution, indexByChance, type Quantiles, stabilityIndex } from "./drift.ts";
import type { Measure } from "./measure.ts";

/** @file How features lay at earlier moments: walked from the log as of each, so that drift has a past from the first look on. */

/** One feature as of one moment, of those who had come by then. */
export interface PastMoment {
  /** ISO 8601. */
  readonly at: string;
  readonly people: number;
  readonly nullRate: number;
  readonly quantiles: Quantiles;
  /** Against what drift is measured against; `null` where too few had come. */
  readonly stabilityIndex: number | null;
  readonly indexByChance: number | null;
}

const MOMENTS = 12;
const LONGEST_STEP_MS = 7 * DAY_MS;
/** Of fewer nothing is told. */
const LEAST_PEOPLE = 20;

/** Times as far apart as each other, a week at most, from after the first event up to now. */
export function momentsBetween(firstMs: number, nowMs: number): number[] {
  const stepMs = Math.min(LONGEST_STEP_MS, Math.floor((nowMs - firstMs) / MOMENTS));
  if (!(stepMs > 0)) return [];
  return Array.from({ length: MOMENTS }, (_, n) => nowMs - (MOMENTS - 1 - n) * stepMs);
}

/** Collects answers of people, or items, as of the moments. */
export class PastMoments {
  readonly timesMs: readonly number[];
  /** (features, moments). */
  readonly #distributions: readonly (readonly Distribution[])[];

  /** @param measures one for each feature */
  constructor(measures: readonly Measure[], timesMs: readonly number[]) {
    this.timesMs = timesMs;
    this.#distributions = measures.map((measure) => timesMs.map(() => new Distribution(measure)));
  }

  /** The answers of one of them, a feature each; `isTold` says of which features anything may be said. */
  take(moment: number, answers: readonly (Answer | undefined)[], isTold: (feature: number) => boolean): void {
    for (const [n, distributions] of this.#distributions.entries()) {
      if (!isTold(n)) continue;
      distributions[moment]!.take(answers[n]?.value ?? null); // one for each
    }
  }

  /** Of one feature, oldest first. */
  of(feature: number, reference: Distribution): PastMoment[] {
    return this.timesMs.flatMap((timeMs, moment) => {
      const found = this.#distributions[feature]![moment]!; // one for each
      if (found.people === 0) return [];
      const isTold = found.people >= LEAST_PEOPLE && reference.people >= LEAST_PEOPLE;
      return {
        at: new Date(timeMs).toISOString(),
        people: found.people,
        nullRate: found.absent / found.people,
        quantiles: found.quantiles,
        stabilityIndex: isTold ? stabilityIndex(reference, found) : null,
        indexByChance: isTold ? indexByChance(reference, found) : null,
      };
    });
  }
}
