import { affinityAt, type Interest } from "./interest.ts";
import type { Scene } from "./scene.ts";

/**
 * @file How much a person likes an item at an instant. Interests reach neighbouring leaves through the kernel of the topic
 * tree, a mix is liked for its parts, and liking saturates:
 *
 *     x = sum_j affinity_j(t) * sum_m share_m kernel(leaf_j, leaf_m)        affinity = 1 - exp(-x), in [0, 1)
 */

/** Affinity of each interest to its own leaf at `timeMs`: as {@link affinityAt}, for all of them. */
export function interestAffinities(interests: readonly Interest[], timeMs: number): Float64Array {
  return Float64Array.from(interests, (interest) => affinityAt(interest, timeMs));
}

/** Affinity to item `row`, in [0, 1), of someone whose interests stand at `affinities` now. O(interests). */
export function itemAffinity(
  { topics, catalogue }: Scene,
  interests: readonly Interest[],
  affinities: Float64Array,
  row: number,
): number {
  const main = catalogue.mainLeaves[row]!;
  const second = catalogue.secondLeaves[row]!;
  const share = catalogue.mainShares[row]!;
  const size = topics.leaves.length;
  let total = 0;
  for (let position = 0; position < interests.length; position++) {
    const from = interests[position]!.leaf * size;
    const reach = share * topics.kernel[from + main]! + (1 - share) * topics.kernel[from + second]!;
    total += affinities[position]! * reach;
  }
  return 1 - Math.exp(-total);
}
