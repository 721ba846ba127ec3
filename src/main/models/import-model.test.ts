import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ignoreProgress } from "#base";
import { parseEncoderCard } from "#models";
import type { Server } from "#serving";
import { encodeSafetensors } from "#tensor";
import { type Body, newFolder, openPlatform } from "../platform.cases.ts";
import type { Platform } from "../platform.ts";
import { type ForeignFiles, importModel } from "./import-model.ts";

/** @file A transformer that PyTorch exported, brought here and served beside our own. */
const made = (name: string): string =>
  fileURLToPath(new URL(`../../../test/made-by-pytorch/${name}`, import.meta.url));
const files: ForeignFiles = {
  name: "torch",
  onnx: made("encoder.onnx"),
  card: made("encoder.json"),
  items: made("items.txt"),
};
let folder: string;
let platform: Platform;
let server: Server;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "inkling-import-model-"));
  platform = await openPlatform(folder, { create: newFolder("system") });
  // Met in another order than the model's, and two of them it does not know.
  const events = [12, 3, 9, 15, 1, 2, 7, 14, 4].map((item, n) => ({
    ...{ type: "track", event: "save", userId: n < 3 ? "anna" : `other-${n}` },
    properties: { itemId: `item-${item}` },
  }));
  await platform.ingestion.ingestMessages(events);
  await platform.ensureModels(ignoreProgress);
});
afterAll(async () => {
  await server?.close();
  await platform.close();
  await rm(folder, { recursive: true });
});

const get = async (url: string): Promise<Body> => (await server.inject(url)).json();

test("it is refused under a name of ours, from a file that is not there, and with items of no tensor", async () => {
  for (const name of ["ease", "Torch", "../../torch"])
    await expect(importModel(platform, { ...files, name })).rejects.toMatchObject({ code: "invalid-config" });
  await expect(importModel(platform, { ...files, card: made("none.json") })).rejects.toMatchObject({
    code: "missing-file",
  });
  const itemVectors = join(folder, "items.safetensors");
  await writeFile(itemVectors, encodeSafetensors({ tensors: {}, metadata: {} }));
  await expect(importModel(platform, { ...files, itemVectors })).rejects.toMatchObject({
    code: "invalid-model",
  });
});

test("it answers by name: vectors, scores and lists, at what came out where it was made", async () => {
  const { manifest, knownItems, vocabularyItems } = await importModel(platform, files);
  expect({ knownItems, vocabularyItems }).toEqual({ knownItems: 7, vocabularyItems: 12 });
  expect(manifest.metrics["parityGap"]).toBeLessThan(1e-5);
  server = await platform.createServer({});

  const { now } = (await get("/v1/users/anna?include=vectors&model=torch")).vectors;
  expect(now).toMatchObject({ version: "torch@0001", completeness: 1 });
  const { samples } = await parseEncoderCard(await readFile(files.card, "utf8"));
  const there = samples[2]!.vector; // of item-12, item-3, item-9
  const length = Math.hypot(...there);
  for (const [at, value] of now.value.entries()) expect(value).toBeCloseTo(there[at]! / length, 5);

  const answer = await server.inject({
    method: "POST",
    url: "/v1/recommendations",
    payload: { userId: "anna", n: 20, model: "torch" },
  });
  const { items, versions } = answer.json() as Body;
  expect(versions.personal).toMatchObject({ name: "torch", version: "0001" });
  const fromTorch = items.filter(({ source }: Body) => source === "personal");
  expect(fromTorch.map(({ itemId }: Body) => itemId).sort()).toEqual([
    "item-1",
    "item-2",
    "item-4",
    "item-7",
  ]);
  expect(fromTorch[0].reasons[0].evidence.length).toBeGreaterThan(0);
  expect(items.length).toBe(6); // what is popular fills the list with the two that it does not know

  expect(await get("/v1/models/torch")).toMatchObject({
    kind: "onnx-encoder",
    serves: "on-request",
    seed: null,
    dimension: 8,
    inputs: [{ name: "items", type: "int64", shape: ["batch", 6] }],
  });
});
