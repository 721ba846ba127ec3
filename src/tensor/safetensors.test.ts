import fc from "fast-check";
import { expect, test } from "vitest";
import { PlatformError } from "#base";
import { decodeSafetensors, encodeSafetensors, type TensorValues } from "./safetensors.ts";

/** Hand-written: two tensors and a note, as the reference writes them. */
const goldenHeader =
  '{"__metadata__":{"by":"hand"},"w":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]},"a":{"dtype":"U8","shape":[],"data_offsets":[8,9]}}';
const golden = Uint8Array.of(
  ...[136, 0, 0, 0, 0, 0, 0, 0], // 136 bytes of header
  ...new TextEncoder().encode(goldenHeader.padEnd(136)),
  ...[0x00, 0x00, 0x80, 0x3f, 0x00, 0x00, 0x00, 0xc0], // 1, -2
  ...[7],
);
const goldenContent = {
  metadata: { by: "hand" },
  tensors: {
    a: { shape: [], values: Uint8Array.of(7) },
    w: { shape: [2, 1], values: Float32Array.of(1, -2) },
  },
};

test("a file written by hand is read, and written the same to the last byte", () => {
  expect(decodeSafetensors(golden)).toEqual(goldenContent);
  expect(encodeSafetensors(goldenContent)).toEqual(golden);
});

test("aligned tensors are views of the file, others are copies", () => {
  const { w } = decodeSafetensors(golden).tensors;
  expect(w!.values.buffer).toBe(golden.buffer);
  const shifted = new Uint8Array(golden.length + 1);
  shifted.set(golden, 1);
  const { tensors } = decodeSafetensors(shifted.subarray(1));
  expect(tensors).toEqual(goldenContent.tensors);
  expect(tensors["w"]!.values.buffer).not.toBe(shifted.buffer);
});

test("every element type and size comes back", () => {
  const values: fc.Arbitrary<TensorValues> = fc.oneof(
    fc.float64Array(),
    fc.float32Array(),
    fc.int32Array(),
    fc.uint32Array(),
    fc.int16Array(),
    fc.uint16Array(),
    fc.int8Array(),
    fc.uint8Array(),
    fc.array(fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n)).map((list) => BigInt64Array.from(list)),
    fc.array(fc.bigInt(0n, 2n ** 64n - 1n)).map((list) => BigUint64Array.from(list)),
  );
  const name = fc.string().filter((text) => text !== "__metadata__" && text !== "__proto__");
  fc.assert(
    fc.property(fc.dictionary(name, values), (arrays) => {
      const tensors = Object.fromEntries(
        Object.entries(arrays).map(([key, array]) => [key, { shape: [array.length], values: array }]),
      );
      const bytes = encodeSafetensors({ tensors, metadata: {} });
      expect(decodeSafetensors(bytes).tensors).toEqual(tensors);
    }),
  );
});

test.each([
  ["an empty file", golden.subarray(0, 0)],
  ["a header cut short", golden.subarray(0, 100)],
  ["a tensor cut short", golden.subarray(0, golden.length - 1)],
  ["bytes after the last tensor", Uint8Array.of(...golden, 0)],
  ["a shape that does not fit", rewritten("[2,1]", "[2,2]")],
  ["an unknown element type", rewritten('"F32"', '"F33"')],
  ["overlapping tensors", rewritten("[8,9]", "[7,8]")],
  ["a header that is not JSON", rewritten("{", "[")],
])("%s is refused as damaged", (_title, bytes) => {
  let error: unknown;
  try {
    decodeSafetensors(bytes);
  } catch (thrown) {
    error = thrown;
  }
  expect(error).toBeInstanceOf(PlatformError);
  expect(error).toHaveProperty("code", "data-damaged");
});

/** The golden file with a part of its header replaced by text of the same length. */
function rewritten(from: string, to: string): Uint8Array {
  const bytes = golden.slice();
  bytes.set(new TextEncoder().encode(goldenHeader.replace(from, to)), 8);
  return bytes;
}
