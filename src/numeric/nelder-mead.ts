/** Where a function is least, and how little it is there. */
export interface Minimum {
  readonly at: readonly number[];
  readonly value: number;
}

const TOLERANCE = 1e-10;
const FIRST_STEP = 0.5;

/**
 * The downhill simplex (Nelder and Mead 1965): a minimum of a function of a few variables without derivatives. Ends when the values
 * of the simplex agree to `1e-10` relative, or after `rounds`.
 */
export function nelderMead(
  of: (at: readonly number[]) => number,
  start: readonly number[],
  rounds = 5000,
): Minimum {
  const scored = (at: readonly number[]): Minimum => ({ at, value: of(at) });
  let simplex = [
    start,
    ...start.map((_, n) => start.map((value, at) => value + (at === n ? FIRST_STEP : 0))),
  ].map(scored);
  for (let round = 0; round < rounds; round++) {
    simplex.sort((left, right) => left.value - right.value);
    const best = simplex[0]!;
    const worst = simplex.at(-1)!;
    if (Math.abs(worst.value - best.value) <= TOLERANCE * (Math.abs(best.value) + TOLERANCE)) break;
    const others = simplex.slice(0, -1);
    const center = start.map(
      (_, at) => others.reduce((sum, point) => sum + point.at[at]!, 0) / others.length,
    );
    const along = (factor: number): Minimum =>
      scored(center.map((middle, at) => middle + factor * (worst.at[at]! - middle)));
    const next = replacement(along, best, others.at(-1)!, worst);
    simplex = next
      ? [...others, next]
      : simplex.map((point) =>
          point === best ? best : scored(point.at.map((value, at) => (value + best.at[at]!) / 2)),
        );
  }
  return simplex.reduce((least, point) => (point.value < least.value ? point : least));
}

/** What takes the worst point's place: its reflection, that stretched or shortened; `undefined` when the simplex is to shrink. */
function replacement(
  along: (factor: number) => Minimum,
  best: Minimum,
  second: Minimum,
  worst: Minimum,
): Minimum | undefined {
  const reflected = along(-1);
  if (reflected.value < best.value) {
    const stretched = along(-2);
    return stretched.value < reflected.value ? stretched : reflected;
  }
  if (reflected.value < second.value) return reflected;
  const shortened = along(reflected.value < worst.value ? -0.5 : 0.5);
  return shortened.value < Math.min(reflected.value, worst.value) ? shortened : undefined;
}
