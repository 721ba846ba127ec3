import { expect, test } from "vitest";
import { encodeSafetensors } from "#tensor";
import { readModelFile, writeModelFile } from "./model-file.ts";

const limits = { reg: { min: 0, max: 10 } };
const tensors = { counts: { shape: [2], values: Float32Array.of(1, 2) } };

test("config and tensors come back", () => {
  const file = readModelFile(writeModelFile("m", { reg: 3 }, tensors), "m", limits);
  expect(file.config).toEqual({ reg: 3 });
  expect(file.floats("counts")).toEqual(Float32Array.of(1, 2));
});

test("a tensor that is missing or of another type is refused", () => {
  const file = readModelFile(writeModelFile("m", { reg: 3 }, tensors), "m", limits);
  expect(() => file.floats("norms")).toThrow('no usable tensor "norms"');
  expect(() => file.rows("counts")).toThrow('no usable tensor "counts"');
});

test.each([
  ["a file of another model", { model: "other", config: '{"reg":3}' }, "data-damaged"],
  ["a file of no model", {}, "data-damaged"],
  ["a file without a config", { model: "m" }, "data-damaged"],
  ["a config that is not JSON", { model: "m", config: "{" }, "data-damaged"],
  ["a config with a value beyond its limit", { model: "m", config: '{"reg":11}' }, "invalid-config"],
])("%s is refused", (_title, metadata: Record<string, string>, code) => {
  const bytes = encodeSafetensors({ tensors, metadata });
  expect(() => readModelFile(bytes, "m", limits)).toThrow(expect.objectContaining({ code }));
});
