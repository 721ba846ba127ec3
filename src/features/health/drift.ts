import { QuantileSketch } from "../aggregations/quantile-sketch.ts";
import { PackedReader, PackedWriter } from "../packed-bytes.ts";

/** How the values of one feature lie among people. */
export interface Distribution {
  /** People looked at. */
  people: number;
  /** Of them, those without a value. */
  absent: number;
  /** Numbers only. */
  readonly sketch: QuantileSketch;
}

export function emptyDistribution(): Distribution {
  return { people: 0, absent: 0, sketch: new QuantileSketch() };
}

const BINS = 10;
/** A bin that is empty on one side counts as this much. */
const LEAST_SHARE = 1e-4;

/**
 * Population stability index: the sum of (now - before) ln (now / before) over ten bins of equal size before and one for absent values.
 * Below 0.1 is called stable, above 0.25 a shift worth a look (Siddiqi 2006, "Credit Risk Scorecards").
 */
export function stabilityIndex(before: Distribution, now: Distribution): number {
  return binned(before, now).reduce((sum, [share, actual]) => {
    const [old, fresh] = [Math.max(share, LEAST_SHARE), Math.max(actual, LEAST_SHARE)];
    return sum + (fresh - old) * Math.log(fresh / old);
  }, 0);
}

/** Of the standard normal distribution, 95 % lie below. */
const Z95 = 1.645;

/**
 * What the index stays under, 95 times of 100, when both samples are of one and the same population: it is (1/N + 1/M) times a chi-squared variable
 * of one degree less than there are bins (Yurdakul and Naranjo 2020), whose quantile is Wilson and Hilferty's. Fifty people against fifty can reach .7.
 */
export function indexByChance(before: Distribution, now: Distribution): number {
  const degrees = binned(before, now).filter(([old, fresh]) => old > 0 || fresh > 0).length - 1;
  if (degrees < 1 || before.people === 0 || now.people === 0) return 0;
  const spread = 2 / (9 * degrees);
  const quantile = degrees * (1 - spread + Z95 * Math.sqrt(spread)) ** 3;
  return quantile * (1 / before.people + 1 / now.people);
}

/** Parts of the people in each bin, before and now. */
function binned(before: Distribution, now: Distribution): [number, number][] {
  const bounds = Array.from({ length: BINS - 1 }, (_, n) => before.sketch.quantile((n + 1) / BINS) ?? 0);
  const distinct = [...new Set(bounds)].sort((left, right) => left - right);
  const [expected, actual] = [sharesOf(before, distinct), sharesOf(now, distinct)];
  return expected.map((share, bin) => [share, actual[bin]!]); // the same bins
}

/** Part of the people in each bin; the last is of those without a value. */
function sharesOf({ people, absent, sketch }: Distribution, bounds: readonly number[]): number[] {
  if (people === 0) return [...bounds.map(() => 0), 0, 0];
  const present = sketch.count / people;
  const upTo = [
    ...bounds.map((bound) => (sketch.count > 0 ? sketch.shareUpTo(bound) : 0)),
    sketch.count > 0 ? 1 : 0,
  ];
  return [...upTo.map((share, n) => (share - (upTo[n - 1] ?? 0)) * present), absent / people];
}

/** As text, for a file beside others. */
export function encodeDistribution({ people, absent, sketch }: Distribution): string {
  const out = new PackedWriter();
  out.whole(people);
  out.whole(absent);
  sketch.write(out);
  return Buffer.from(out.take()).toString("base64");
}

export function decodeDistribution(text: string): Distribution {
  const reader = new PackedReader(Buffer.from(text, "base64"));
  return { people: reader.whole(), absent: reader.whole(), sketch: QuantileSketch.read(reader) };
}
