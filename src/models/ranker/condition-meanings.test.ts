import { expect, test } from "vitest";
import type { ItemRow } from "#base";
import type { ItemContent } from "#sequences";
import { contentBags } from "../sequence-encoder/content-bags.ts";
import { ContentVocabulary, type Description } from "../sequence-encoder/content-vocabulary.ts";
import { ConditionMeanings } from "./condition-meanings.ts";
import { ContentLikeness, shareOfTerms, termCosine, vectorCosine } from "./content-likeness.ts";

const items: ItemContent[] = [
  ...Array.from({ length: 4 }, () => ({ tags: ["box joints"], title: "walnut", vector: [3, 0, 0] })),
  ...Array.from({ length: 4 }, () => ({ tags: ["sourdough"], title: "starter", vector: [0, 2, 0] })),
  { tags: ["box joints", "sourdough"], vector: [1, 1, 0] },
];
const vocabulary = ContentVocabulary.of(items, "all")!;
const bags = contentBags(items, vocabulary);
const likeness = ContentLikeness.of(bags, items.length);
const meanings = ConditionMeanings.of(vocabulary, bags);
const at = (item: number) => likeness.at(item);
const row = (item: number) => item as ItemRow;

/** How a joint, a loaf and what is of both fit it: share of its terms, cosine of terms, of vectors. */
function fitsOf(about: Description): number[][] {
  return [0, 4, 8].map((item) =>
    [shareOfTerms, termCosine, vectorCosine].map(
      (likenessOf) => Math.round(100 * likenessOf(about, at(item)!)) / 100,
    ),
  );
}

test("a topic and a text that names it in any words around are described as the items of that topic are", () => {
  const topic = fitsOf(meanings.of({ kind: "topic", topic: "box joints" }, at));
  expect(topic[0]).toEqual([1, 0.71, 0.99]); // the joint has a word of its own; one item of the tag is of both
  expect(topic[1]).toEqual([0, 0, expect.closeTo(0.14, 1)]);
  expect(topic[2]![0]).toBe(1);
  const text = meanings.of({ kind: "text", text: "How to cut BOX   Joints?" }, at);
  expect(fitsOf(text)).toEqual(topic);
  const words = meanings.of({ kind: "text", text: "a sourdough starter" }, at);
  expect(fitsOf(words)[1]).toEqual([1, 1, expect.closeTo(1, 1)]);
});

test("an item is what is said of it, several are all of it; what nobody has met says nothing", () => {
  expect(fitsOf(meanings.of({ kind: "item", itemRow: row(4) }, at))[1]).toEqual([1, 1, 1]);
  const both = meanings.of({ kind: "items", itemRows: [row(0), row(4)] }, at);
  expect(fitsOf(both)[0]).toEqual(fitsOf(both)[1]);
  expect(fitsOf(both)[2]![0]).toBe(0.5); // both tags of two tags and two words
  for (const nothing of [
    meanings.of({ kind: "text", text: "joints" }, at), // a part of a name is not the name
    meanings.of({ kind: "topic", topic: "unheard of" }, at),
    meanings.of({ kind: "item", itemRow: row(99) }, at),
  ])
    expect(fitsOf(nothing)).toEqual([
      [0, 0, 0],
      [0, 0, 0],
      [0, 0, 0],
    ]);
});
