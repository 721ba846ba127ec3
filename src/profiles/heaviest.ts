/** Puts a place among the heaviest so far, heaviest first, of equal ones the first put; at most so many stay. */
export function insertHeaviest(heaviest: number[], at: number, weights: Float64Array, most: number): void {
  const weight = weights[at]!;
  let to = heaviest.length;
  while (to > 0 && weights[heaviest[to - 1]!]! < weight) to--;
  if (to >= most) return;
  for (let from = Math.min(heaviest.length, most - 1); from > to; from--)
    heaviest[from] = heaviest[from - 1]!;
  heaviest[to] = at;
}
