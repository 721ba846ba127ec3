import { expect, test } from "vitest";
import { around } from "./around.ts";

const topic = (path: string) => ({ topic: path.split(" / ").at(-1)!, path: path.split(" / "), items: 1 });
const names = (topics: readonly { readonly topic: string }[]) => topics.map((one) => one.topic);

test("around a topic are those below it and those of other branches, and none above it", () => {
  const all = ["food", "food / soups", "food / soups / ramen", "food / tea", "crafts"].map(topic);
  const { below, beside } = around(all, "soups");
  expect([names(below), names(beside)]).toEqual([["ramen"], ["tea", "crafts"]]);
  expect(names(around(all, "unknown").beside)).toEqual(names(all));
});
