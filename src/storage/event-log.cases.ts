import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { EventLog, LogRecord } from "./event-log.ts";

export interface EventLogUnderTest {
  readonly log: EventLog;
  /** Closes the log and opens it again on the same storage. */
  reopen(): Promise<EventLog>;
  dispose(): Promise<void>;
}

const record = (text: string): Uint8Array => Buffer.from(text);
const textOf = ({ bytes }: { bytes: Uint8Array }): string => Buffer.from(bytes).toString();

/** A read may stop early (at the end of a storage unit), but only the end of the log is empty. */
async function readAll(log: EventLog, partition: number): Promise<LogRecord[]> {
  const records: LogRecord[] = [];
  for (let next = log.start(partition); next < log.end(partition); next = records.at(-1)!.offset + 1) {
    records.push(...(await log.read(partition, next, 100)));
  }
  return records;
}

/** What every event log does. `open` gives a new, empty log of three partitions. */
export function describeEventLog(name: string, open: () => Promise<EventLogUnderTest>): void {
  describe(`${name} as an event log`, () => {
    let subject: EventLogUnderTest;
    let log: EventLog;
    beforeEach(async () => {
      subject = await open();
      log = subject.log;
    });
    afterEach(() => subject.dispose());

    test("records come back in order, with consecutive offsets per partition", async () => {
      expect(await log.append(0, [record("a"), record("b")])).toBe(0);
      expect(await log.append(1, [record("x")])).toBe(0);
      expect(await log.append(0, [record("c")])).toBe(2);
      const records = await log.read(0, 0, 10);
      expect(records.map(({ offset }) => offset)).toEqual([0, 1, 2]);
      expect(records.map(textOf)).toEqual(["a", "b", "c"]);
      expect((await log.read(1, 0, 10)).map(textOf)).toEqual(["x"]);
      expect([log.start(0), log.end(0), log.end(2)]).toEqual([0, 3, 0]);
    });

    test("any interleaving of appends and reads agrees with an array", async () => {
      const step = fc.oneof(
        fc.record({
          kind: fc.constant("append" as const),
          sizes: fc.array(fc.integer({ min: 0, max: 300 }), { maxLength: 20 }),
        }),
        fc.record({ kind: fc.constant("read" as const), from: fc.nat(200), limit: fc.nat(50) }),
        fc.record({ kind: fc.constant("reopen" as const) }),
      );
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
          const fresh = await open();
          let subjectLog = fresh.log;
          const oracle: string[] = [];
          for (const action of steps) {
            if (action.kind === "reopen") subjectLog = await fresh.reopen();
            else if (action.kind === "append") {
              const texts = action.sizes.map((size, position) =>
                `${oracle.length + position}:`.padEnd(size, "~"),
              );
              expect(await subjectLog.append(2, texts.map(record))).toBe(oracle.length);
              oracle.push(...texts);
            } else {
              const read = await subjectLog.read(2, action.from, action.limit);
              expect(read.map(textOf)).toEqual(oracle.slice(action.from, action.from + read.length));
              if (action.from < oracle.length && action.limit > 0) expect(read.length).toBeGreaterThan(0);
              expect(read.length).toBeLessThanOrEqual(action.limit);
            }
          }
          await fresh.dispose();
        }),
        { numRuns: 25 },
      );
    });

    test("everything acknowledged is there after opening anew, and appending goes on", async () => {
      await log.append(
        0,
        Array.from({ length: 5000 }, (_, position) => record(`event ${position}`)),
      );
      log = await subject.reopen();
      expect(log.end(0)).toBe(5000);
      expect((await log.read(0, 4321, 1)).map(textOf)).toEqual(["event 4321"]);
      expect(await log.append(0, [record("next")])).toBe(5000);
      expect((await log.read(0, 4999, 1)).map(textOf)).toEqual(["event 4999"]);
      expect((await log.read(0, 5000, 5)).map(textOf)).toEqual(["next"]);
    });

    test("concurrent appends each keep their own order and lose nothing", async () => {
      const writers = Array.from({ length: 20 }, (_, writer) =>
        Array.from({ length: 30 }, (_, position) => `${writer}/${position}`),
      );
      await Promise.all(writers.flatMap((texts) => texts.map((text) => log.append(1, [record(text)]))));
      const texts = (await readAll(log, 1)).map(textOf);
      expect([...texts].sort()).toEqual(writers.flat().sort());
      for (const [writer, own] of writers.entries()) {
        expect(texts.filter((text) => text.startsWith(`${writer}/`))).toEqual(own);
      }
    });

    test("an empty append is nothing, and an empty record is a record", async () => {
      expect(await log.append(0, [])).toBe(0);
      expect(await log.append(0, [new Uint8Array(0)])).toBe(0);
      expect(log.end(0)).toBe(1);
      expect((await log.read(0, 0, 5))[0]!.bytes.length).toBe(0);
    });

    test("a subscriber gets what it has not committed, then what arrives, and starts there after a crash", async () => {
      await log.append(0, ["a", "b", "c"].map(record));
      await log.commit("counter", 0, 1);
      log = await subject.reopen();
      expect(await log.committed("counter", 0)).toBe(1);
      expect(await log.committed("stranger", 0)).toBe(0);
      const stop = new AbortController();
      const seen: string[] = [];
      for await (const records of log.subscribe("counter", 0, stop.signal)) {
        seen.push(...records.map(textOf));
        if (seen.length === 2) void log.append(0, [record("d")]);
        else stop.abort();
      }
      expect(seen).toEqual(["b", "c", "d"]);
    });

    test("waiting ends when the record arrives, and at once when it is there", async () => {
      const waited = log.waitBeyond(0, 0).then(() => log.end(0));
      await log.append(0, [record("a")]);
      expect(await waited).toBe(1);
      await log.waitBeyond(0, 0);
      const abort = new AbortController();
      const never = log.waitBeyond(0, 99, abort.signal);
      abort.abort(new Error("enough"));
      await expect(never).rejects.toThrow("enough");
    });

    test("erased records are empty ones at the same offsets; all others, and what is appended meanwhile, stay", async () => {
      const texts = Array.from({ length: 60 }, (_, n) =>
        `${n % 3 === 0 ? "hers" : "his"} ${n}`.padEnd(150, "."),
      );
      for (const text of texts.slice(0, 50)) await log.append(0, [record(text)]);
      await log.append(1, [record("hers elsewhere")]);
      await log.read(0, 17, 3); // a position is remembered that will not hold any more
      const isErased = (found: LogRecord): boolean => textOf(found).startsWith("hers");
      const erasing = log.erase(0, isErased);
      const appends = texts.slice(50).map((text) => log.append(0, [record(text)]));
      const reads = Promise.all(Array.from({ length: 20 }, (_, n) => log.read(0, n, 5)));
      const late = (await Promise.all([...appends, reads])).length;
      expect(late).toBe(11);
      expect(await erasing).toBeGreaterThanOrEqual(17);
      await log.erase(0, isErased);
      const expected = texts.map((text) => (text.startsWith("hers") ? "" : text));
      const check = async (): Promise<void> => {
        const records = await readAll(log, 0);
        expect(records.map(textOf)).toEqual(expected);
        expect(records.map(({ offset }) => offset)).toEqual(expected.map((_, n) => n));
        expect((await log.read(0, 20, 2)).map(textOf)).toEqual(expected.slice(20, 22));
      };
      await check();
      expect(await log.erase(0, isErased)).toBe(0);
      log = await subject.reopen();
      await check();
      expect((await readAll(log, 1)).map(textOf)).toEqual(["hers elsewhere"]);
      expect(await log.append(0, [record("next")])).toBe(60);
    });

    test("dropping old records never drops a newer one", async () => {
      for (let batch = 0; batch < 40; batch++) await log.append(0, [record(`${batch}`.padEnd(400, "."))]);
      const units = await log.units(0);
      expect(units.map(({ from }) => from)).toEqual([0, ...units.slice(0, -1).map(({ to }) => to)]);
      expect(units.at(-1)!.to).toBe(40);
      expect(units.reduce((sum, { bytes }) => sum + bytes, 0)).toBeGreaterThan(40 * 400);
      await log.erase(0, ({ offset }) => offset === 3);
      // Erasing makes nothing younger.
      expect((await log.units(0)).map(({ writtenMs }) => Math.round(writtenMs))).toEqual(
        units.map(({ writtenMs }) => Math.round(writtenMs)),
      );
      await log.dropBefore(0, 25);
      const records = await readAll(log, 0);
      expect(records[0]!.offset).toBe(log.start(0));
      expect(log.start(0)).toBeLessThanOrEqual(25);
      expect(records.at(-1)!.offset).toBe(39);
      log = await subject.reopen();
      expect(log.end(0)).toBe(40);
    });
  });
}
