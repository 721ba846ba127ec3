import type { Catalogue } from "#events";
import { type CandidateRanker, referenceOf } from "#models";
import type { Candidates } from "../candidates.ts";
import type { FeatureReader } from "../feature-reader.ts";
import type { Query, Scorer, Scores } from "../pipeline.ts";
import type { QueryScores } from "../query-scores.ts";
import { scoredBy } from "./scored-by.ts";

interface Parts {
  readonly features: FeatureReader;
  readonly catalogue: Catalogue;
  /** Of a model in service by its name, for rankers that ask those who found the candidates. */
  readonly scoresBy: (model: string) => QueryScores;
}

/**
 * What a model says of each candidate for the person's history: of one that tells actions apart, how likely each is; of the others, its
 * own score. Items it has not met have none.
 */
export class ModelScorer implements Scorer {
  readonly name: string;
  readonly #scores: QueryScores;
  readonly #parts: Parts;

  constructor(name: string, scores: QueryScores, parts: Parts) {
    this.name = name;
    this.#scores = scores;
    this.#parts = parts;
  }

  async score(query: Query, candidates: Candidates): Promise<Scores> {
    const served = await this.#scores.served(query);
    const { ranker } = served.model;
    const { itemRows: rows } = candidates;
    if (ranker) {
      const moment = {
        ...{ timeMs: query.asOfMs, surface: query.surfaceCode, condition: query.condition },
        ...(ranker.declared && { features: await this.#featuresOf(ranker.declared, query, rows) }),
        ...(ranker.retrievers && { scores: await this.#askedOf(ranker.retrievers, query, rows) }),
      };
      const values = await query.modelTimes.during(referenceOf(served), () =>
        ranker.rank(query.acts, rows, moment),
      );
      return { heads: ranker.heads, values, weights: ranker.strengths };
    }
    return scoredBy(await this.#scores.ofItems(query, rows));
  }

  /** (rows, models) */
  async #askedOf(models: readonly string[], query: Query, rows: Uint32Array): Promise<Float32Array> {
    const { scoresBy } = this.#parts;
    const said = await Promise.all(models.map((model) => scoresBy(model).ofItems(query, rows)));
    return Float32Array.from({ length: rows.length * models.length }, (_, at) => {
      return said[at % models.length]![Math.floor(at / models.length)]!;
    });
  }

  #featuresOf(
    declared: NonNullable<CandidateRanker["declared"]>,
    { person, asOfMs }: Query,
    rows: Uint32Array,
  ): Promise<Float64Array> {
    const { features, catalogue } = this.#parts;
    const itemIds = Array.from(rows, (row) => catalogue.at(row).itemId);
    return features.read(declared, { userId: person?.userId, itemIds, asOfMs });
  }
}
