import { expect, test } from "vitest";
import { FlatIndex } from "./flat-index.ts";
import { clusteredVectors, VERSION } from "./hand-made.cases.ts";
import { IvfIndex } from "./ivf-index.ts";
import { RecallMonitor } from "./recall-monitor.ts";

const config = { dimensions: 16, modelVersion: VERSION };
const vectors = clusteredVectors(3400, { dimensions: 16, clusters: 200, seed: 6 });
const queries = vectors.slice(3000).map((vector) => ({ vector, n: 10 }));

function filled<Index extends FlatIndex | IvfIndex>(index: Index): Index {
  for (const [row, vector] of vectors.slice(0, 3000).entries()) index.put(row, vector);
  return index;
}

test("it reports the recall that comparing every query would give", async () => {
  const flat = filled(new FlatIndex(config));
  const ivf = filled(new IvfIndex(config, { probes: 2 }));
  ivf.rebuildHere();
  const monitor = new RecallMonitor((query) => ivf.search(query), { share: 0.5, capacity: 1000 });
  const recalls = queries.map((query) => {
    const found = ivf.search(query);
    monitor.observe(query, found);
    const wanted = flat.search(query).rows;
    return wanted.filter((row) => found.rows.includes(row)).length / 10;
  });
  const whole = recalls.reduce((sum, recall) => sum + recall) / recalls.length;
  expect(monitor.report()).toEqual({ queries: 0, recall: undefined, margin: undefined });
  while (await monitor.measureOne());
  const { queries: measured, recall, margin } = monitor.report();
  expect(measured).toBeGreaterThan(150);
  expect(measured).toBeLessThan(250);
  expect(whole).toBeLessThan(0.95);
  expect(Math.abs(recall! - whole)).toBeLessThan(margin!);
  expect(margin).toBeLessThan(0.06);
});

test("an exact index has recall 1, and figures that can be said by hand come out", async () => {
  const flat = filled(new FlatIndex(config));
  const monitor = new RecallMonitor((query) => flat.search(query), { share: 1 });
  const [query] = queries;
  const found = flat.search(query!);
  monitor.observe(query!, found);
  expect(await monitor.measureOne()).toBe(true);
  expect(await monitor.measureOne()).toBe(false);
  expect(monitor.report()).toEqual({ queries: 1, recall: 1, margin: 0 });
  monitor.observe(query!, { rows: found.rows.subarray(0, 5), scores: found.scores.subarray(0, 5) });
  await monitor.measureOne();
  const { recall, margin } = monitor.report();
  expect(recall).toBe(0.75); // 1 and 0.5: standard deviation 0.25
  expect(margin).toBeCloseTo((1.96 * 0.25) / Math.sqrt(2), 10);
  monitor.observe(query!, found);
  const measuring = monitor.measureOne();
  monitor.reset();
  await measuring;
  expect(monitor.report().queries).toBe(0);
});

test("it keeps no more than it has room for, and none that were exact", async () => {
  const flat = filled(new FlatIndex(config));
  const monitor = new RecallMonitor((query) => flat.search(query), { share: 1, capacity: 3 });
  for (const query of queries.slice(0, 10)) {
    monitor.observe({ ...query, isExact: true }, flat.search(query));
    monitor.observe(query, flat.search(query));
  }
  while (await monitor.measureOne());
  expect(monitor.report().queries).toBe(3);
});
