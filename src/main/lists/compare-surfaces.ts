import { monotonicMs, type ProgressListener } from "#base";
import type { ListComparison, RecommendationRequest, Recommender } from "#recommendation";

/** Two surfaces over the same people: means of what `ListComparison` says of each. */
export interface SurfaceComparison extends ListComparison {
  readonly surfaces: readonly [string, string];
  readonly people: number;
  readonly n: number;
}

/** @throws PlatformError `unknown-surface` */
export async function compareSurfaces(
  recommender: Recommender,
  surfaces: readonly [string, string],
  people: readonly string[],
  { n, asOfMs }: Pick<RecommendationRequest, "n" | "asOfMs">,
  progress: ProgressListener,
): Promise<SurfaceComparison> {
  for (const surface of surfaces) recommender.surface(surface);
  const each: ListComparison[] = [];
  for (const userId of people) {
    progress({ stage: "comparing", done: each.length, total: people.length });
    const request = {
      userId,
      n,
      asOfMs,
      cameMs: monotonicMs(),
      excludeSeen: true,
      excludeItemIds: [],
      seed: userId,
    };
    each.push(await recommender.compare(request, surfaces));
  }
  const mean = (of: (one: ListComparison) => number): number =>
    each.reduce((sum, one) => sum + of(one), 0) / Math.max(1, each.length);
  return {
    surfaces,
    people: each.length,
    n,
    overlap: mean(({ overlap }) => overlap),
    samePlace: mean(({ samePlace }) => samePlace),
    diversity: [mean(({ diversity }) => diversity[0]), mean(({ diversity }) => diversity[1])],
    scoreDifference: mean(({ scoreDifference }) => scoreDifference),
  };
}

export function describeComparison(comparison: SurfaceComparison): string {
  const { surfaces, people, n, overlap, samePlace, diversity, scoreDifference } = comparison;
  const [one, other] = surfaces;
  return [
    `${one} and ${other}, lists of ${n} for ${people} people, means`,
    `  same items        ${percent(overlap)}`,
    `  same places       ${percent(samePlace)}`,
    `  diversity         ${diversity[0].toFixed(3)} and ${diversity[1].toFixed(3)}  (1: no two items share a tag)`,
    `  score difference  ${scoreDifference.toPrecision(3)}  (${other} less ${one}; means something where both have the same scorer)`,
  ].join("\n");
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
