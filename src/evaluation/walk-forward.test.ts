import { expect, test } from "vitest";
import { DAY_MS } from "#base";
import { packInteractions } from "#sequences";
import { type WalkForwardMethod, type WalkForwardTask, walkForward } from "./walk-forward.ts";

/**
 * @file A person of two interests, each ten items around a direction: three days of both, then one of each. Whoever is sought by the last item
 * finds only what they did last.
 */
const direction = (axis: number, n: number): Float32Array => {
  const vector = new Float32Array(3);
  vector[axis] = Math.cos(0.02 * n);
  vector[2] = Math.sin(0.02 * n);
  return vector;
};
const vectors = Array.from({ length: 20 }, (_, item) => direction(item < 10 ? 0 : 1, item % 10));
const met = (day: number, ...items: number[]) =>
  items.map((item, n) => ({ user: 0, item, timestampMs: day * DAY_MS + n }));
const past = [...met(0, 0, 10), ...met(1, 1, 11), ...met(2, 2, 12)];

const task = (rows: ReturnType<typeof met>, changes: Partial<WalkForwardTask> = {}): WalkForwardTask => ({
  interactions: packInteractions(rows, 1, vectors.length),
  vectors,
  bornMs: new Float64Array(vectors.length),
  fromMs: 3 * DAY_MS,
  isAsked: () => true,
  budget: 4,
  seed: 1,
  ...changes,
});

const last: WalkForwardMethod = { name: "last", representation: { kind: "last-item" }, drawn: 1 };
const ward: WalkForwardMethod = {
  name: "ward",
  representation: {
    ...{ kind: "clusters", by: "tree", linkage: "ward", height: 1 },
    ...{ spokenBy: "medoid", lambda: 0 },
  },
  drawn: 3,
};

test("several vectors find what the last item cannot; what is near counts for relevance, what is the very item for recall", async () => {
  const rows = [...past, ...met(3, 3, 13)];
  const [byLast, byWard] = await walkForward(task(rows), [last, ward]);
  expect(byLast).toMatchObject({ relevance: 0.5, recall: 0.5, vectors: 1, questions: 1, people: 1 });
  expect(byWard).toMatchObject({ relevance: 1, recall: 1, vectors: 2 });
  // Nine is near to all of its direction, and not among the two nearest.
  const far = await walkForward(task([...past, ...met(3, 9, 19)]), [ward]);
  expect(far[0]).toMatchObject({ relevance: 1, recall: 0 });
});

test("every day is asked about with what was done before it, and items of an earlier day are no answer", async () => {
  const again = [...past, ...met(3, 0, 3, 13), ...met(4, 3, 4, 14)]; // 0 and 3 were met before
  const [found] = await walkForward(task(again), [ward]);
  expect(found).toMatchObject({ questions: 2, recall: 1 });
});

test("items that are not there yet, or of which nothing is known, are neither asked for nor recommended", async () => {
  const bornMs = new Float64Array(vectors.length);
  bornMs[3] = 3 * DAY_MS;
  const known = vectors.map((vector, item) => (item === 13 ? undefined : vector));
  const rows = [...past, ...met(3, 3, 13, 4, 14)];
  const [found] = await walkForward(task(rows, { bornMs, vectors: known }), [ward]);
  expect(found).toMatchObject({ questions: 1, recall: 1 });
});

test("who has no past within 90 days is not asked, and neither are days before the first", async () => {
  const late = [...past, ...met(200, 3)];
  const [found] = await walkForward(task([...late, ...met(201, 4)], { fromMs: 199 * DAY_MS }), [ward]);
  expect(found?.questions).toBe(1);
});
