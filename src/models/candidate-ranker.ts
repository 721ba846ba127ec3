import type { Condition, History } from "#sequences";

/**
 * @file What a model can do beside scoring all items when it knows people's actions apart: say of given items how likely a person is
 * to do each of them. The history is read once for all of them.
 */
export interface CandidateRanker {
  /** Names of the actions, hides among them. */
  readonly heads: readonly string[];
  /** How much each head counts unless somebody declares otherwise: its strength, below 0 for what shows that nothing is wanted. */
  readonly strengths: Readonly<Record<string, number>>;
  /** Declared features that {@link RankMoment.features} must have, in this order, and the version of their definitions; none when absent. */
  readonly declared?: { readonly names: readonly string[]; readonly version: string } | undefined;
  /** Names of the models whose scores of the candidates {@link RankMoment.scores} must have, in this order; none when absent. */
  readonly retrievers?: readonly string[] | undefined;
  /** Whether it learned from lists that were about something: only then {@link RankMoment.condition} counts. */
  readonly readsConditions?: boolean;
  /**
   * Probabilities of shape (candidates, heads), row-major, for a list that is made now; NaN through a row of an item the model has not met.
   * @param acts all that the person did, oldest first, what shows that nothing is wanted too; empty for somebody new
   */
  rank(acts: History, candidates: ArrayLike<number>, moment: RankMoment): Promise<Float32Array>;
}

export interface RankMoment {
  readonly timeMs: number;
  /** Code of the surface the list is for; 0 where nobody says. */
  readonly surface: number;
  /** (candidates, declared features), row-major, as they are now; NaN where there is no value, everywhere when absent. */
  readonly features?: ArrayLike<number>;
  /** (candidates, retrievers), row-major, what each says of each; NaN of what it has not met, everywhere when absent. */
  readonly scores?: ArrayLike<number>;
  /** What the list is about, where it is about something. */
  readonly condition?: Condition | undefined;
}
