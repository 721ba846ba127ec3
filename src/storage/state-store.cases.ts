import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { HistoricalClock } from "#base";
import type { StateOperation, StateStore } from "./state-store.ts";

export interface StateStoreUnderTest {
  readonly store: StateStore;
  reopen(): Promise<StateStore>;
  dispose(): Promise<void>;
}

const bytes = (text: string): Uint8Array => Buffer.from(text);
const text = (value: Uint8Array | undefined): string | undefined => value && Buffer.from(value).toString();
const put = (key: string, value: string, expiresAtMs?: number): StateOperation => ({
  kind: "put",
  key: bytes(key),
  value: bytes(value),
  ...(expiresAtMs !== undefined && { expiresAtMs }),
});

/** What every state store does. `open` gives a new, empty store that reads the given clock. */
export function describeStateStore(
  name: string,
  open: (clock: HistoricalClock) => Promise<StateStoreUnderTest>,
): void {
  describe(`${name} as a state store`, () => {
    const clock = new HistoricalClock(1000);
    let subject: StateStoreUnderTest;
    let store: StateStore;
    beforeEach(async () => {
      subject = await open(clock);
      store = subject.store;
    });
    afterEach(() => subject.dispose());

    test("any run of writes and reads agrees with a sorted map", async () => {
      const key = fc
        .tuple(fc.constantFrom(1, 97, 255), fc.array(fc.constantFrom(0, 1, 98, 255), { maxLength: 3 }))
        .map(([first, rest]) => Uint8Array.of(first, ...rest));
      const operation: fc.Arbitrary<StateOperation> = fc.oneof(
        fc.record({ kind: fc.constant("put" as const), key, value: fc.uint8Array({ maxLength: 20 }) }),
        fc.record({ kind: fc.constant("delete" as const), key }),
      );
      const range = fc.record({ prefix: key, reverse: fc.boolean(), limit: fc.integer({ min: 1, max: 9 }) });
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.array(operation, { maxLength: 8 }), { maxLength: 8 }),
          range,
          async (writes, { prefix, reverse, limit }) => {
            const fresh = await open(clock);
            const oracle = new Map<string, string>();
            for (const operations of writes) {
              await fresh.store.write(operations);
              for (const step of operations) {
                const hex = Buffer.from(step.key).toString("hex");
                if (step.kind === "put") oracle.set(hex, Buffer.from(step.value).toString("hex"));
                else oracle.delete(hex);
              }
            }
            const wanted = [...oracle]
              .filter(([hex]) => hex.startsWith(Buffer.from(prefix).toString("hex")))
              .sort();
            if (reverse) wanted.reverse();
            const found = await fresh.store.scan({ prefix, reverse, limit });
            expect(
              found.map(({ key, value }) => [
                Buffer.from(key).toString("hex"),
                Buffer.from(value).toString("hex"),
              ]),
            ).toEqual(wanted.slice(0, limit));
            await fresh.dispose();
          },
        ),
        { numRuns: 100 },
      );
    });

    test("gives the value of each key, and undefined where there is none", async () => {
      await store.write([put("a", "1"), put("b", "2")]);
      expect((await store.get([bytes("b"), bytes("c"), bytes("a")])).map(text)).toEqual([
        "2",
        undefined,
        "1",
      ]);
    });

    test("scans from a key on, both ways", async () => {
      await store.write(["u/1", "u/2", "u/3", "v/1"].map((key) => put(key, key)));
      const keys = async (reverse: boolean): Promise<(string | undefined)[]> =>
        (await store.scan({ prefix: bytes("u/"), from: bytes("u/2"), reverse, limit: 10 })).map(({ key }) =>
          text(key),
        );
      expect(await keys(false)).toEqual(["u/2", "u/3"]);
      expect(await keys(true)).toEqual(["u/2", "u/1"]);
    });

    test("an entry is gone when its time has come, and a sweep removes it", async () => {
      await store.write([put("stays", "1"), put("goes", "2", 2000)]);
      expect((await store.get([bytes("goes")])).map(text)).toEqual(["2"]);
      clock.observe(2000);
      expect((await store.get([bytes("goes"), bytes("stays")])).map(text)).toEqual([undefined, "1"]);
      expect(await store.scan({ prefix: bytes("g"), limit: 5 })).toEqual([]);
      expect(await store.sweep()).toBe(1);
      expect(await store.sweep()).toBe(0);
    });

    test("a snapshot does not see what is written after it", async () => {
      await store.write([put("a", "old")]);
      const snapshot = store.snapshot();
      await store.write([put("a", "new"), put("ab", "new")]);
      expect((await snapshot.get([bytes("a"), bytes("ab")])).map(text)).toEqual(["old", undefined]);
      expect(await snapshot.scan({ prefix: bytes("a"), limit: 9 })).toHaveLength(1);
      snapshot.release();
      expect((await store.get([bytes("a")])).map(text)).toEqual(["new"]);
    });

    test("compacting changes nothing, while reads and writes go on before and after", async () => {
      const operations = Array.from({ length: 5000 }, (_, n) => put(`k${n}`, `v${n}`));
      await store.write(operations);
      await store.write(operations.filter((_, n) => n % 3 === 0).map(({ key }) => ({ kind: "delete", key })));
      const all = (): Promise<readonly unknown[]> => store.scan({ prefix: bytes("k"), limit: 9999 });
      const before = await all();
      const compacting = store.compact();
      const reads = await Promise.all([all(), all(), store.get([bytes("k1"), bytes("k3")])]);
      await compacting;
      expect(reads.slice(0, 2)).toEqual([before, before]);
      expect(reads[2]!.map((value) => text(value as Uint8Array | undefined))).toEqual(["v1", undefined]);
      expect(await all()).toEqual(before);
      await store.write([put("k3", "again")]);
      expect((await store.get([bytes("k3")])).map(text)).toEqual(["again"]);
      store = await subject.reopen();
      expect(await all()).toHaveLength(before.length + 1);
    });

    test("what was written is there after opening anew", async () => {
      await store.write(Array.from({ length: 1000 }, (_, position) => put(`k${position}`, `v${position}`)));
      store = await subject.reopen();
      expect((await store.get([bytes("k77"), bytes("k999")])).map(text)).toEqual(["v77", "v999"]);
    });
  });
}
