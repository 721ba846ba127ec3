import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import { type Clock, HistoricalClock, SystemClock } from "#base";
import { SegmentedEventLog } from "#storage";
import { DeadLetters } from "./dead-letters.ts";
import { receiptOf } from "./happened-at.ts";
import type { Ingestion, IngestResult } from "./ingestion.ts";
import { normalizeMessage, validateMessage } from "./message.ts";
import { replayDeadLetters } from "./replay-dead-letters.ts";

const THEN = Date.parse("2026-03-01T12:00:00Z");
const YEARS_LATER = Date.parse("2030-01-01T00:00:00Z");

let letters: DeadLetters;
beforeEach(async () => {
  const folder = await mkdtemp(join(tmpdir(), "inkling-replay-letters-"));
  const log = await SegmentedEventLog.open(folder, { partitionCount: 1 });
  letters = await DeadLetters.open({ log, maxBytes: 4e6, segmentBytes: 1e6, onNotice: () => {} });
  onTestFinished(async () => {
    await letters.close();
    await rm(folder, { recursive: true });
  });
});

function keep(original: unknown, kind: "event" | "item" = "event", source?: string): Promise<void> {
  const fault = { position: 0, code: "undeclared", path: "/event", message: "no" } as const;
  return letters.keep([
    { kind, receivedAtMs: THEN, fault, original, ...(source !== undefined && { source }) },
  ]);
}

/** A door that writes down what comes, and refuses what says `bad`. */
class Door {
  readonly messages: unknown[] = [];
  readonly items: unknown[] = [];
  readonly sources: unknown[] = [];

  ingestMessages = (messages: readonly unknown[], source?: string) =>
    this.#take(this.messages, messages, source);
  ingestItems = (items: readonly unknown[], source?: string) => this.#take(this.items, items, source);

  async #take(all: unknown[], inputs: readonly unknown[], source: string | undefined): Promise<IngestResult> {
    all.push(...inputs);
    this.sources.push(source);
    const rejected = inputs.flatMap((input, position) =>
      (input as { bad?: boolean } | null)?.bad === true
        ? [{ position, code: "invalid-event", path: "", message: "bad" } as const]
        : [],
    );
    return { accepted: inputs.length - rejected.length, rejected };
  }
}

const wall = new SystemClock();
const standing = new HistoricalClock(THEN);
const asIngestion = (door: Door): Ingestion => door as unknown as Ingestion; // the two methods that are called

test("letters go in again by their source, oldest first; the taken ones are gone, the others stay", async () => {
  for (let n = 0; n < 200; n++) await keep({ n, bad: n % 3 === 0 }, "event", n % 2 ? "web" : undefined);
  const door = new Door();
  expect(await replayDeadLetters(letters, asIngestion(door), wall)).toEqual({
    accepted: 133,
    rejected: { "invalid-event": 67 },
    leftOut: 0,
  });
  expect(new Set(door.sources)).toEqual(new Set(["web", undefined]));
  const ofWeb = door.messages.map((message) => (message as { n: number }).n).filter((n) => n % 2);
  expect(ofWeb).toEqual([...ofWeb].sort((left, right) => left - right));
  expect(letters.counts.get("undeclared")).toBe(67);
  expect((await replayDeadLetters(letters, asIngestion(new Door()), wall)).accepted).toBe(0);
  expect(
    (await replayDeadLetters(letters, asIngestion(new Door()), wall, { code: "other" })).rejected,
  ).toEqual({});
});

test("items go in only when they are asked for, and what was cut never does", async () => {
  await keep({ itemId: "i" }, "item");
  await keep({ userId: "u", text: "x".repeat(200_000) });
  const door = new Door();
  expect(await replayDeadLetters(letters, asIngestion(door), wall)).toEqual({
    accepted: 0,
    rejected: {},
    leftOut: 2,
  });
  expect(await replayDeadLetters(letters, asIngestion(door), wall, { withItems: true })).toMatchObject({
    accepted: 1,
  });
  expect(door).toMatchObject({ messages: [], items: [{ itemId: "i" }] });
});

test("an event without an id has one from its letter, the same in every replay that is cut off", async () => {
  await keep({ type: "page", userId: "u" });
  await keep({ type: "page", userId: "u", messageId: "own" });
  const idsOf = async (): Promise<unknown[]> => {
    const door = new Door();
    const dying = {
      ...door,
      ingestMessages: async (messages: readonly unknown[]) => {
        await door.ingestMessages(messages);
        throw new Error("killed");
      },
    };
    await expect(replayDeadLetters(letters, dying as unknown as Ingestion, wall)).rejects.toThrow("killed");
    return door.messages.map((message) => (message as { messageId: string }).messageId);
  };
  const ids = await idsOf();
  expect(ids).toEqual([`dead-letter-${THEN}-0`, "own"]);
  expect(await idsOf()).toEqual(ids);
});

test("whatever clocks a message speaks of, it happens when it would have happened then, or is as wrong as it was", async () => {
  const time = fc.oneof(
    fc
      .date({ min: new Date(0), max: new Date("2099-01-01"), noInvalidDate: true })
      .map((date) => date.toISOString()),
    fc.constantFrom(undefined, undefined, null, 7, "yesterday"),
  );
  const messages = fc.record({ timestamp: time, originalTimestamp: time, sentAt: time }).map((times) => ({
    ...(JSON.parse(JSON.stringify(times)) as object),
    type: "page",
    userId: "u",
    messageId: "m",
  }));
  /** What the door makes of it: its time, or the code it is refused with. */
  const outcome = (message: unknown, receivedAtMs: number, clock: Clock): unknown => {
    const checked = validateMessage(message);
    if ("fault" in checked) return checked.fault.code;
    const receipt = receiptOf(checked.message, clock, receivedAtMs);
    const normal = normalizeMessage(checked.message, receipt, () => "made");
    return "fault" in normal ? normal.fault.code : normal.event.timestampMs;
  };
  await fc.assert(
    fc.asyncProperty(messages, fc.constantFrom(wall, standing), async (message, clock) => {
      await keep(message);
      const door = new Door();
      await replayDeadLetters(letters, asIngestion(door), clock);
      expect(outcome(door.messages[0], YEARS_LATER, clock)).toEqual(outcome(message, THEN, clock));
    }),
    { numRuns: 300, seed: 1 },
  );
});
