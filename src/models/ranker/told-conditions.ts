import type { Condition } from "#sequences";
import { type ItemDescriptions, withDescriptions } from "../sequence-encoder/content-bags.ts";
import type { Description } from "../sequence-encoder/content-vocabulary.ts";
import { ConditionMeanings, NOTHING_SAID } from "./condition-meanings.ts";
import { ContentLikeness } from "./content-likeness.ts";

/** What lists were about while a ranker learns, by position among the conditions of the data. */
export interface ToldConditions {
  /** As items are described; of none, and of those that no request is about, undefined. */
  readonly descriptions: readonly (Description | undefined)[];
  /** Where each is in the table of items, no item, and what is described beside them. */
  readonly rows: Uint32Array;
  /** What the items are described by, and the topics and texts in the rows beside them; absent where nothing is said of any item. */
  readonly content: ItemDescriptions | undefined;
  readonly likeness: ContentLikeness | undefined;
  readonly meanings: ConditionMeanings | undefined;
}

/** @param asked positions of those that requests are about; `content` has the items' rows and one of no item */
export function toldConditions(
  conditions: readonly (Condition | undefined)[],
  asked: ReadonlySet<number>,
  content: ItemDescriptions | undefined,
  itemCount: number,
): ToldConditions {
  const likeness = content && ContentLikeness.of(content.bags, itemCount);
  const meanings = content && ConditionMeanings.of(content.vocabulary, content.bags);
  const rows = new Uint32Array(conditions.length).fill(itemCount);
  const beside: Description[] = [];
  const descriptions = conditions.map((condition, position) => {
    if (!condition || !asked.has(position)) return undefined;
    const said = meanings?.of(condition, (item) => likeness?.at(item)) ?? NOTHING_SAID;
    if (condition.kind === "item") rows[position] = condition.itemRow;
    else if (content) rows[position] = itemCount + beside.push(said);
    return said;
  });
  const all = content && { ...content, bags: withDescriptions(content.bags, beside) };
  return { descriptions, rows, content: all, likeness, meanings };
}
