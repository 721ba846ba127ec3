import type { Vector } from "#models";
import { unitOf } from "#numeric";
import { filterOf } from "../items/item-filter.ts";
import type { ItemIndex } from "../items/item-index.ts";
import type { TagIndex } from "../items/tag-index.ts";
import type { TextIndex } from "../items/text-index.ts";
import type { Proposal, Query, Source } from "../pipeline.ts";
import type { QueryVectors } from "../query-vectors.ts";

export interface NearParts {
  readonly vectors: QueryVectors;
  readonly tags: TagIndex;
  readonly texts: TextIndex;
}

/** Items of a topic, or found by a text, that stand for it: their mean is where it lies. */
const EXAMPLES = 50;

/**
 * Lists about a topic or a text, through the vector index. Of a topic: those of its items that are nearest to the person, found within the search (in
 * Pinterest's conditional retrieval, KDD 2025, topic and person meet in one query too); for a stranger, nearest to its middle. Of a text: what is
 * near the best items that its words find, so that an item said in other words is found as well.
 */
export class NearSource implements Source {
  readonly name = "near";
  readonly #parts: NearParts;

  constructor(parts: NearParts) {
    this.#parts = parts;
  }

  answers({ condition, index }: Query): boolean {
    const isAbout = condition?.kind === "topic" || condition?.kind === "text";
    return isAbout && index !== undefined;
  }

  async propose(query: Query, budget: number): Promise<readonly Proposal[]> {
    const { condition, index } = query;
    const { vectors, tags, texts } = this.#parts;
    if (!index) return [];
    if (condition?.kind === "topic") {
      const { topic } = condition;
      const middle = (): Vector | undefined => middleOf(tags.rowsOf(topic).slice(-EXAMPLES), index);
      const vector = (await vectors.of(query, "now", index)) ?? middle();
      return vector ? index.nearest(vector, budget, filterOf(query, { any: [topic] })) : [];
    }
    if (condition?.kind !== "text") return [];
    const hits = await texts.search(condition.text, EXAMPLES);
    const vector = middleOf(
      hits.map(({ itemRow }) => itemRow),
      index,
    );
    return vector ? index.nearest(vector, budget, filterOf(query)) : [];
  }
}

/** The direction of the mean; `undefined` when none of the items has a place. */
function middleOf(itemRows: readonly number[], index: ItemIndex): Vector | undefined {
  const points = itemRows.flatMap((row) => index.vectorOf(row) ?? []);
  const [first] = points;
  if (!first) return undefined;
  const values = new Float32Array(first.values.length);
  for (const point of points) for (let at = 0; at < values.length; at++) values[at]! += point.values[at]!;
  return { version: first.version, values: unitOf(values) };
}
