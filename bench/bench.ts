/** What a benchmark can be told: whole numbers and switches, each with a default. */
export type BenchOptions = Readonly<Record<string, number | boolean>>;

/** One benchmark: `bench/<name>.bench.ts` exports one as `bench`. */
export interface Bench<Options extends BenchOptions> {
  /** One sentence: what is measured. */
  readonly title: string;
  readonly defaults: Options;
  /** The size at which it runs in the tests, so that it never rots. */
  readonly tiny: Options;
  run(options: Options, say: (line: string) => void): Promise<BenchResult>;
}

export interface BenchResult {
  /** Name with unit -> figure. */
  readonly metrics: Readonly<Record<string, number>>;
  /** The same figure of something else, measured in the same run; empty when there is nothing to compare with. */
  readonly compared: Readonly<Record<string, number>>;
  /** Set when a promise was broken: the run then ends with 1. */
  readonly failure?: string;
}

/** The value below which the share `quantile` of the values lies (nearest rank); NaN for none. Sorts a copy. */
export function quantileOf(values: readonly number[], quantile: number): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.max(0, Math.ceil(quantile * sorted.length) - 1)] ?? Number.NaN;
}

/**
 * What `npm start` and the command line run node with, for servers and commands that are measured. Room for what many requests make before it is
 * looked through; and that is done by the thread alone that made it, for helpers that wait for a core while it waits for them made a pause of a
 * millisecond or two seventeen on two busy cores. And what is old is looked through when there is more of it, not because a thread rests: V8 then does so
 * three times to give memory back, half a second of a core each where a million items are known, while another thread answers.
 */
export const NODE_OPTIONS: readonly string[] = [
  "--max-semi-space-size=32",
  "--no-parallel-scavenge",
  "--no-memory-reducer",
];
