import type { Recommender } from "./recommender.ts";

export interface Rehearsal {
  /** Names of surfaces. */
  readonly surfaces: readonly string[];
  /** What somebody made up did. */
  readonly itemIds: readonly string[];
  readonly asOfMs: number;
  /** When it begins, by `monotonicMs`. */
  readonly cameMs: number;
}

const N = 20;
/** By then most of the code is compiled. */
const LEAST = 10;
/** A source that is late for so long stays so. */
const MOST = 50;

/**
 * Makes lists for somebody made up, of each surface until no source is late: models are read, networks compiled and people counted before anybody
 * waits for that. A surface that cannot answer is left to tell so when it is asked.
 */
export async function rehearse(
  recommender: Pick<Recommender, "recommend">,
  { surfaces, itemIds, asOfMs, cameMs }: Rehearsal,
): Promise<void> {
  const somebody = { session: itemIds.map((itemId) => ({ itemId })), excludeSeen: true, excludeItemIds: [] };
  for (const surface of surfaces)
    for (let round = 0; round < MOST; round++) {
      const request = { ...somebody, surface, n: N, asOfMs, cameMs, seed: String(round) };
      const made = await recommender.recommend(request).catch(() => undefined);
      const isInTime = made?.trace.sources.every(({ outcome }) => outcome !== "late") ?? true;
      if (!made || (isInTime && round >= LEAST)) break;
    }
}
