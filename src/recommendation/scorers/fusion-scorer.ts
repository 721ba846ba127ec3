import { type Candidates, NOWHERE } from "../candidates.ts";
import type { Query, Scorer, Scores } from "../pipeline.ts";
import { scoredBy } from "./scored-by.ts";
import { utilityOf } from "./utility.ts";

/**
 * Reciprocal rank fusion (Cormack, Clarke, Buettcher 2009): a candidate scores the sum over the sources that proposed it of `1 / (k +
 * rank)`, rank from 1. It needs no scores that compare, which scores of different sources never do. With a further scorer, its order of the
 * candidates votes as one more source, where those it knows nothing of stand in the middle: new items are neither best nor worst.
 */
export class FusionScorer implements Scorer {
  readonly name = "fusion";
  readonly #voter: Scorer | undefined;

  constructor(voter?: Scorer) {
    this.#voter = voter;
  }

  async score(query: Query, candidates: Candidates): Promise<Scores> {
    const sums = new Float64Array(candidates.length);
    for (const source of candidates.sources)
      for (const [position, place] of candidates.placesOf(source)!.entries())
        if (place !== NOWHERE) sums[position]! += shareOf(place);
    const fused = Float32Array.from(sums);
    if (!this.#voter) return scoredBy(fused);
    const votes = utilityOf(await this.#voter.score(query, candidates), {}, candidates.length);
    addVotes(fused, votes);
    return scoredBy(fused);
  }
}

/** The order they stand in and that of their scores as two votes: (candidates). NaN says nothing of its candidate. */
export function fusedWithOrder(scores: Float64Array): Float64Array {
  const fused = Float64Array.from(scores.keys(), shareOf);
  addVotes(fused, scores);
  return fused;
}

/** Those that nothing is known of stand in the middle. */
function addVotes(fused: Float32Array | Float64Array, votes: Float64Array): void {
  const order = Uint32Array.from(votes.keys()).filter((row) => !Number.isNaN(votes[row]));
  order.sort((left, right) => votes[right]! - votes[left]! || left - right);
  for (const [place, row] of order.entries()) fused[row]! += shareOf(place);
  const middle = shareOf((votes.length - 1) / 2);
  for (const [row, vote] of votes.entries()) if (Number.isNaN(vote)) fused[row]! += middle;
}

/** The published constant. */
const K = 60;

function shareOf(place: number): number {
  return 1 / (K + place + 1);
}
