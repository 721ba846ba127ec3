import { describe, expect, test } from "vitest";
import { likesMost } from "./likes-most.ts";

/** "food / ramen" at a share. */
const liked = (path: string, share: number) => {
  const names = path.split(" / ");
  return { topic: names.at(-1)!, path: names, share };
};
const names = (topics: readonly { readonly topic: string }[]) => topics.map(({ topic }) => topic);

describe("what somebody likes most", () => {
  test("is the narrower topic where it carries most of the broader one, else the broader one", () => {
    const narrow = [liked("food", 0.6), liked("food / ramen", 0.5), liked("food / tea", 0.1)];
    expect(names(likesMost(narrow, 3))).toEqual(["ramen", "tea"]);
    const broad = [liked("food", 0.6), liked("food / ramen", 0.3), liked("food / tea", 0.2)];
    expect(names(likesMost(broad, 3))).toEqual(["food"]);
  });

  test("goes down the tree as far as one topic carries most", () => {
    const deep = [liked("food", 0.9), liked("food / soups", 0.8), liked("food / soups / ramen", 0.3)];
    expect(names(likesMost(deep, 3))).toEqual(["soups"]);
  });

  test("comes by the share that is shown, whatever the order was, and no topic stands beside one above it", () => {
    const topics = [
      liked("food / ramen", 0.4),
      liked("food", 0.4),
      liked("crafts", 0.5),
      liked("crafts / ceramics", 0.3),
      liked("film", 0.35),
      liked("gardens", 0.1),
    ];
    expect(names(likesMost(topics, 3))).toEqual(["ramen", "film", "ceramics"]);
    expect(names(likesMost(topics, 10))).toEqual(["ramen", "film", "ceramics", "gardens"]);
  });
});
