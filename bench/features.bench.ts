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
import { openBareServer, openBareSocket } from "./bare-server.ts";
import { type Bench, type BenchResult, quantileOf } from "./bench.ts";
import { fill } from "./filled-store.ts";
import { uuid } from "./made-events.ts";
import type { RequestLoadTask } from "./request-load.ts";
import { type Attempt, sustain, sustainRequests } from "./sustained.ts";

interface Options extends Record<string, number> {
  /**
   * Feast's benchmark has a million (`--users 1000000`). What a read takes hardly depends on it (the same at 5,000 and at 200,000); filling takes 47 us of processor
   * for each of 25 events, over two threads: ten to twenty minutes for a million on two slow cores.
   */
  readonly users: number;
  /** Of one user with 50 features; all 250 are asked for a tenth as often, a hundred users a hundredth. */
  readonly requestsPerSecond: number;
  readonly connections: number;
  readonly eventsPerSecond: number;
  /** Of each load, at a rate that is kept up with. */
  readonly seconds: number;
  readonly seed: number;
}

export const bench: Bench<Options> = {
  title:
    "25 views of 10 features of a user over HTTP at a fixed rate, their size, and how soon an event shows",
  defaults: {
    users: 5000,
    requestsPerSecond: 5000,
    connections: 32,
    eventsPerSecond: 10_000,
    seconds: 3,
    seed: 1,
  },
  tiny: {
    users: 20,
    requestsPerSecond: 50,
    connections: 2,
    eventsPerSecond: 500,
    seconds: 0.5,
    seed: 1,
  },
  run: (options, say) => withTemporaryFolder((folder) => measure(options, join(folder, "data"), say)),
};

const VIEWS = 25;
const FEATURES = 10;
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
    const bytesPerUserAt250 = await bytesOf(platform, options); // before any event beyond the first of each view
    const reads = await measureReads(platform, options, say);
    say("events while features are read");
    const random = Random.of(options.seed, "freshness"); // one for all attempts: an event that was there costs next to nothing
    const send = (rate: number, events: number): Promise<Attempt> =>
      measureFreshness(platform, options, random, rate, events);
    await send(options.eventsPerSecond, options.eventsPerSecond * options.seconds); // while V8 compiles what it takes
    const fresh = await sustain(options.eventsPerSecond, options.seconds, send);
    return {
      metrics: {
        ...reads,
        eventsPerSecond: fresh.rate,
        ...named("eventToFeatureMs", fresh.attempt.latenciesMs),
        ...(await bytesAt50(join(folder, "..", "fifty"), options, say)),
        bytesPerUserAt250,
        loadAverageBefore,
      },
      compared: {
        get50ToBareServerCpu: reads["get50ServerCpuUs"]! / reads["bare50ServerCpuUs"]!,
        ...tails(reads),
      },
    };
  } finally {
    await platform.close();
  }
}

/** Share of the requests asked for a second, and of whom how much. */
const LOADS = [
  { label: "50", people: 1, features: 50, share: 1 },
  { label: "100x50", people: 100, features: 50, share: 1 / 100 },
  { label: "250", people: 1, features: VIEWS * FEATURES, share: 1 / 10 },
];
/** What answers as often with as many ready bytes. */
const BARE_SERVERS = { bare: openBareServer, socket: openBareSocket };

/** Each load at the highest rate that is kept up with, and beside it at that rate who answers with as many ready bytes. */
async function measureReads(
  platform: Platform,
  options: Options,
  say: (line: string) => void,
): Promise<Record<string, number>> {
  const server = await platform.createServer({});
  const address = await server.listen({ host: "127.0.0.1", port: 0 });
  const metrics: Record<string, number> = {};
  for (const { label, people, features, share } of LOADS) {
    const request = requestFor(people, features);
    const ask = async (who: string, asked: number, from: string): Promise<void> => {
      say(`${who}${label}: ${people} people with ${features} features`);
      const asking = { ...options, address: from, request, requestsPerSecond: asked };
      const { rate, attempt } = await sustainRequests(asking);
      metrics[`${who}${label}PerSecond`] = rate;
      Object.assign(metrics, named(`${who}${label}LatencyMs`, attempt.latenciesMs));
      metrics[`${who}${label}ServerCpuUs`] = attempt.cpuUs;
      metrics[`${who}${label}BodyBytes`] = attempt.bytes;
    };
    await ask("get", options.requestsPerSecond * share, address);
    for (const [who, open] of Object.entries(BARE_SERVERS)) {
      const bareServer = await open(Math.round(metrics[`get${label}BodyBytes`]!));
      await ask(who, metrics[`get${label}PerSecond`]!, bareServer.address);
      await bareServer.close();
    }
  }
  await server.close();
  return metrics;
}

/** The slowest hundredth of ours, by that of who only sends ready bytes. */
function tails(reads: Record<string, number>): Record<string, number> {
  const p99 = (who: string, label: string): number => reads[`${who}${label}LatencyMsP99`]!;
  return Object.fromEntries(
    LOADS.flatMap(({ label }) => [
      [`get${label}ToBareP99`, p99("get", label) / p99("bare", label)],
      [`get${label}ToSocketP99`, p99("get", label) / p99("socket", label)],
    ]),
  );
}

function requestFor(people: number, featureCount: number): RequestLoadTask["request"] {
  const names = viewNames.flatMap((view) => namesOf(view).map((name) => `${view}:${name}`));
  const entities = { user_id: Array.from({ length: people }, () => "user-*") };
  const body = JSON.stringify({ features: names.slice(0, featureCount), entities });
  return { path: "/get-online-features", body };
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
  await fillUp(platform, { users, seed, views, from: 0, to: views }, say);
  return platform;
}

interface Filling {
  readonly users: number;
  readonly seed: number;
  readonly views: number;
  /** Events of each user that are there. */
  readonly from: number;
  readonly to: number;
}

/**
 * Every user's next events, of the views in turn. They come user by user, so that the step from log to state has all of a user's in one run: what is
 * written is the same as if everybody's first had come before anybody's second, a state being that of the order of one user's events alone.
 */
function fillUp(
  platform: Platform,
  { users, seed, views, from, to }: Filling,
  say: (line: string) => void,
): Promise<void> {
  const random = Random.of(seed, `features from ${from}`);
  let made = 0;
  return fill(
    platform,
    users * (to - from),
    () => {
      const user = Math.floor(made / (to - from));
      const nth = from + (made++ % (to - from));
      return makeEvent(random, user, nth % views, nth * users + user);
    },
    say,
  );
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
  { users }: Options,
  random: Random,
  eventsPerSecond: number,
  events: number,
): Promise<Attempt> {
  const everyMs = (1000 * BATCH) / eventsPerSecond;
  const batches = Array.from({ length: Math.ceil(events / BATCH) }, () =>
    Array.from({ length: BATCH }, () => freshMessage(random, users)),
  ); // made before the clock runs: whoever sends events has a processor of its own
  const online = new OnlineFeatures({ ...platformParts(platform), services: {} });
  const names = online.names.slice(0, 50);
  const waiting: Promise<number>[] = [];
  const startedMs = monotonicMs();
  for (const [batch, made] of batches.entries()) {
    const dueMs = startedMs + batch * everyMs;
    while (monotonicMs() < dueMs)
      await new Promise((resume) => setTimeout(resume, Math.max(0, dueMs - monotonicMs())));
    const timestamp = new Date(platform.clock.nowMs() + 1).toISOString();
    const messages = made.map((message) => ({ ...message, timestamp }));
    waiting.push(
      platform.ingestion.ingestMessages(messages).then(async () => {
        await online.read(names, [messages.at(-1)!.userId]);
        return monotonicMs() - dueMs;
      }),
    );
  }
  const latenciesMs = await Promise.all(waiting);
  return { latenciesMs, seconds: (monotonicMs() - startedMs) / 1000 };
}

function freshMessage(random: Random, users: number) {
  return {
    type: "track",
    userId: `user-${random.integer(users)}`,
    event: viewNames[random.integer(VIEWS)]!,
    messageId: uuid(random),
    properties: propertiesOf(() => random.integer(1000)),
  };
}

function platformParts({ state, catalogue, identity, clock, plan, log }: Platform) {
  return { state, catalogue, identity, clock, plan, log, partitions: userPartitions(log) };
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

/** After one event of each view, as Feast's benchmark has it, when rows were sealed once, and when they were many times. */
async function bytesAt50(
  folder: string,
  options: Options,
  say: (line: string) => void,
): Promise<Record<string, number>> {
  const fifty = { users: Math.min(options.users, 200), seed: options.seed, views: 5 };
  const platform = await openFilled(fifty, folder, say);
  try {
    const bytes = { bytesPerUser: await bytesOf(platform, { ...options, ...fifty }) };
    let from = fifty.views;
    for (const to of [35, 200]) {
      await fillUp(platform, { ...fifty, from, to }, say);
      Object.assign(bytes, {
        [`bytesPerUserAfter${to}Events`]: await bytesOf(platform, { ...options, ...fifty }),
      });
      from = to;
    }
    return bytes;
  } finally {
    await platform.close();
  }
}
