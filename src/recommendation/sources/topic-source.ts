import type { ItemRow } from "#base";
import type { TagIndex } from "../items/tag-index.ts";
import type { Proposal, Query, Source } from "../pipeline.ts";
import type { QueryScores } from "../query-scores.ts";
import { inOrder } from "./proposals.ts";

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
    const popular = [...rows].sort(
      (left, right) => (scores[right] ?? 0) - (scores[left] ?? 0) || left - right,
    );
    const newest = [...rows].reverse();
    const inTurn = new Set<ItemRow>();
    for (let place = 0; place < rows.length && inTurn.size < budget; place++)
      inTurn.add(popular[place]!).add(newest[place]!);
    return inOrder([...inTurn], budget);
  }
}
