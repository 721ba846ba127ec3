import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ClientError } from "./client-error.ts";
import { EventQueue, MAX_BATCH_EVENTS, MAX_EVENT_BYTES, type QueueOptions } from "./event-queue.ts";
import type { Answer } from "./http.ts";

/**
 * Laws, for any number of events and any failures on the way:
 * 1. every event taken is stored by the platform once: none lost, none twice;
 * 2. in the order in which they were added;
 * 3. every try of an event carries the same message id.
 */
type Failure = "away" | "fault" | "answer-lost" | "too-large";

interface Message {
  readonly messageId: string;
  readonly n?: number;
  readonly text?: string;
}

const failed = (kind: "retry" | "fault" | "too-large" | "refused"): Answer => {
  const error = new ClientError("request-failed", kind, { status: 503, reason: "not-ready" });
  return kind === "retry" ? { kind, error, retryAfterMs: undefined } : { kind, error };
};

/** A platform that fails by the script, and then works. */
class FakePlatform {
  readonly stored: Message[] = [];
  readonly ids = new Set<string>();
  readonly bodies: string[] = [];
  readonly script: Failure[];
  constructor(script: readonly Failure[] = []) {
    this.script = [...script];
  }
  readonly post = async (body: string): Promise<Answer> => {
    this.bodies.push(body);
    const failure = this.script.shift();
    await new Promise((resolve) => setImmediate(resolve));
    if (failure === "away") return failed("retry");
    if (failure === "fault") return failed("fault");
    if (failure === "too-large") return failed("too-large");
    const { batch } = JSON.parse(body) as { batch: Message[] };
    for (const message of batch) {
      if (this.ids.has(message.messageId)) continue;
      this.ids.add(message.messageId);
      this.stored.push(message);
    }
    if (failure === "answer-lost") return failed("retry");
    return { kind: "ok", body: { success: true, accepted: batch.length, rejected: [] } };
  };
}

function queueTo(
  post: QueueOptions["post"],
  options: Partial<QueueOptions> = {},
): { queue: EventQueue; errors: ClientError[] } {
  const errors: ClientError[] = [];
  const queue = new EventQueue({
    post,
    flushAt: 10,
    flushIntervalMs: 5,
    maxQueue: 100_000,
    report: (error) => errors.push(error),
    waitMs: () => 0,
    sentAt: () => "2026-01-01T00:00:00.000Z",
    ...options,
  });
  return { queue, errors };
}

const messages = (count: number): Message[] =>
  Array.from({ length: count }, (_, n) => ({ messageId: `m${n}`, n }));

describe("delivery", () => {
  test("nothing is lost, doubled or reordered over failures", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom<Failure>("away", "answer-lost", "fault"), { maxLength: 7 }),
        fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 6 }),
        fc.integer({ min: 1, max: 50 }),
        async (script, bursts, flushAt) => {
          const platform = new FakePlatform(script);
          const { queue, errors } = queueTo(platform.post, { flushAt });
          const all = messages(bursts.reduce((sum, burst) => sum + burst, 0));
          let next = 0;
          for (const burst of bursts) {
            for (const message of all.slice(next, next + burst)) expect(queue.add(message)).toBeUndefined();
            next += burst;
            await new Promise((resolve) => setImmediate(resolve));
          }
          await queue.flush();
          expect(errors).toEqual([]);
          expect(platform.stored).toEqual(all);
          expect(queue.counts).toEqual({ queued: 0, accepted: all.length, rejected: 0, undelivered: 0 });
        },
      ),
      { numRuns: 200, seed: 1 },
    );
  });

  test("an event added at any moment leaves without another being added", async () => {
    for (let turns = 0; turns < 30; turns++) {
      const platform = new FakePlatform();
      const { queue } = queueTo(platform.post, { flushAt: 1 });
      queue.add({ messageId: "first" });
      await new Promise((resolve) => setImmediate(resolve));
      for (let turn = 0; turn < turns; turn++) await undefined;
      queue.add({ messageId: "second" });
      await expect.poll(() => platform.stored.length, { interval: 1 }).toBe(2);
    }
  });

  test("events wait for the interval, and no longer", async () => {
    const platform = new FakePlatform();
    const { queue } = queueTo(platform.post);
    for (const message of messages(3)) queue.add(message);
    expect(platform.bodies).toHaveLength(0);
    await expect.poll(() => platform.stored.length, { interval: 1 }).toBe(3);
    expect(platform.bodies).toHaveLength(1);
  });

  test("a batch has at most 2,500 events and 500 KB", async () => {
    const platform = new FakePlatform();
    const { queue } = queueTo(platform.post, { flushAt: 2500 });
    for (const message of messages(6000)) queue.add(message);
    const text = "é".repeat(14_000);
    for (let n = 0; n < 40; n++) queue.add({ messageId: `big${n}`, text });
    await queue.flush();
    expect(platform.stored).toHaveLength(6040);
    for (const body of platform.bodies) {
      expect(Buffer.byteLength(body)).toBeLessThanOrEqual(500 * 1024);
      expect(JSON.parse(body).batch.length).toBeLessThanOrEqual(MAX_BATCH_EVENTS);
    }
    expect(platform.bodies.length).toBeLessThanOrEqual(6);
  });

  test("a batch that is too large for something on the way goes in halves", async () => {
    const platform = new FakePlatform(["too-large", "too-large"]);
    const { queue, errors } = queueTo(platform.post);
    for (const message of messages(8)) queue.add(message);
    await queue.flush();
    expect(platform.bodies.map((body) => JSON.parse(body).batch.length)).toEqual([8, 4, 2, 2, 2, 2]);
    expect(platform.stored).toEqual(messages(8));
    expect(errors).toEqual([]);
  });
});

describe("what does not arrive is reported", () => {
  test("a rejected event with its reason; the others arrived", async () => {
    const rejected = [
      { position: 1, code: "invalid-event", path: "/properties/price", message: "must be number" },
    ];
    const post = async (): Promise<Answer> => ({
      kind: "ok",
      body: { success: false, accepted: 2, rejected },
    });
    const { queue, errors } = queueTo(post);
    for (const message of messages(3)) queue.add(message);
    await queue.flush();
    expect(errors).toHaveLength(1);
    expect(errors[0]).toMatchObject({
      code: "rejected",
      reason: "invalid-event",
      path: "/properties/price",
      message: "invalid-event at /properties/price: must be number",
      messages: [{ messageId: "m1", n: 1 }],
    });
    expect(queue.counts).toEqual({ queued: 0, accepted: 2, rejected: 1, undelivered: 0 });
  });

  test("a refused request with its events, without another try; the next batch goes on", async () => {
    const platform = new FakePlatform();
    let calls = 0;
    const post = async (body: string) => (++calls === 1 ? failed("refused") : platform.post(body));
    const { queue, errors } = queueTo(post);
    for (const message of messages(3)) queue.add(message);
    await queue.flush();
    expect(calls).toBe(1);
    expect(errors[0]).toMatchObject({ code: "undelivered", messages: messages(3), reason: "not-ready" });
    queue.add({ messageId: "later" });
    await queue.flush();
    expect(platform.stored).toEqual([{ messageId: "later" }]);
  });

  test("a request that the server fails at every time is given up after 8 tries", async () => {
    let calls = 0;
    const { queue, errors } = queueTo(async () => {
      calls++;
      return failed("fault");
    });
    queue.add({ messageId: "poison" });
    await queue.flush();
    expect(calls).toBe(8);
    expect(errors[0]?.code).toBe("undelivered");
  });

  test("what is not answered when the time to close is over, with its events", async () => {
    const { queue, errors } = queueTo(async () => failed("retry"), { waitMs: () => 60_000, flushAt: 2 });
    for (const message of messages(5)) queue.add(message);
    await queue.close(30);
    expect(errors.flatMap(({ messages }) => messages)).toEqual(messages(5));
    expect(queue.counts).toEqual({ queued: 0, accepted: 0, rejected: 0, undelivered: 5 });
  });

  test("a full queue takes nothing new and keeps what it has", async () => {
    const platform = new FakePlatform(["away", "away"]);
    const { queue } = queueTo(platform.post, { maxQueue: 5 });
    const outcomes = messages(7).map((message) => queue.add(message)?.code);
    expect(outcomes).toEqual([...Array(5).fill(undefined), "queue-full", "queue-full"]);
    await queue.flush();
    expect(platform.stored).toEqual(messages(5));
    expect(queue.add({ messageId: "again" })).toBeUndefined();
  });

  test("an event that is too large or no JSON is not taken", () => {
    const { queue } = queueTo(new FakePlatform().post);
    expect(queue.add({ text: "x".repeat(MAX_EVENT_BYTES) })).toMatchObject({ code: "invalid-event" });
    expect(queue.add({ value: 1n })).toMatchObject({ code: "invalid-event" });
    expect(queue.counts.queued).toBe(0);
  });

  test("another collector's answer without counts means that all arrived", async () => {
    const { queue, errors } = queueTo(async () => ({ kind: "ok", body: { success: true } }));
    queue.add({ messageId: "m" });
    await queue.flush();
    expect(errors).toEqual([]);
    expect(queue.counts.accepted).toBe(1);
  });
});
