import { Random } from "#base";

/**
 * @file Where the positives stand among their rivals. Equal scores are ordered by a random permutation of the items
 * that turns with each person: were they ordered by item row, a model that cannot tell items apart would profit from
 * the catalogue's order, and were the permutation the same for all, from whichever items it puts first.
 */
export class TieOrders {
  readonly #itemCount: number;
  readonly #seed: number;
  readonly #twice: Uint32Array; // the permutation, twice in a row: every turn of it is a view

  constructor(itemCount: number, seed: number) {
    const permutation = Random.of(seed, "ties").shuffle(
      Uint32Array.from({ length: itemCount }, (_, row) => row),
    );
    this.#itemCount = itemCount;
    this.#seed = seed;
    this.#twice = new Uint32Array(2 * itemCount);
    this.#twice.set(permutation);
    this.#twice.set(permutation, itemCount);
  }

  /** Shape (itemCount), all different: of two items with equal scores the one with the lower number goes first. */
  of(user: number): Uint32Array {
    const turn = this.#itemCount === 0 ? 0 : Random.of(this.#seed, `ties/${user}`).integer(this.#itemCount);
    return this.#twice.subarray(turn, turn + this.#itemCount);
  }
}

/**
 * 1-based ranks of the positives, best first, among all items, or among `negatives` and the positives. An item scored
 * -Infinity or NaN is not ranked: as a positive it is missing from the result, as a rival it beats nothing. O(rivals)
 * plus O(positives) for each rival above the worst positive.
 */
export function ranksOf(
  scores: Float32Array,
  tieOrder: Uint32Array,
  positives: Uint32Array,
  negatives?: Uint32Array,
): Float64Array {
  const isBefore = (item: number, other: number): boolean =>
    scores[item]! > scores[other]! || (scores[item] === scores[other] && tieOrder[item]! < tieOrder[other]!);
  const ranked = positives
    .filter((item) => scores[item]! > Number.NEGATIVE_INFINITY)
    .sort((left, right) => (isBefore(left, right) ? -1 : 1));
  const ranks = new Float64Array(ranked.length);
  if (ranked.length === 0) return ranks;
  const worst = scores[ranked[ranked.length - 1]!]!;
  const meet = (rival: number): void => {
    if (!(scores[rival]! >= worst)) return;
    let beaten = ranked.length;
    while (beaten > 0 && isBefore(rival, ranked[beaten - 1]!)) beaten--;
    if (beaten < ranked.length) ranks[beaten]!++; // for now: rivals that beat this positive and no better one
  };
  if (negatives) {
    for (const rival of negatives) meet(rival);
    for (const rival of ranked) meet(rival);
  } else for (let rival = 0; rival < scores.length; rival++) meet(rival);
  let ahead = 0;
  for (let position = 0; position < ranks.length; position++) {
    ahead += ranks[position]!;
    ranks[position] = ahead + 1;
  }
  return ranks;
}
