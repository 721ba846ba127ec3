import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { ignoreProgress } from "#base";
import { datasetNamed, datasets, folderOf } from "./datasets.ts";
import { handMadeFolder } from "./hand-made.cases.ts";

test("every data set is found by its name", () => {
  for (const dataset of datasets) expect(datasetNamed(dataset.name)).toBe(dataset);
  expect(new Set(datasets.map(({ name }) => name)).size).toBe(datasets.length);
});

test("an unknown name is answered with the known ones", () => {
  expect(() => datasetNamed("netflix")).toThrow(
    expect.objectContaining({
      code: "unknown-dataset",
      message: expect.stringContaining("ml-1m, ml-100k, pinterest-20, deskdrop, s3-beauty, beauty"),
    }),
  );
});

test("a data set's folder is the first of its usual names that exists", () => {
  const root = handMadeFolder({ "s3-beauty/Beauty.txt": "" });
  const s3Beauty = datasetNamed("s3-beauty");
  expect(folderOf(s3Beauty, root)).toBe(join(root, "s3-beauty"));
  expect(folderOf(s3Beauty, "/nowhere")).toBe("/nowhere/s3rec");
  expect(folderOf(datasetNamed("ml-1m"), "/nowhere")).toBe("/nowhere/ml-1m");
});

test("without its files every data set says what is missing and where to get it", async () => {
  for (const dataset of datasets)
    await expect(dataset.load("/nowhere", ignoreProgress)).rejects.toMatchObject({
      code: "missing-file",
      message: expect.stringContaining(`in /nowhere. Get it from ${dataset.source}`),
    });
});

/** Where the real files are; the tests below are skipped when INKLING_DATASETS does not say. */
const root = process.env["INKLING_DATASETS"];

/** Engagements, people, items, and cases of each given split, as counted by the files' publishers or on the files. */
const SIZES = {
  "ml-1m": [999_591, 6_040, 3_416, { ncf: 6_021, "split-full": 6_022 }],
  "ml-100k": [100_000, 943, 1_682, {}],
  "pinterest-20": [1_000_154, 37_501, 9_836, { ncf: 37_501, "split-full": 37_501 }],
  deskdrop: [72_312, 1_895, 2_987, {}],
  "s3-beauty": [198_502, 22_363, 12_101, {}],
  beauty: [353_962, 40_226, 54_542, {}],
} as const;

describe.skipIf(root === undefined)("on the real files (INKLING_DATASETS)", () => {
  test.each(Object.entries(SIZES))("%s has its documented size and no rejected row", async (name, sizes) => {
    const dataset = datasetNamed(name);
    const contents = await dataset.load(folderOf(dataset, root!), ignoreProgress);
    const cases = Object.fromEntries(
      Object.entries(contents.given).map(([key, split]) => [key, split.cases.length]),
    );
    const { engagements, users, items, rejected } = contents;
    expect([engagements.users.length, users.length, items.length, cases]).toEqual(sizes);
    expect(rejected).toEqual({ count: 0, samples: [] });
  });
});
