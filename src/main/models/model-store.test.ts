import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { FileBlobStore } from "#storage";
import type { ModelManifest } from "./model-manifest.ts";
import { ModelStore } from "./model-store.ts";

/** @file Half a file in the place of a whole one, as a copy that was cut off or a broken disk leaves it: it is named, hides nothing else, and a fit mends it. */
const manifest: Omit<ModelManifest, "version" | "name" | "kind"> = {
  ...{ config: {}, seed: 1, refitOf: null, userCount: 2, itemCount: 3, interactionCount: 4 },
  ...{ dataFromMs: 5, dataUntilMs: 6, logOffsets: [[0, 7]], vocabularyHash: "ab", curve: [], fitSeconds: 0 },
  ...{ metrics: {}, madeAt: null, code: null, dimension: null, inputs: [], outputs: [] },
};
let folder: string;
let blobs: FileBlobStore;
let models: ModelStore;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "inkling-models-"));
  blobs = new FileBlobStore(folder);
  models = new ModelStore(blobs);
  for (const name of ["ials", "popularity"])
    await models.put({ name, kind: name, ...manifest }, Uint8Array.of(1, 2, 3));
  await models.serve({ personal: first("ials"), coldStart: first("popularity") });
});
afterEach(() => rm(folder, { recursive: true }));

const first = (name: string) => ({ name, version: "0001" });

async function halve(name: string): Promise<void> {
  const bytes = (await blobs.get(name))!;
  await blobs.put(name, bytes.subarray(0, bytes.length >> 1));
  models.lookAgain();
}

test("weights or a manifest that are not whole are told with their name and the fix, and other models are listed", async () => {
  await expect(models.load(first("popularity"))).rejects.toMatchObject({
    code: "data-damaged",
    message: expect.stringMatching(
      /^model models\/popularity\/0001 cannot be read \(.*\); fit it again with: inkling train popularity$/,
    ),
  });
  await halve("models/ials/0001.json");
  await expect(models.manifest(first("ials"))).rejects.toThrow("inkling train ials");
  expect((await models.list()).map(({ name }) => name)).toEqual(["popularity"]);
});

test("what says which models serve is written anew by the next fit when it is not whole", async () => {
  await halve("models/serving.json");
  await expect(models.serving()).rejects.toMatchObject({
    code: "data-damaged",
    message: expect.stringContaining("models/serving.json"),
  });
  await models.serve({ personal: first("ials"), coldStart: first("popularity") });
  expect(await models.serving()).toMatchObject({ personal: first("ials"), others: [] });
});
