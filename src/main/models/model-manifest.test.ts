import { expect, test } from "vitest";
import { decodeManifest, encodeManifest, type ModelManifest } from "./model-manifest.ts";

const manifest: ModelManifest = {
  ...{
    name: "torch",
    version: "0003",
    kind: "onnx-encoder",
    config: { maxLength: 6 },
    seed: null,
    refitOf: null,
  },
  ...{ userCount: 2, itemCount: 3, interactionCount: 4, dataFromMs: 5, dataUntilMs: 6, logOffsets: [[0, 7]] },
  ...{
    vocabularyHash: "ab",
    metrics: { parityGap: 1e-7 },
    curve: [],
    fitSeconds: 0,
    madeAt: "2026-01-01T00:00:00.000Z",
  },
  ...{ code: { version: "0.1.0", commit: null }, dimension: 8, inputs: [], outputs: [] },
};

test("a manifest comes back as it was written", () => {
  expect(decodeManifest(encodeManifest(manifest))).toEqual(manifest);
});

test("one from before there were so many fields leaves open what it does not say", () => {
  const { name, version, config, userCount, itemCount, interactionCount, dataUntilMs, fitSeconds } = manifest;
  const earlier = {
    name,
    version,
    config,
    seed: 1,
    userCount,
    itemCount,
    interactionCount,
    dataUntilMs,
    fitSeconds,
  };
  expect(decodeManifest(Buffer.from(JSON.stringify(earlier)))).toEqual({
    ...earlier,
    kind: "torch",
    refitOf: null,
    ...{ dataFromMs: null, logOffsets: [], vocabularyHash: null, metrics: {}, curve: [] },
    ...{ madeAt: null, code: null },
    ...{ dimension: null, inputs: [], outputs: [] },
  });
});
