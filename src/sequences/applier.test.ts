import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type EventId, nextTurn, SystemClock, type UserId } from "#base";
import { Actions, encodeEvent } from "#events";
import { LmdbStateStore, SegmentedEventLog, type StateOperation } from "#storage";
import { Applier } from "./applier.ts";
import { headKey } from "./state-keys.ts";
import { decodeUserHead } from "./user-head.ts";

/** State whose writes wait until they are let through, and which tells whose heads were asked for. */
class SlowState extends LmdbStateStore {
  readonly asked: string[] = [];
  readonly #waiting: (() => void)[] = [];
  isSlow = true;

  override get(keys: readonly Uint8Array[]) {
    this.asked.push(...keys.map((key) => Buffer.from(key).toString("latin1")));
    return super.get(keys);
  }

  override async write(operations: readonly StateOperation[]): Promise<void> {
    if (this.isSlow) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    await super.write(operations);
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  letThrough(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}

let folder: string;
let log: SegmentedEventLog;
let state: SlowState;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "inkling-applier-"));
  log = await SegmentedEventLog.open(join(folder, "log"), { partitionCount: 2 });
  state = new SlowState(join(folder, "state"), new SystemClock());
});
afterEach(async () => {
  await state.close();
  await log.close();
  await rm(folder, { recursive: true });
});

async function send(user: string): Promise<void> {
  const timestampMs = Date.UTC(2026, 0, 1);
  const common = { eventId: `${user}-1` as EventId, userId: user as UserId, traits: {}, rest: {} };
  const times = { timestampMs, receivedAtMs: timestampMs };
  await log.append(1, [
    encodeEvent({ kind: "track", name: "save", properties: { itemId: "i" }, ...common, ...times }),
  ]);
}

function start(onApplied: (offset: number) => void): Promise<Applier> {
  const onFailure = (error: unknown): never => {
    throw error;
  };
  const parts = { log, state, actions: new Actions(), onFailure };
  return Applier.start({ ...parts, onApplied: (_, offset) => onApplied(offset) }, () => {});
}

const asksFor = (user: string): boolean =>
  state.asked.includes(Buffer.from(headKey(user)).toString("latin1"));

async function eventsOf(user: string): Promise<number> {
  state.refresh();
  const [head] = await state.get([headKey(user)]);
  return head ? decodeUserHead(head).record.eventCount : 0;
}

test("what comes while a step is written is made a step meanwhile, and both are told when they are there", async () => {
  const applied: number[] = [];
  const applier = await start((offset) => applied.push(offset));
  await send("ann");
  await vi.waitUntil(() => state.waiting === 1);
  await send("bob");
  await vi.waitUntil(() => asksFor("bob"));
  expect([state.waiting, applied]).toEqual([1, []]);
  state.letThrough();
  await vi.waitUntil(() => state.waiting === 1);
  expect(applied).toEqual([1]);
  expect([await eventsOf("ann"), await eventsOf("bob")]).toEqual([1, 0]);
  state.letThrough();
  await vi.waitUntil(() => applied.length === 2);
  expect(applied).toEqual([1, 2]);
  expect(await eventsOf("bob")).toBe(1);
  await applier.close();
});

test("it has started when what was in the log is in the state, and not before", async () => {
  await send("ann");
  let isStarted = false;
  const starting = start(() => {}).then((applier) => {
    isStarted = true;
    return applier;
  });
  await vi.waitUntil(() => state.waiting === 1);
  await send("bob"); // more in the log does not make it level
  await vi.waitUntil(() => asksFor("bob"));
  for (let turns = 0; turns < 50; turns++) await nextTurn();
  expect(isStarted).toBe(false);
  state.isSlow = false;
  state.letThrough();
  await (await starting).close();
  expect([await eventsOf("ann"), await eventsOf("bob")]).toEqual([1, 1]);
});
