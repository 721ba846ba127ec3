import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { murmur3, SystemClock } from "#base";
import { LmdbStateStore } from "#storage";
import { AppliedIds, OlderIds } from "./applied-ids.ts";
import { countOf, countOne, decodeCounts, encodeCounts } from "./event-counts.ts";
import { IdSet } from "./id-set.ts";
import { isUuid, isUuidAt, packUuid, packUuidAt, unpackUuid } from "./uuid.ts";

test("a set of pairs has what was added and nothing else, pairs of zeros included", () => {
  const word = fc.oneof(
    fc.constantFrom(0, 1, 2 ** 31, 2 ** 32 - 1),
    fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  );
  const pair = fc.tuple(word, word);
  fc.assert(
    fc.property(fc.array(pair, { maxLength: 1000 }), fc.array(pair), (added, asked) => {
      const set = new IdSet();
      set.addAll(Uint32Array.from(added.flat()));
      // A zero second word stands for one: such hashes collide, which costs nothing real.
      const name = ([low, high]: [number, number]): string => `${low} ${high || 1}`;
      const oracle = new Set(added.map(name));
      expect(set.size).toBe(oracle.size);
      for (const asking of [...added, ...asked]) {
        expect(set.has(...asking)).toBe(oracle.has(name(asking)));
      }
    }),
  );
});

test("an id is new once, over steps, chunks, and whatever is kept in memory", async () => {
  const folder = await mkdtemp(join(tmpdir(), "inkling-ids-"));
  const state = new LmdbStateStore(folder, new SystemClock());
  let kept = new OlderIds();
  let recent: Buffer = Buffer.alloc(0);
  let chunkCount = 0;
  const known = new Set<string>();
  for (let step = 0; step < 40; step++) {
    if (step % 7 === 0) kept = new OlderIds(); // as after a restart, or for a user met long ago
    const older = chunkCount > 0 ? await kept.of("ann", state) : undefined;
    const ids = new AppliedIds("ann", recent, chunkCount, older, kept);
    for (let n = 0; n < 30; n++) {
      const id = `event-${(step * 17 + n * 5) % 700}`;
      expect(ids.add({ hashId: (hashes) => hashes.set([murmur3(id, 1), murmur3(id, 2)]) }), id).toBe(
        !known.has(id),
      );
      known.add(id);
    }
    await state.write(ids.operations);
    recent = Buffer.from(ids.recent);
    chunkCount = ids.chunkCount;
    expect(recent.length / 8).toBeLessThan(64);
  }
  expect(chunkCount).toBe(Math.floor(known.size / 64));
  await state.close();
  await rm(folder, { recursive: true });
});

test("counts in bytes are counts in a map, for names of any letters", () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: "grapheme", maxLength: 5 })), (names) => {
      let counts: Buffer = Buffer.alloc(0);
      const oracle = new Map<string, number>();
      for (const name of names) {
        counts = countOne(counts, name);
        oracle.set(name, (oracle.get(name) ?? 0) + 1);
      }
      for (const [name, count] of oracle) expect(countOf(counts, name)).toBe(count);
      expect(countOf(counts, "never")).toBe(oracle.get("never") ?? 0);
      const decoded = decodeCounts(counts);
      expect(new Map(Object.entries(decoded))).toEqual(oracle);
      expect(decodeCounts(encodeCounts(decoded))).toEqual(decoded);
    }),
  );
});

test("a UUID comes back from its 16 bytes, and what would not is none", () => {
  const uuid = fc.uuid();
  fc.assert(
    fc.property(uuid, fc.nat(35), fc.constantFrom(..."AFgz-0 é"), (text, at, mark) => {
      const bytes = new Uint8Array(20);
      expect([isUuid(text), packUuid(text, bytes, 2), unpackUuid(bytes, 2)]).toEqual([true, 18, text]);
      const spoilt = text.slice(0, at) + mark + text.slice(at + 1);
      expect(isUuid(spoilt)).toBe(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(spoilt));
      const utf8 = Buffer.from(`..${spoilt}`);
      expect(isUuidAt(utf8, 2, utf8.length)).toBe(isUuid(spoilt));
      if (!isUuid(spoilt)) return;
      expect([packUuidAt(utf8, 2, utf8, 0), unpackUuid(utf8, 0)]).toEqual([16, spoilt]);
      packUuid(spoilt, bytes, 0);
      expect(unpackUuid(bytes, 0)).toBe(spoilt);
    }),
  );
});
