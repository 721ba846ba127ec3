import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { FlatIndex } from "./flat-index.ts";
import { IvfIndex } from "./ivf-index.ts";
import { decodeSnapshot, encodeSnapshot } from "./snapshot.ts";

test("sections come back as they were, whatever their lengths", () => {
  const snapshot = {
    kind: "planted",
    header: { said: "hëllo", numbers: [1, 2.5] },
    sections: {
      bytes: Uint8Array.of(1, 2, 3),
      none: new Float32Array(0),
      words: Uint32Array.of(2 ** 32 - 1, 7),
      floats: Float32Array.of(0.5, -1e30, 3),
      doubles: Float64Array.of(Math.PI, Number.NaN),
    },
  };
  const bytes = encodeSnapshot(snapshot);
  expect(decodeSnapshot(bytes, "planted")).toEqual(snapshot);
  const shifted = new Uint8Array(bytes.length + 3);
  shifted.set(bytes, 3);
  expect(decodeSnapshot(shifted.subarray(3), "planted")).toEqual(snapshot);
});

test("bytes cut off anywhere, another kind and another version are refused", () => {
  const bytes = encodeSnapshot({ kind: "flat", header: {}, sections: { words: Uint32Array.of(1, 2, 3) } });
  for (
    let length = 0;
    length < bytes.length - 4;
    length++ // the last 4 are padding
  )
    expect(() => decodeSnapshot(bytes.subarray(0, length), "flat")).toThrow(
      expect.objectContaining({ code: "data-damaged" }),
    );
  expect(() => decodeSnapshot(bytes, "ivf")).toThrow(/of kind "flat", not "ivf"; load it as what it is/);
  const later = bytes.slice();
  later[4] = 3;
  expect(() => decodeSnapshot(later, "flat")).toThrow(
    /version 3 and this program reads 1 to 2; build the index again/,
  );
});

const config = { dimensions: 3, modelVersion: "v7", numbers: ["price"] };

function put(index: FlatIndex | IvfIndex): void {
  const vector = (...values: number[]) => ({ values: Float32Array.from(values), modelVersion: "v7" });
  index.put(4, vector(1, 0, 0.5), { tags: ["red", "blue"], numbers: { price: 2.5 } });
  index.put(0, vector(0, -1, 0.25), { tags: ["blue", "red"] });
  index.put(2, vector(0.5, 0.5, -0.125));
}

/** A file that is compared with, never written by a test. */
function golden(name: string): Buffer {
  return readFileSync(new URL(`./golden/${name}`, import.meta.url));
}

test("the bytes of version 2 stay what they are, and are read; those of version 1 as well", () => {
  const flat = new FlatIndex(config);
  put(flat);
  expect(golden("flat-2.snapshot").equals(flat.snapshot())).toBe(true);
  const ivf = new IvfIndex(config, { lists: 2 });
  put(ivf);
  ivf.rebuildHere();
  ivf.put(7, { values: Float32Array.of(1, 1, 1), modelVersion: "v7" }, { tags: ["red"] });
  expect(golden("ivf-2.snapshot").equals(ivf.snapshot())).toBe(true);
  const query = {
    vector: { values: Float32Array.of(1, 1, 0), modelVersion: "v7" },
    n: 5,
    filter: { allTags: ["red"] },
  };
  for (const version of [1, 2]) {
    expect([...FlatIndex.load(golden(`flat-${version}.snapshot`)).search(query).rows]).toEqual([4, 0]);
    expect([...IvfIndex.load(golden(`ivf-${version}.snapshot`)).search(query).rows]).toEqual([7, 4, 0]);
  }
});

test("lists of version 1, which have no short codes, are stale until they are made anew", () => {
  const index = IvfIndex.load(golden("ivf-1.snapshot"));
  expect(index.isStale).toBe(true);
  index.rebuildHere();
  expect(index.isStale).toBe(false);
  expect(IvfIndex.load(golden("ivf-2.snapshot")).isStale).toBe(false);
});
