import fc from "fast-check";
import { expect, test } from "vitest";
import { ByteIndex } from "./byte-index.ts";

test("an index finds what a map finds, whatever the keys are", () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 6 })), fc.nat(100), (keys, expected) => {
      const index = new ByteIndex(expected);
      const places = new Map<string, number>();
      for (const key of keys) {
        const name = key.join();
        const place = places.get(name) ?? places.size;
        expect(index.find(key, 0, key.length)).toBe(places.get(name) ?? -1);
        places.set(name, place);
        expect(index.add(key)).toBe(place);
      }
      for (const key of keys) {
        const within = Uint8Array.of(1, ...key, 2);
        expect(index.find(within, 1, 1 + key.length)).toBe(places.get(key.join()));
      }
    }),
  );
});

test("an index grows", () => {
  const index = new ByteIndex(1);
  const keyOf = (n: number): Buffer => Buffer.from(`key-${n}`.repeat(1 + (n % 50)));
  for (let n = 0; n < 5000; n++) expect(index.add(keyOf(n))).toBe(n);
  for (let n = 0; n < 5000; n++) expect(index.find(keyOf(n), 0, keyOf(n).length)).toBe(n);
});
