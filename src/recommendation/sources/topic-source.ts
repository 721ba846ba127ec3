import type { ItemRow } from "#base";
import type { TagIndex } from "../items/tag-index.ts";
import type { Proposal, Query, Source } from "../pipeline.ts";
import type { QueryScores } from "../query-scores.ts";
import { bestOf, inOrder } from "./proposals.ts";

/** Items of the topic (a tag) a list is about: the most popular and the newest in turn, so that what was put a second ago is there too. */
export class TopicSource implements Source {
  readonly name = "topic";
  readonly #tags: TagIndex;
  readonly #popularity: QueryScores;

  constructor(tags: TagIndex, popularity: QueryScores) {
    this.#tags = tags;
    this.#popularity = popularity;
  }

  answers({ condition }: Query): boolean {
    return condition?.kind === "topic";
  }

  async propose(query: Query, budget: number): Promise<readonly Proposal[]> {
    if (query.condition?.kind !== "topic") return [];
    const rows = this.#tags.rowsOf(query.condition.topic);
    const scores = await this.#popularity.of(query);
    const popular = bestOf(
      Float32Array.from(rows, (row) => scores[row] ?? 0),
      budget,
      Uint32Array.from(rows),
    );
    const inTurn = new Set<ItemRow>();
    for (const [place, { itemRow }] of popular.entries())
      if (inTurn.size < budget) inTurn.add(itemRow).add(rows.at(-1 - place)!);
    return inOrder([...inTurn], budget);
  }
}
