import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type BlobStore, isBlobName } from "./blob-store.ts";

/** What every blob store does. */
export function describeBlobStore(
  name: string,
  open: () => Promise<{ store: BlobStore; dispose(): Promise<void> }>,
): void {
  describe(`${name} as a blob store`, () => {
    let store: BlobStore;
    let dispose: () => Promise<void>;
    beforeEach(async () => {
      ({ store, dispose } = await open());
    });
    afterEach(() => dispose());

    test("gives back the bytes that were put", async () => {
      const bytes = Uint8Array.from({ length: 100_000 }, (_, position) => position % 251);
      await store.put("models/ease/1.safetensors", bytes);
      expect(Buffer.from((await store.get("models/ease/1.safetensors"))!).equals(Buffer.from(bytes))).toBe(
        true,
      );
      expect(await store.sizeOf("models/ease/1.safetensors")).toBe(100_000);
    });

    test("knows nothing of a name never put", async () => {
      expect(await store.get("models/none")).toBeUndefined();
      expect(await store.sizeOf("models/none")).toBeUndefined();
      await expect(store.delete("models/none")).resolves.toBeUndefined();
      expect(await store.list("models/")).toEqual([]);
    });

    test("lists names by prefix in order, across folders", async () => {
      for (const blob of ["b/2", "a/1", "b/1", "bb"]) await store.put(blob, Uint8Array.of(1));
      expect(await store.list("b/")).toEqual(["b/1", "b/2"]);
      expect(await store.list("")).toEqual(["a/1", "b/1", "b/2", "bb"]);
    });

    test("a second put replaces the first and a delete removes it", async () => {
      await store.put("x", Uint8Array.of(1));
      await store.put("x", Uint8Array.of(2, 3));
      expect([...(await store.get("x"))!]).toEqual([2, 3]);
      await store.delete("x");
      expect(await store.get("x")).toBeUndefined();
    });

    test("of several that put something new under one name the first is kept, and told", async () => {
      const versions = [1, 2, 3, 4].map((fill) => new Uint8Array(200_000).fill(fill));
      const were = await Promise.all(versions.map((bytes) => store.putNew("contended", bytes)));
      expect(were.filter((isFirst) => isFirst)).toHaveLength(1);
      const kept = (await store.get("contended"))!;
      expect(Buffer.from(kept).equals(Buffer.from(versions[were.indexOf(true)]!))).toBe(true);
      expect(await store.putNew("contended", Uint8Array.of(5))).toBe(false);
      expect(await store.list("")).toEqual(["contended"]);
    });

    test("concurrent puts leave one whole blob", async () => {
      const versions = [1, 2, 3, 4].map((fill) => new Uint8Array(200_000).fill(fill));
      await Promise.all(versions.map((bytes) => store.put("contended", bytes)));
      const kept = (await store.get("contended"))!;
      expect(new Set(kept).size).toBe(1);
      expect(kept.length).toBe(200_000);
      expect(await store.list("")).toEqual(["contended"]);
    });
  });
}

test("names that would leave the store are not names", () => {
  for (const name of ["", "../x", "a//b", "/a", "a/..", "a/.hidden", "A", "a b", "a\\b", "a\0"]) {
    expect(isBlobName(name), name).toBe(false);
  }
  expect(isBlobName("models/ease/0001.safetensors")).toBe(true);
});
