/**
 * @file How soon features are there, in the shape of Feast's benchmark: 25 feature views of 10 whole numbers each, the newest value of each
 * for every user. One user with 50 features, a hundred users with 50, one user with all 250, over HTTP at a fixed rate; what they take
 * in the state; and how long an event takes to show in a feature while 10,000 events a second come in.
 */
import { loadavg } from "node:os";
import { join } from "node:path";
import { type EventId, monotonicMs, Random, type UserId } from "#base";
import { action, type Config, defineConfig, event, events, feature, integer, last } from "#declarations";
import { encodeSharedRecord, SHARED_PARTITION, type StoredEvent } from "#events";
import { OnlineFeatures, userPartitions } from "#features";
import { userPrefix } from "#sequences";
import { Platform } from "../src/main/platform.ts";
import { withTemporaryFolder } from "../test/server-process.ts";
import { type Bench, type BenchResult, quantileOf } from "./bench.ts";
import { fill } from "./filled-store.ts";
import { uuid } from "./made-events.ts";
import { type RequestLoadTask, runRequestLoad } from "./request-load.ts";

interface Options extends Record<string, number> {
  readonly users: number;
  /** Of one user with 50 features; the larger requests come at a tenth of it. */
  readonly requestsPerSecond: number;
  readonly requests: number;
  readonly connections: number;
  readonly eventsPerSecond: number;
  /** Of events, while features are read. */
  readonly seconds: number;
  readonly seed: number;
}

export const bench: Bench<Options> = {
  title:
    "25 views of 10 features of a user over HTTP at a fixed rate, their size, and how soon an event shows",
  defaults: {
    users: 1_000_000,
    requestsPerSecond: 5000,
    requests: 100_000,
    connections: 32,
    eventsPerSecond: 10_000,
    seconds: 20,
    seed: 1,
  },
  tiny: {
    users: 20,
    requestsPerSecond: 50,
    requests: 20,
    connections: 2,
    eventsPerSecond: 500,
    seconds: 1,
    seed: 1,
  },
  run: (options, say) => withTemporaryFolder((folder) => measure(options, join(folder, "data"), say)),
};

const VIEWS = 25;
const FEATURES = 10;
const WARM_UP = 0.2;
const START_MS = 1_767_225_600_000;
/** Events of one request while features are read. */
const BATCH = 100;

const viewNames = Array.from({ length: VIEWS }, (_, view) => `view_${view}`);
const namesOf = (view: string): string[] => Array.from({ length: FEATURES }, (_, n) => `${view}_f${n}`);
const propertiesOf = (value: () => number): Record<string, number> =>
  Object.fromEntries(Array.from({ length: FEATURES }, (_, n) => [`f${n}`, value()]));

/** Feast's benchmark has `feature_view_0:feature_0` and so on, whole numbers all. */
function declare(viewCount: number): Config {
  const properties = Object.fromEntries(Array.from({ length: FEATURES }, (_, n) => [`f${n}`, integer()]));
  const views = viewNames.slice(0, viewCount);
  const updated = views.map((view) => [view, action({ kind: "neutral", verb: "updated", properties })]);
  return defineConfig({
    actions: {
      like: action({ kind: "positive", strength: 1, verb: "liked" }),
      ...Object.fromEntries(updated),
    },
    features: views.flatMap((view) =>
      namesOf(view).map((name, n) =>
        feature(name, { view, from: events(view), aggregate: last(event.number(`f${n}`)) }),
      ),
    ),
  });
}

async function measure(options: Options, folder: string, say: (line: string) => void): Promise<BenchResult> {
  const platform = await openFilled({ ...options, views: VIEWS }, folder, say);
  try {
    const [loadAverageBefore = 0] = loadavg();
    const names = viewNames.flatMap((view) => namesOf(view).map((name) => `${view}:${name}`));
    const fifty = names.slice(0, 50);
    const few = Math.ceil(options.requests / 10);
    const rate = Math.ceil(options.requestsPerSecond / 10);
    const server = await platform.createServer({});
    const { port, hostname } = new URL(await server.listen({ host: "127.0.0.1", port: 0 }));
    const ask = async (features: readonly string[], people: number, more: Partial<RequestLoadTask>) => {
      const entities = { user_id: Array.from({ length: people }, () => "user-*") };
      const request = { path: "/get-online-features", body: JSON.stringify({ features, entities }) };
      const task = { ...options, host: hostname, port: Number(port), request, ...more };
      const load = await runRequestLoad({ ...task, warmUp: Math.ceil(WARM_UP * task.requests) });
      return { ...load, bytes: load.bytes / task.requests };
    };
    const before = process.cpuUsage();
    const one = await ask(fifty, 1, {});
    const cpu = process.cpuUsage(before);
    const hundred = await ask(fifty, 100, { requests: few, requestsPerSecond: Math.ceil(rate / 10) });
    const all = await ask(names, 1, { requests: few, requestsPerSecond: rate });
    await server.close();
    const eventsToFeatures = await measureFreshness(platform, options);
    return {
      metrics: {
        ...named("get50LatencyMs", one.latenciesMs),
        ...named("get100x50LatencyMs", hundred.latenciesMs),
        ...named("get250LatencyMs", all.latenciesMs),
        get50BodyBytes: one.bytes,
        serverCpuUsPerGet50: (cpu.user + cpu.system) / (options.requests * (1 + WARM_UP)),
        ...named("eventToFeatureMs", eventsToFeatures),
        ...(await bytesAt50(join(folder, "..", "fifty"), options, say)),
        bytesPerUserAt250: await bytesOf(platform, options),
        loadAverageBefore,
      },
      compared: {},
    };
  } finally {
    await platform.close();
  }
}

function named(name: string, latencies: readonly number[]): Record<string, number> {
  return { [`${name}P50`]: quantileOf(latencies, 0.5), [`${name}P99`]: quantileOf(latencies, 0.99) };
}

/** Every user has one event of every view; somebody likes something, so that there is a model to serve. */
async function openFilled(
  { users, seed, views }: { users: number; seed: number; views: number },
  folder: string,
  say: (line: string) => void,
): Promise<Platform> {
  const create = {
    dataset: null,
    clock: "historical",
    areTimesMadeUp: false,
    seed: 1,
    preset: null,
  } as const;
  const platform = await Platform.open({
    folder,
    config: declare(views),
    create,
    progress: () => {},
    onNotice: say,
  });
  const like = { type: "track", userId: "somebody", event: "like", properties: { itemId: "something" } };
  await platform.ingestion.ingestMessages([{ ...like, timestamp: new Date(START_MS).toISOString() }]);
  await platform.fit([{ name: "popularity" }, { name: "popularity" }], { progress: () => {} });
  const actions = viewNames.slice(0, views).map((name) => encodeSharedRecord({ kind: "action", name }));
  await platform.log.append(SHARED_PARTITION, actions);
  await fill(platform, users * views, eventsOf({ users, seed, views }), say);
  return platform;
}

/** Every user's first view, then every user's second, and so on, again and again; from a round on. */
function eventsOf(
  { users, seed, views }: { users: number; seed: number; views: number },
  round = 0,
): () => StoredEvent {
  const random = Random.of(seed, `features ${round}`);
  let made = round * users * views;
  return () => {
    const event = makeEvent(random, made % users, Math.floor(made / users) % views, made);
    made++;
    return event;
  };
}

function makeEvent(random: Random, user: number, view: number, atMs: number): StoredEvent {
  return {
    kind: "track",
    eventId: uuid(random) as EventId,
    userId: `user-${user}` as UserId,
    name: viewNames[view]!,
    timestampMs: START_MS + atMs,
    receivedAtMs: START_MS + atMs,
    properties: propertiesOf(() => random.integer(1000)),
    traits: {},
    rest: {},
  };
}

/** From when a batch was due to when a read of one of its users shows it, at the rate given. */
async function measureFreshness(
  platform: Platform,
  { users, eventsPerSecond, seconds, seed }: Options,
): Promise<number[]> {
  const random = Random.of(seed, "freshness");
  const everyMs = (1000 * BATCH) / eventsPerSecond;
  const startedMs = monotonicMs();
  const online = new OnlineFeatures({ ...platformParts(platform), services: {} });
  const names = online.names.slice(0, 50);
  const waiting: Promise<number>[] = [];
  for (let batch = 0; batch * everyMs < seconds * 1000; batch++) {
    const dueMs = startedMs + batch * everyMs;
    while (monotonicMs() < dueMs)
      await new Promise((resume) => setTimeout(resume, Math.max(0, dueMs - monotonicMs())));
    const timestamp = new Date(platform.clock.nowMs() + 1).toISOString();
    const messages = Array.from({ length: BATCH }, () => ({
      ...{ type: "track", userId: `user-${random.integer(users)}`, event: viewNames[random.integer(VIEWS)]! },
      ...{ messageId: uuid(random), timestamp },
      properties: propertiesOf(() => random.integer(1000)),
    }));
    waiting.push(
      platform.ingestion.ingestMessages(messages).then(async () => {
        await online.read(names, [messages.at(-1)!.userId]);
        return monotonicMs() - dueMs;
      }),
    );
  }
  return Promise.all(waiting);
}

function platformParts({ state, catalogue, identity, clock, plan, log }: Platform) {
  return { state, catalogue, identity, clock, plan, partitions: userPartitions(log) };
}

/** Bytes of keys and values that the features of a user take in the state, on average. */
async function bytesOf({ state }: Platform, { users }: Options): Promise<number> {
  const looked = Math.min(users, 1000);
  let bytes = 0;
  for (let n = 0; n < looked; n++) {
    const prefix = Buffer.concat([userPrefix(`user-${n}`), Buffer.from("f")]);
    for (const { key, value } of await state.scan({ prefix, limit: 1000 }))
      bytes += key.length + value.length;
  }
  return bytes / looked;
}

/** After one event of each view, as Feast's benchmark has it, and when rows were sealed many times. */
async function bytesAt50(
  folder: string,
  options: Options,
  say: (line: string) => void,
): Promise<{ bytesPerUser: number; bytesPerUserAfter200Events: number }> {
  const fifty = { users: Math.min(options.users, 200), seed: options.seed, views: 5 };
  const platform = await openFilled(fifty, folder, say);
  try {
    const bytesPerUser = await bytesOf(platform, { ...options, ...fifty });
    const rounds = 200 / fifty.views;
    await fill(platform, (rounds - 1) * fifty.users * fifty.views, eventsOf(fifty, 1), say);
    return { bytesPerUser, bytesPerUserAfter200Events: await bytesOf(platform, { ...options, ...fifty }) };
  } finally {
    await platform.close();
  }
}
