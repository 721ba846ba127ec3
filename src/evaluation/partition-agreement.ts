import { assert } from "#base";
import { logGamma } from "#numeric";

/**
 * @file How far two partitions of the same things agree. Adjusted mutual information (Vinh, Epps and Bailey 2010, JMLR 11): mutual
 * information less what two random partitions with the same cluster sizes share, over the mean of the entropies less the same.
 * 1 for equal partitions, about 0 for chance.
 */
export function adjustedMutualInformation(left: readonly number[], right: readonly number[]): number {
  assert(left.length === right.length, "both partitions are of the same things");
  const n = left.length;
  const rows = sizesOf(left);
  const columns = sizesOf(right);
  if (rows.size === columns.size && (rows.size <= 1 || rows.size === n)) return 1; // nothing to tell apart
  const cells = sizesOf(left.map((label, at) => `${label} ${right[at]}`));
  let mutual = 0;
  for (const [cell, count] of cells) {
    const [row, column] = cell.split(" ").map(Number) as [number, number]; // as joined above
    mutual += (count / n) * Math.log((n * count) / (rows.get(row)! * columns.get(column)!));
  }
  const expected = expectedInformation([...rows.values()], [...columns.values()], n);
  const mean = (entropy([...rows.values()], n) + entropy([...columns.values()], n)) / 2;
  const room = mean - expected;
  return Math.abs(room) < 1e-12 ? 0 : (mutual - expected) / room;
}

function sizesOf<Label>(labels: readonly Label[]): Map<Label, number> {
  const sizes = new Map<Label, number>();
  for (const label of labels) sizes.set(label, (sizes.get(label) ?? 0) + 1);
  return sizes;
}

function entropy(sizes: readonly number[], n: number): number {
  return -sizes.reduce((sum, size) => sum + (size / n) * Math.log(size / n), 0);
}

/** Of two random partitions with these sizes: a cell's count is hypergeometric. O(rows x columns x smallest size). */
function expectedInformation(rows: readonly number[], columns: readonly number[], n: number): number {
  const factorial = (of: number): number => logGamma(of + 1);
  let expected = 0;
  for (const a of rows)
    for (const b of columns) {
      const fixed = factorial(a) + factorial(b) + factorial(n - a) + factorial(n - b) - factorial(n);
      for (let both = Math.max(1, a + b - n); both <= Math.min(a, b); both++) {
        const free =
          factorial(both) + factorial(a - both) + factorial(b - both) + factorial(n - a - b + both);
        expected += (both / n) * Math.log((n * both) / (a * b)) * Math.exp(fixed - free);
      }
    }
  return expected;
}

/** Harmonic mean of precision and recall of a set of claims; 1 when there was nothing to claim and nothing was claimed. */
export function f1(claimed: ReadonlySet<unknown>, truth: ReadonlySet<unknown>): number {
  if (claimed.size + truth.size === 0) return 1;
  const hits = [...claimed].filter((claim) => truth.has(claim)).length;
  return (2 * hits) / (claimed.size + truth.size);
}
