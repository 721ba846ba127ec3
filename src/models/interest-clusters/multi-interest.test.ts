import { expect, test } from "vitest";
import { Random } from "#base";
import { matrixOf } from "#tensor";
import { drawSeeking, represent } from "./multi-interest.ts";

/** Three items near one axis, engaged with long ago, and one on the other, of today. */
const vectors = matrixOf(4, 2, Float32Array.from([1, 0, 0.995, 0.0998, 0.98, 0.199, 0, 1]));
const engaged = { vectors, agesDays: [[100], [100, 101], [99], [0.5]] };
const tree = { kind: "clusters", by: "tree", linkage: "ward", height: 0.5 } as const;
const random = () => new Random(1);

test("one vector for the last item, one for the decayed mean", async () => {
  const [last] = await represent(engaged, { kind: "last-item" }, random());
  expect([...last!.vector]).toEqual([0, 1]);
  const [often] = await represent(engaged, { kind: "decay-average", lambda: 0 }, random());
  const [lately] = await represent(engaged, { kind: "decay-average", lambda: 1 }, random());
  expect(often!.vector[0]).toBeGreaterThan(0.9);
  expect(lately!.vector[1]).toBeGreaterThan(0.99);
});

test("a cluster is spoken for by its middle item or its mean, and weighs the sum of exp(-lambda age)", async () => {
  const byMedoid = await represent(engaged, { ...tree, spokenBy: "medoid", lambda: 0.01 }, random());
  expect(byMedoid).toHaveLength(2);
  expect([...byMedoid[0]!.vector]).toEqual([...vectors.values.subarray(2, 4)]);
  expect(byMedoid[0]!.importance).toBeCloseTo(2 * Math.exp(-1) + Math.exp(-1.01) + Math.exp(-0.99), 5);
  expect(byMedoid[1]!.importance).toBeCloseTo(Math.exp(-0.005), 5);
  const [mean] = await represent(engaged, { ...tree, spokenBy: "centroid", lambda: 0 }, random());
  expect(Math.hypot(...mean!.vector)).toBeCloseTo(1, 5);
  expect([...mean!.vector]).not.toEqual([...byMedoid[0]!.vector]);
  const kMeans = { kind: "clusters", by: "k-means", k: 2, spokenBy: "medoid", lambda: 0 } as const;
  expect(await represent(engaged, kMeans, random())).toHaveLength(2);
});

test("vectors are drawn without return, the heavier the more often", () => {
  const seeking = [8, 1, 1].map((importance) => ({ vector: new Float32Array(2), importance }));
  const source = random();
  const first = Array.from({ length: 400 }, () => drawSeeking(seeking, 1, source)[0]!.importance);
  expect(first.filter((importance) => importance === 8).length).toBeGreaterThan(280);
  expect(first.filter((importance) => importance === 8).length).toBeLessThan(360);
  expect(new Set(drawSeeking(seeking, 3, source)).size).toBe(3);
  expect(drawSeeking(seeking, 9, source)).toHaveLength(3);
});
