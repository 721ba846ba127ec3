/**
 * @file A platform whose log and state hold millions of made events: a few people and items are busy, most are not. They are
 * appended to the log and applied by the thread that always does that; only the way in over HTTP is left out.
 */
import { DAY_MS, type EventId, MINUTE_MS, monotonicMs, Random, type UserId } from "#base";
import type { Config } from "#declarations";
import {
  encodeEvent,
  encodeSharedRecord,
  partitionOf,
  SHARED_PARTITION,
  type SharedRecord,
  type StoredEvent,
} from "#events";
import { SegmentedEventLog } from "#storage";
import { Platform } from "../src/main/platform.ts";
import { ACTIONS, ITEMS, SURFACES, uuid, zipf } from "./made-events.ts";

export interface StoreTask {
  readonly folder: string;
  readonly events: number;
  /** `user-0`, the busiest, to `user-<users - 1>`. */
  readonly users: number;
  readonly seed: number;
  /** `item-0`, the most popular, to `item-<items - 1>`. Default: as many as other benchmarks have. */
  readonly items?: number;
  /** Days the events are spread over. Default: what 240 ms between two of them make. */
  readonly days?: number;
  readonly config?: Config;
  /** False: no models are put in service. Default: the simplest. */
  readonly hasModels?: boolean;
}

const TOPICS = ["art", "cycling", "food", "gardens", "history", "music", "photography", "travel"];
/** 2026-01-01, and 10 million events in four weeks. */
const START_MS = 1_767_225_600_000;
const GAP_MS = 240;
const BATCH = 20_000;
/** Records the log may be ahead of the state: what is appended is still in the file cache when it is applied. */
const LEAD = 200_000;
/** The models in service are fitted on so many. */
const FIT_EVENTS = 100;
const PROGRESS_EVERY_MS = 5000;

/** Opens a new folder, fills it and puts the simplest models in service: everything but their answers is as in production. */
export async function openFilledStore(task: StoreTask, say: (line: string) => void): Promise<Platform> {
  const create = {
    dataset: null,
    clock: "historical",
    areTimesMadeUp: false,
    seed: 1,
    preset: null,
  } as const;
  const platform = await Platform.open({
    ...{ folder: task.folder, create, progress: () => {}, onNotice: say },
    ...(task.config && { config: task.config }),
  });
  const records = catalogue(Random.of(task.seed, "catalogue"), task.items).map(encodeSharedRecord);
  for (let from = 0; from < records.length; from += BATCH)
    await platform.log.append(SHARED_PARTITION, records.slice(from, from + BATCH));
  const nextEvent = eventMaker(task);
  const { events, hasModels = true } = task;
  const first = hasModels ? Math.min(FIT_EVENTS, events) : 0;
  if (hasModels) {
    await fill(platform, first, nextEvent, () => {});
    await platform.fit([{ name: "popularity" }, { name: "popularity" }], { progress: () => {} });
  }
  await fill(platform, events - first, nextEvent, say);
  return platform;
}

/** Appends events and waits until they are applied. */
export async function fill(
  { log, applier, clock }: Platform,
  events: number,
  nextEvent: () => StoredEvent,
  say: (line: string) => void,
): Promise<void> {
  const startedMs = monotonicMs();
  let toldMs = startedMs;
  for (let made = 0; made < events; ) {
    const batches = Array.from({ length: log.partitionCount }, (): Uint8Array[] => []);
    for (const end = Math.min(events, made + BATCH); made < end; made++) {
      const event = nextEvent();
      batches[partitionOf(event.userId, log.partitionCount)]!.push(encodeEvent(event));
      clock.observe(event.timestampMs);
    }
    const filled = [...batches.entries()].filter(([, records]) => records.length > 0);
    await Promise.all(filled.map(([partition, records]) => log.append(partition, records)));
    while (applier.lag() > (made < events ? LEAD : 0)) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      const nowMs = monotonicMs();
      if (nowMs - toldMs < PROGRESS_EVERY_MS) continue;
      toldMs = nowMs;
      const applied = made - applier.lag();
      if (applied <= 0) continue; // nothing to tell by
      const secondsLeft = ((nowMs - startedMs) / 1000 / applied) * (events - applied);
      say(`${applied} of ${events} events applied, about ${Math.ceil(secondsLeft)} s left`);
    }
  }
}

/** A log with the same events, and nobody who applies them: for what reads the log alone. */
export async function openFilledLog(
  task: StoreTask,
  say: (line: string) => void,
): Promise<SegmentedEventLog> {
  const log = await SegmentedEventLog.open(task.folder, { partitionCount: 2 });
  await log.append(
    SHARED_PARTITION,
    catalogue(Random.of(task.seed, "catalogue"), task.items).map(encodeSharedRecord),
  );
  const nextEvent = eventMaker(task);
  const startedMs = monotonicMs();
  let toldMs = startedMs;
  for (let made = 0; made < task.events; ) {
    const count = Math.min(BATCH, task.events - made);
    await log.append(
      1,
      Array.from({ length: count }, () => encodeEvent(nextEvent())),
    );
    made += count;
    const nowMs = monotonicMs();
    if (nowMs - toldMs < PROGRESS_EVERY_MS) continue;
    toldMs = nowMs;
    const secondsLeft = ((nowMs - startedMs) / 1000 / made) * (task.events - made);
    say(`${made} of ${task.events} events written, about ${Math.ceil(secondsLeft)} s left`);
  }
  return log;
}

function eventMaker({ users, seed, items = ITEMS, events, days }: StoreTask): () => StoredEvent {
  const gapMs = days === undefined ? GAP_MS : Math.max(1, Math.floor((days * DAY_MS) / events));
  const random = Random.of(seed, "sequences");
  const drawUser = zipf(users);
  const drawItem = zipf(items);
  let timestampMs = START_MS;
  return () => {
    timestampMs += gapMs;
    return {
      kind: "track",
      eventId: uuid(random) as EventId,
      userId: `user-${drawUser(random)}` as UserId,
      name: ACTIONS[random.integer(ACTIONS.length)]!,
      timestampMs,
      receivedAtMs: timestampMs,
      properties: {
        itemId: `item-${drawItem(random)}`,
        surface: SURFACES[random.integer(SURFACES.length)]!,
        position: random.integer(20),
        dwellMs: random.integer(20_000),
      },
      traits: {},
      rest: { context: { library: { name: "inkling-js", version: "1.0.0" } } },
    };
  };
}

function catalogue(random: Random, count = ITEMS): SharedRecord[] {
  const items = Array.from({ length: count }, (_, n): SharedRecord => {
    const tags = [0, 1].map(() => TOPICS[random.integer(TOPICS.length)]!);
    const createdAt = new Date(START_MS - n * MINUTE_MS).toISOString();
    const title = `A thing worth a look, number ${n}`;
    return { kind: "item", itemId: `item-${n}`, input: { title, tags, createdAt } };
  });
  const actions = [...new Set(ACTIONS)].map((name): SharedRecord => ({ kind: "action", name }));
  return [...actions, ...SURFACES.map((name): SharedRecord => ({ kind: "surface", name })), ...items];
}
