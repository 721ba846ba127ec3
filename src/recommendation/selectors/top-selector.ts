import type { Candidate, Query, Selector } from "../pipeline.ts";

/** The best of the first source, then of the next: scores of different sources do not compare. */
export class TopSelector implements Selector {
  readonly name = "top";

  select({ n }: Query, candidates: readonly Candidate[]): readonly Candidate[] {
    return candidates.slice(0, n);
  }
}
