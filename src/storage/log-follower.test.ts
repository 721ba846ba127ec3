import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { EventLog, LogRecord } from "./event-log.ts";
import { LogFollower } from "./log-follower.ts";

/** @file When a follower that gathers takes what there is. */

/** A partition of empty records that grows when told to. */
class GrowingLog {
  #end = 0;
  #waiting: (() => void)[] = [];

  end(): number {
    return this.#end;
  }

  grow(records: number): void {
    this.#end += records;
    for (const resume of this.#waiting.splice(0)) resume();
  }

  async read(_partition: number, from: number, limit: number): Promise<LogRecord[]> {
    const count = Math.min(limit, this.#end - from);
    return Array.from({ length: count }, (_, n) => ({ offset: from + n, bytes: new Uint8Array(0) }));
  }

  async waitBeyond(_partition: number, offset: number, signal: AbortSignal): Promise<void> {
    while (this.#end <= offset) {
      await new Promise<void>((resume, fail) => {
        this.#waiting.push(resume);
        signal.addEventListener("abort", () => fail(new Error("aborted")));
      });
    }
  }
}

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const SECOND = 1000;

function follow(): { log: GrowingLog; follower: LogFollower } {
  const log = new GrowingLog();
  const follower = new LogFollower({
    log: log as unknown as EventLog, // all that a follower asks of it
    partition: 1,
    from: 0,
    take: () => {},
    onFailure: (error) => expect.unreachable(String(error)),
    runRecords: 7,
    gather: { ms: 5 * SECOND, busyRecords: 10, atMostMs: 60 * SECOND },
  });
  follower.start();
  return { log, follower };
}

test("a few records are taken after a moment", async () => {
  const { log, follower } = follow();
  log.grow(9);
  await vi.advanceTimersByTimeAsync(4 * SECOND);
  expect(follower.position).toBe(0);
  await vi.advanceTimersByTimeAsync(SECOND);
  expect(follower.position).toBe(9);
  await follower.close();
});

test("while many come in it waits, until fewer do", async () => {
  const { log, follower } = follow();
  for (let second = 0; second < 30; second++) {
    log.grow(4);
    await vi.advanceTimersByTimeAsync(SECOND);
    expect(follower.position).toBe(0);
  }
  await vi.advanceTimersByTimeAsync(5 * SECOND);
  expect(follower.position).toBe(120);
  await follower.close();
});

test("and a minute at most", async () => {
  const { log, follower } = follow();
  for (let second = 0; second < 61; second++) {
    log.grow(4);
    await vi.advanceTimersByTimeAsync(SECOND);
  }
  expect(follower.position).toBeGreaterThan(200);
  await follower.close();
});
