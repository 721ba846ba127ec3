import { expect, test } from "vitest";
import { Random } from "#base";
import { drawTitle } from "./titles.ts";
import { growTopics } from "./topics.ts";
import { worldPresets } from "./world-config.ts";

const { leaves } = growTopics(1, worldPresets.tiny.topics);

test("a title names its leaves, starts with a capital or a number and leaves no gap", () => {
  for (const [position, leaf] of leaves.entries())
    for (const second of [undefined, leaves[(position + 7) % leaves.length]!]) {
      const title = drawTitle(new Random(position), leaf, second);
      expect(title.toLowerCase()).toContain(leaf.path[2].toLowerCase());
      if (second) expect(title).toContain(second.path[2]);
      expect(title[0]).toBe(title[0]!.toUpperCase());
      expect(title).not.toMatch(/[*#~@%&]|undefined| {2}/);
    }
});

test("an adjective is not said twice", () => {
  const leaf = leaves.find(({ path }) => path[2] === "cosy mysteries")!;
  for (let seed = 0; seed < 500; seed++) expect(drawTitle(new Random(seed), leaf)).not.toMatch(/cosy cosy/i);
});

test("a hundred titles of one leaf are mostly different", () => {
  const titles = Array.from({ length: 100 }, (_, seed) => drawTitle(new Random(seed), leaves[0]!));
  expect(new Set(titles).size).toBeGreaterThan(70);
});
