import { expect, test } from "vitest";
import { dot } from "#numeric";
import { personNames } from "./person-names.ts";
import { titleWords } from "./title-words.ts";
import { growTopics } from "./topics.ts";
import { worldPresets } from "./world-config.ts";

const { topics: config } = worldPresets.tiny;
const topics = growTopics(7, config);

test("the tree has 24 top-level topics, 120 middle topics and 600 leaves, and no name occurs twice", () => {
  expect([topics.topNames.length, topics.middleNames.length, topics.leaves.length]).toEqual([24, 120, 600]);
  const names = [...topics.topNames, ...topics.middleNames, ...topics.leaves.map(({ path }) => path[2])];
  const repeated = names.filter((name, position) => names.indexOf(name) !== position);
  expect(repeated).toEqual([]);
});

test("every top-level topic has words for its titles, and every word and name is whole", () => {
  expect(Object.keys(titleWords)).toEqual(topics.topNames);
  const words = Object.values(titleWords).flatMap(({ adjectives, settings }) => [...adjectives, ...settings]);
  const people = Object.values(personNames).flatMap(({ women, men, last }) => [...women, ...men, ...last]);
  for (const text of [...words, ...people, ...topics.leaves.flatMap(({ path }) => path)])
    expect(text).toMatch(/^\S(.*\S)?$/);
});

test("a leaf is closest to its siblings, then to its cousins, then to strangers, on average as configured", () => {
  const sums = { sibling: [0, 0], cousin: [0, 0], stranger: [0, 0] };
  for (let left = 0; left < 600; left++)
    for (let right = 0; right < left; right++) {
      const [a, b] = [topics.leaves[left]!, topics.leaves[right]!];
      const kin = a.middle === b.middle ? "sibling" : a.top === b.top ? "cousin" : "stranger";
      sums[kin][0]! += dot(topics.directions[left]!, topics.directions[right]!);
      sums[kin][1]!++;
    }
  const mean = (kin: keyof typeof sums): number => sums[kin][0]! / sums[kin][1]!;
  expect(mean("sibling")).toBeCloseTo(config.leafCosine ** 2, 1);
  expect(mean("cousin")).toBeCloseTo((config.leafCosine * config.middleCosine) ** 2, 1);
  expect(mean("stranger")).toBeCloseTo(0, 1);
});

test("an interest reaches its own leaf in full, a sibling in part, a stranger hardly", () => {
  const reach = (from: number, to: number): number => topics.kernel[from * 600 + to]!;
  expect(reach(3, 3)).toBe(1);
  expect(reach(0, 1)).toBeGreaterThan(0.05);
  expect(reach(0, 1)).toBeLessThan(0.4);
  const strangers = topics.leavesOfTop[5]!.map((leaf) => reach(0, leaf));
  expect(Math.max(...strangers)).toBeLessThan(0.1);
});
