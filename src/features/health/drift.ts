import type { FeatureValue } from "../aggregation.ts";
import { PackedReader, PackedWriter } from "../packed-bytes.ts";
import type { Measure } from "./measure.ts";
import { NumberShares } from "./number-shares.ts";
import { emptyShares, readShares, type ValueShares } from "./value-shares.ts";

export type Quantiles = Readonly<Record<"p10" | "p50" | "p90", number | null>>;

/** How the values of one feature lie among people. */
export class Distribution {
  readonly measure: Measure;
  /** Looked at. */
  people = 0;
  /** Of them, those without a value. */
  absent = 0;
  /** Of the others. */
  readonly values: ValueShares;

  constructor(measure: Measure, values = emptyShares(measure)) {
    this.measure = measure;
    this.values = values;
  }

  take(value: FeatureValue): void {
    this.people++;
    if (value === null) this.absent++;
    else this.values.take(value);
  }

  /** `null` of what is no number, or of nobody. */
  get quantiles(): Quantiles {
    const at = (quantile: number): number | null => this.numbers?.sketch.quantile(quantile) ?? null;
    return { p10: at(0.1), p50: at(0.5), p90: at(0.9) };
  }

  /** Where they are numbers. */
  get numbers(): NumberShares | undefined {
    return this.values instanceof NumberShares ? this.values : undefined;
  }

  /** Part of the people in each bin of the reference; the last is of those without a value. */
  by({ values }: Distribution): number[] {
    const present = this.people === 0 ? 0 : (this.people - this.absent) / this.people;
    const absent = this.people === 0 ? 0 : this.absent / this.people;
    return [...this.values.by(values).map((share) => share * present), absent];
  }

  /** As text, for a file beside others. */
  encode(): string {
    const out = new PackedWriter();
    out.whole(this.people);
    out.whole(this.absent);
    this.values.write(out);
    return Buffer.from(out.take()).toString("base64");
  }

  static decode(measure: Measure, text: string): Distribution {
    const reader = new PackedReader(Buffer.from(text, "base64"));
    const [people, absent] = [reader.whole(), reader.whole()];
    const read = new Distribution(measure, readShares(measure, reader));
    return Object.assign(read, { people, absent });
  }
}

/** A bin that is empty on one side counts as this much. */
const LEAST_SHARE = 1e-4;

/**
 * Population stability index: the sum of (now - before) ln (now / before) over the bins that the values before make, and one for absent values.
 * Below 0.1 is called stable, above 0.25 a shift worth a look (Siddiqi 2006, "Credit Risk Scorecards").
 */
export function stabilityIndex(before: Distribution, now: Distribution): number {
  if (before.people === 0 || now.people === 0) return 0;
  const bins = binned(before, now);
  const smoothed = (share: number, people: number): number => {
    const more = before.values.smoothing;
    return Math.max((share * people + more) / (people + more * bins.length), LEAST_SHARE);
  };
  return bins.reduce((sum, [share, actual]) => {
    const [old, fresh] = [smoothed(share, before.people), smoothed(actual, now.people)];
    return sum + (fresh - old) * Math.log(fresh / old);
  }, 0);
}

/** Of the standard normal distribution, 95 % lie below. */
const Z95 = 1.645;

/**
 * What the index stays under, 95 times of 100, when both samples are of one and the same population: it is (1/N + 1/M) times a chi-squared variable
 * of one degree less than there are bins (Yurdakul and Naranjo 2020), whose quantile is Wilson and Hilferty's. Fifty people against fifty can reach .7.
 * Where a person's weight is divided among bins, it varies less, and the index stays under it more often.
 */
export function indexByChance(before: Distribution, now: Distribution): number {
  const degrees = binned(before, now).length - 1;
  if (degrees < 1 || before.people === 0 || now.people === 0) return 0;
  const spread = 2 / (9 * degrees);
  const quantile = degrees * (1 - spread + Z95 * Math.sqrt(spread)) ** 3;
  return quantile * (1 / before.people + 1 / now.people);
}

/** Parts of the people in each bin in which there is anybody, before and now. */
function binned(before: Distribution, now: Distribution): (readonly [number, number])[] {
  const actual = now.by(before);
  return before
    .by(before)
    .map((share, bin) => [share, actual[bin]!] as const) // the same bins
    .filter(([old, fresh]) => old > 0 || fresh > 0);
}
