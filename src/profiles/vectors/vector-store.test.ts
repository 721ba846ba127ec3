import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { SystemClock } from "#base";
import { modelReference } from "#models";
import { LmdbStateStore } from "#storage";
import { type LongVector, VectorStore } from "./vector-store.ts";

const version = modelReference("sequence-encoder", "0007");
const vector = (...values: number[]): LongVector => ({
  ...{ version, values: Float32Array.from(values), ids: ["ann-of-the-test", "anonymous:her-phone"] },
  ...{
    asOfMs: 1_767_225_600_123,
    computedAtMs: 1_767_225_700_000,
    completeness: 0.75,
    consent: 4_000_000_000,
  },
});
const pass = { version, from: [0, 5], to: [3, 70_000], after: "ann-of-the-test" };
let folder: string;
let store: VectorStore;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "inkling-vector-store-"));
  store = new VectorStore(new LmdbStateStore(folder, new SystemClock()));
});
afterEach(async () => {
  await store.close();
  await rm(folder, { recursive: true });
});

test("a vector comes back as it was put, to the last bit, with how far the pass is", async () => {
  const ann = vector(0.1, -1e-30, 3);
  await store.put(new Map([["ann-of-the-test", ann]]), pass);
  expect(await store.get("ann-of-the-test")).toEqual(ann);
  expect(await store.get("ann")).toBeUndefined();
  expect(await store.progress()).toEqual(pass);
});

test("somebody of whom nothing could be said loses the vector they had", async () => {
  await store.put(new Map([["ben", vector(1)]]), pass);
  await store.put(new Map([["ben", undefined]]), pass);
  expect(await store.count(["ben"])).toBe(0);
});

test("forgetting leaves no byte of a person, not even as the place where a pass stands; others stay", async () => {
  await store.put(
    new Map([
      ["ann-of-the-test", vector(1)],
      ["ben", { ...vector(1), ids: ["ben"] }],
    ]),
    pass,
  );
  expect(await store.forget(["ann-of-the-test", "anonymous:her-phone"])).toBe(1);
  expect(await store.count(["ann-of-the-test", "ben"])).toBe(1);
  const { after: _, ...begun } = pass;
  expect(await store.progress()).toEqual(begun);
  const bytes = await readFile(join(folder, "data.mdb"));
  expect(bytes.includes("ben")).toBe(true);
  for (const id of ["ann-of-the-test", "her-phone"]) expect(bytes.includes(id)).toBe(false);
});
