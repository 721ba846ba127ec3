import fc from "fast-check";
import { expect, test } from "vitest";
import { Catalogue } from "#events";
import { catalogueOf, type PutItem, put } from "../hand-made.cases.ts";
import { TextIndex } from "./text-index.ts";

const found = async (index: TextIndex, text: string): Promise<number[]> =>
  (await index.search(text, 10)).map(({ itemRow }) => itemRow);

test("rare words count more, titles more than texts, and short items more than long ones", async () => {
  const index = new TextIndex(
    catalogueOf([
      { title: "Oak table" },
      { title: "Oak chair" },
      { title: "Walnut chair" },
      { text: "a chair of walnut and of many other woods, told of at length" },
    ]),
  );
  expect(await found(index, "walnut chair")).toEqual([2, 3, 1]);
  expect(await found(index, "OAK")).toEqual([0, 1]);
  expect(await found(index, "pine")).toEqual([]);
});

test("case, accents and scripts without blanks are no hurdle; tags are found too", async () => {
  const index = new TextIndex(
    catalogueOf([{ title: "Crème brûlée" }, { title: "木工入門" }, { tags: ["night-sky"] }]),
  );
  expect(await found(index, "creme BRULEE")).toEqual([0]);
  expect(await found(index, "木工")).toEqual([1]);
  expect(await found(index, "sky")).toEqual([2]);
});

test("BM25 as worked out by hand", async () => {
  const index = new TextIndex(catalogueOf([{ text: "red red blue" }, { text: "blue" }]));
  // red: in 1 of 2, ln(1 + 1.5 / 1.5); frequency 2, length 3, mean 2: 2 x 2.2 / (2 + 1.2 x (.25 + .75 x 1.5))
  expect((await index.search("red", 1))[0]!.score).toBeCloseTo((Math.log(2) * 4.4) / (2 + 1.2 * 1.375), 12);
});

test("after any puts and changes it says what an index made anew says", async () => {
  const words = fc.constantFrom("oak", "ash", "elm", "fir", "yew");
  const input: fc.Arbitrary<PutItem> = fc.record({
    itemId: fc.constantFrom("a", "b", "c", "d"),
    title: fc.array(words, { maxLength: 3 }).map((list) => list.join(" ")),
    tags: fc.array(words, { maxLength: 2 }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(input, { maxLength: 12 }), words, async (puts, word) => {
      const catalogue = new Catalogue();
      const index = new TextIndex(catalogue);
      await index.search(word, 1); // from here on it is kept
      for (const item of puts) put(catalogue, item);
      const anew = await new TextIndex(catalogue).search(word, 10);
      const kept = await index.search(word, 10);
      expect(kept.map(({ itemRow }) => itemRow)).toEqual(anew.map(({ itemRow }) => itemRow));
      for (const [place, { score }] of kept.entries()) expect(score).toBeCloseTo(anew[place]!.score, 9);
    }),
  );
});
