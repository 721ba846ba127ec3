import { expect, test } from "vitest";
import { Random } from "#base";
import { itemsBornBefore } from "./catalogue.ts";
import type { SlateRequest } from "./logging-policy.ts";
import { setScene } from "./scene.ts";
import { worldPresets } from "./world-config.ts";

const scene = setScene({ ...worldPresets.tiny, itemsBefore: 150 });
const { policy, catalogue, startMs } = scene;
const bornCount = itemsBornBefore(catalogue, startMs);
const leaf = catalogue.mainLeaves[0]!;
const requests: readonly SlateRequest[] = [
  { surface: "home" },
  { surface: "search", leaf, middle: scene.topics.leaves[leaf]!.middle },
  { surface: "related", seedRow: 0 },
];

test.each(requests)("a slate holds ten distinct items, all born, never the seed: %o", (request) => {
  for (let draw = 0; draw < 200; draw++) {
    const shown = policy.slate(request, startMs, new Random(draw)).map(({ row }) => row);
    expect(new Set(shown).size).toBe(10);
    expect(Math.max(...shown)).toBeLessThan(bornCount);
    if (request.surface === "related") expect(shown).not.toContain(0);
  }
});

test.each(requests)(
  "weighting by the logged probability makes every item count alike, at each position: %o",
  (request) => {
    // E[1 / p] over what a slot shows is the number of items that slot could still show.
    const slates = 4000;
    const sums = new Float64Array(10);
    for (let draw = 0; draw < slates; draw++)
      for (const [position, { actionProbability }] of policy
        .slate(request, startMs, new Random(draw))
        .entries())
        sums[position]! += 1 / actionProbability / slates;
    const possible = bornCount - (request.surface === "related" ? 1 : 0);
    for (const [position, sum] of sums.entries())
      expect(Math.abs(sum / (possible - position) - 1)).toBeLessThan(0.12);
  },
);

test("a search shows mostly what was asked for, and says so", () => {
  const shown = policy.slate(requests[1]!, startMs, new Random(3));
  const bySource = shown.filter(({ source }) => source === `query:${scene.topics.leaves[leaf]!.path[2]}`);
  for (const { row } of bySource) {
    const middles = [catalogue.mainLeaves[row]!, catalogue.secondLeaves[row]!].map(
      (own) => scene.topics.leaves[own]!.middle,
    );
    expect(middles).toContain(scene.topics.leaves[leaf]!.middle);
  }
});
