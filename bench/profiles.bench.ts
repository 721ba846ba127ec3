/**
 * @file How soon a full profile is there (interests with their stages, state, predictions) of heavy users, who have 500 engaged items
 * and more in the window: worked out anew after an event of theirs, worked out from nothing, read over HTTP at a fixed rate, and changed by an event, from
 * the request that sends it to the answer that shows it. The server runs in this process, the load of the reads comes from another.
 *
 * After an event (`rebuildLatencyMs`) the readers have seen the person before, as those of a server have. What they keep is of the days before today
 * (`profiles/person-day.ts`): engagements until midnight, their clusters and names, the life of each interest until yesterday, and the medoid, landmarks
 * and keywords of interests that nothing happened to today. No answer is kept, for the person did something. From nothing
 * (`rebuildFromNothingMs`) they have seen nobody: the first answer of a person's day.
 *
 * Reads are asked for in turns: of people whose answers of this minute are there, for the clock, which is that of the events, stands still
 * (`readLatencyMs`); while it goes on by an event a second of somebody else, so that everybody's minute ends as it does in a server and their answer is
 * worked out anew (`goingReadLatencyMs`); and as many ready bytes from a bare server of Node. The first turn of each counts for nothing: while V8 compiles what is
 * asked for, a server can answer half as many, and what piles up then took the turns after it, too.
 */
import { loadavg } from "node:os";
import { join } from "node:path";
import { ignoreProgress, monotonicMs, Random, SECOND_MS } from "#base";
import { createWorld, worldPresets } from "#datasets";
import { fitPredictions, ItemKnowledge, PersonSignals, UserInterests } from "#profiles";
import { FileBlobStore } from "#storage";
import { paths } from "../src/main/folder/data-folder.ts";
import { keepPredictions, keptPredictions } from "../src/main/people/predictions.ts";
import { Platform } from "../src/main/platform.ts";
import { withTemporaryFolder } from "../test/server-process.ts";
import { openBareServer } from "./bare-server.ts";
import { type Bench, type BenchResult, quantileOf } from "./bench.ts";
import { runRequestLoad } from "./request-load.ts";

interface Options extends Record<string, number> {
  readonly users: number;
  /** Engagements of each, each with another item. */
  readonly engagements: number;
  readonly rebuilds: number;
  readonly events: number;
  /** People predictions are learned from. */
  readonly learnedFrom: number;
  readonly requestsPerSecond: number;
  readonly requests: number;
  /** Turns that the requests are divided into, each of ours, of ours while the clock goes on, and of the bare server. */
  readonly turns: number;
  readonly connections: number;
  readonly seed: number;
}

export const bench: Bench<Options> = {
  title: "full profiles of heavy users: rebuilt, read over HTTP, changed by an event",
  defaults: {
    users: 100,
    engagements: 500,
    rebuilds: 500,
    events: 300,
    learnedFrom: 300,
    requestsPerSecond: 2000,
    requests: 24_000,
    turns: 3,
    connections: 16,
    seed: 1,
  },
  tiny: {
    users: 3,
    engagements: 40,
    rebuilds: 4,
    events: 3,
    learnedFrom: 120,
    requestsPerSecond: 50,
    requests: 20,
    turns: 1,
    connections: 2,
    seed: 1,
  },
  run: (options, say) => withTemporaryFolder((folder) => measure(options, join(folder, "data"), say)),
};

const WARM_UP = 0.2;
/** Engagements are spread over so many days. */
const DAYS = 60;
const FAVOURITES = 6;
const DAY_MS = 86_400_000;
const END_MS = Date.parse("2026-06-01T12:00:00Z");

async function measure(options: Options, folder: string, say: (line: string) => void): Promise<BenchResult> {
  const platform = await openWithHeavyUsers(options, folder, say);
  const server = await platform.createServer({});
  try {
    const [loadAverageBefore = 0] = loadavg();
    const fromNothing = await measureRebuilds(platform, options);
    const rebuilds = await measureRebuildsAfterEvents(platform, options);
    const address = await server.listen({ host: "127.0.0.1", port: 0 });
    const changes = await measureChanges(address, options);
    say(`${options.requestsPerSecond} requests a second`);
    const { kept, going, bare } = await measureReads(platform, address, options);
    return {
      metrics: {
        ...named("rebuildLatencyMs", rebuilds.latencies),
        rebuildProcessorMs: rebuilds.processorMs,
        ...named("rebuildFromNothingMs", fromNothing.latencies),
        rebuildFromNothingProcessorMs: fromNothing.processorMs,
        ...named("readLatencyMs", kept.latencies),
        readProcessorUs: kept.processorUs,
        ...named("goingReadLatencyMs", going.latencies),
        goingReadProcessorUs: going.processorUs,
        ...named("bareLatencyMs", bare.latencies),
        bareProcessorUs: bare.processorUs,
        ...named("eventToInterestMs", changes),
        loadAverageBefore,
      },
      compared: {
        readToBareP99: quantileOf(kept.latencies, 0.99) / quantileOf(bare.latencies, 0.99),
        readToBareProcessor: kept.processorUs / bare.processorUs,
      },
    };
  } finally {
    await server.close();
    await platform.close();
  }
}

function named(name: string, values: readonly number[]): Record<string, number> {
  return { [`${name}P50`]: quantileOf(values, 0.5), [`${name}P99`]: quantileOf(values, 0.99) };
}

/** Items of the world, and people who met so many of a few topics each. */
async function openWithHeavyUsers(
  { users, engagements, learnedFrom, seed }: Options,
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
  const platform = await Platform.open({ folder, create, progress: ignoreProgress, onNotice: say });
  const items = [...createWorld(worldPresets.small).items()].map((item) => ({
    ...item,
    createdAt: "2026-01-01T00:00:00Z",
  }));
  for (let from = 0; from < items.length; from += 500)
    await platform.ingestion.ingestItems(items.slice(from, from + 500));
  for (let user = 0; user < users; user++) {
    const random = Random.of(seed, `user/${user}`);
    const tops = Array.from({ length: FAVOURITES }, () => items[random.integer(items.length)]!.tags![0]!);
    const known = random.shuffle(items.filter(({ tags }) => tops.includes(tags![0]!)));
    const others = random.shuffle([...items]);
    const met = [...known, ...others].slice(0, engagements);
    const events = met.map(({ itemId }, n) => ({
      type: "track",
      event: "save",
      userId: `user-${user}`,
      messageId: `${user}-${n}`,
      timestamp: new Date(END_MS - Math.floor(random.uniform() * DAYS * DAY_MS)).toISOString(),
      properties: { itemId },
    }));
    await platform.ingestion.ingestMessages(events);
  }
  await platform.ensureModels(ignoreProgress);
  const model = fitPredictions(comersAndGoers(learnedFrom, seed), { untilMs: END_MS, goals: [] });
  await keepPredictions(new FileBlobStore(paths.blobs(folder)), model);
  return platform;
}

/** What predictions are learned from, for heavy users alone show nobody who leaves: people who come more or less often, and two of five of whom stop. */
function comersAndGoers(
  people: number,
  seed: number,
): { readonly timestampMs: number; readonly action: string }[][] {
  return Array.from({ length: people }, (_, person) => {
    const random = Random.of(seed, `comers/${person}`);
    const everyDays = 0.3 * 1.35 ** (person % 12);
    const untilDaysAgo = random.uniform() < 0.4 ? random.uniform() * DAYS : 0;
    const acts: { timestampMs: number; action: string }[] = [];
    for (let ago = 100; ago > untilDaysAgo; ago -= everyDays * random.exponential())
      acts.push({
        timestampMs: END_MS - ago * DAY_MS,
        action: random.uniform() < 0.1 ? "purchase" : "save",
      });
    return acts;
  }).filter(({ length }) => length > 0);
}

/** In milliseconds as they pass, and of processor time, which what else the machine does cannot add to. */
interface Rebuilds {
  readonly latencies: readonly number[];
  readonly processorMs: number;
}

/** Nothing is kept from one to the next: each is made by readers that have seen nobody. */
async function measureRebuilds(platform: Platform, { users, rebuilds }: Options): Promise<Rebuilds> {
  const parts = await readerParts(platform);
  for (let user = 0; user < users; user++) await rebuild(platform, user, readersOf(parts)); // vectors of items are there in a server
  const latencies: number[] = [];
  let processorMs = 0;
  for (let n = 0; n < rebuilds; n++) {
    const timed = await timedRebuild(platform, n % users, readersOf(parts));
    latencies.push(timed.ms);
    processorMs += timed.processorMs / rebuilds;
  }
  return { latencies, processorMs };
}

/** The person does something before each; the readers are the same all along, and have seen everybody. */
async function measureRebuildsAfterEvents(
  platform: Platform,
  { users, rebuilds, seed }: Options,
): Promise<Rebuilds> {
  const readers = readersOf(await readerParts(platform));
  const random = Random.of(seed, "rebuilds");
  const { catalogue, ingestion } = platform;
  for (let user = 0; user < users; user++) await rebuild(platform, user, readers);
  const latencies: number[] = [];
  let processorMs = 0;
  for (let n = 0; n < rebuilds; n++) {
    const { itemId } = catalogue.at(random.integer(catalogue.itemCount));
    const timestamp = new Date(END_MS + 1000 * n).toISOString();
    const event = { type: "track", event: "save", userId: `user-${n % users}`, timestamp };
    await ingestion.ingestMessages([{ ...event, messageId: `rebuild-${n}`, properties: { itemId } }]);
    const timed = await timedRebuild(platform, n % users, readers);
    latencies.push(timed.ms);
    processorMs += timed.processorMs / rebuilds;
  }
  return { latencies, processorMs };
}

interface Readers {
  readonly signals: PersonSignals;
  readonly interests: UserInterests;
}

/** What readers are made of. */
async function readerParts(platform: Platform) {
  const { catalogue, isSensitive } = platform;
  const knowledge = new ItemKnowledge(catalogue, { engagement: undefined, isSensitive });
  const predictions = await keptPredictions(new FileBlobStore(paths.blobs(platform.folder)));
  return { ...platform, knowledge, predictions: () => predictions };
}

function readersOf(parts: Awaited<ReturnType<typeof readerParts>>): Readers {
  return { signals: new PersonSignals(parts), interests: new UserInterests(parts) };
}

async function timedRebuild(
  platform: Platform,
  user: number,
  readers: Readers,
): Promise<{ readonly ms: number; readonly processorMs: number }> {
  const usedBefore = process.cpuUsage();
  const startedMs = monotonicMs();
  await rebuild(platform, user, readers);
  const ms = monotonicMs() - startedMs;
  const { user: own, system } = process.cpuUsage(usedBefore);
  return { ms, processorMs: (own + system) / 1000 };
}

async function rebuild(
  { identity, clock }: Platform,
  user: number,
  { signals, interests }: Readers,
): Promise<void> {
  const userId = identity.personOf(`user-${user}`);
  const person = await signals.person(userId);
  if (!person) throw new Error(`${userId} is there`);
  const query = { asOfMs: clock.nowMs(), purpose: undefined };
  const [profile, , stands, foretold] = await Promise.all([
    signals.profile(userId, person, query),
    interests.read(userId, person, query.asOfMs),
    signals.state(userId, person, query),
    signals.predictions(userId, person, query),
  ]);
  if (!profile || !stands) throw new Error(`${userId} has a profile`);
  if (foretold.predictions.length === 0)
    throw new Error("nothing is foretold of anybody: --learnedFrom has to be larger");
}

/** Of all turns of one server. */
interface Reads {
  readonly latencies: number[];
  /** Of this process, for each request. */
  processorUs: number;
}

async function measureReads(
  platform: Platform,
  address: string,
  options: Options,
): Promise<Record<"kept" | "going" | "bare", Reads>> {
  const path = "/v1/users/user-*?include=interests,state,predictions";
  let bytes = 0;
  // As in a server that has been asked for a while: what was asked about in the last minute is there.
  for (let user = 0; user < options.users; user++) {
    const answer = await fetch(address + path.replace("*", String(user)));
    bytes = (await answer.arrayBuffer()).byteLength;
  }
  const bareServer = await openBareServer(bytes);
  const [kept, going, bare] = Array.from({ length: 3 }, (): Reads => ({ latencies: [], processorUs: 0 }));
  const sides = [
    { reads: kept!, asked: address, isGoing: false },
    { reads: going!, asked: address, isGoing: true },
    { reads: bare!, asked: bareServer.address, isGoing: false },
  ]; // three of them
  const requests = Math.ceil(options.requests / options.turns);
  const warmUp = Math.ceil(WARM_UP * requests);
  for (let turn = -1; turn < options.turns; turn++)
    for (const { reads, asked, isGoing } of sides) {
      const { hostname, port } = new URL(asked);
      const before = process.cpuUsage();
      const stop = isGoing ? moveClock(platform, `${turn}`) : undefined;
      const task = { ...options, host: hostname, port: Number(port), requests, warmUp, request: { path } };
      const { latenciesMs } = await runRequestLoad(task);
      await stop?.();
      if (turn < 0) continue;
      const { user, system } = process.cpuUsage(before);
      reads.latencies.push(...latenciesMs);
      reads.processorUs += (user + system) / (requests + warmUp) / options.turns;
    }
  await bareServer.close();
  return { kept: kept!, going: going!, bare: bare! };
}

/** An event a second of somebody whom nobody asks about, until it is stopped. */
function moveClock({ clock, ingestion }: Platform, turn: string): () => Promise<void> {
  let sent = 0;
  let sending: Promise<unknown> | undefined;
  const timer = setInterval(() => {
    const event = { type: "track", event: "view", userId: "somebody", messageId: `clock ${turn} ${sent++}` };
    const timestamp = new Date(clock.nowMs() + SECOND_MS).toISOString();
    sending = ingestion.ingestMessages([{ ...event, timestamp, properties: {} }]);
  }, SECOND_MS);
  return async () => {
    clearInterval(timer);
    await sending;
  };
}

/** From the request that sends an event to the answer that shows it in the interest. */
async function measureChanges(address: string, { users, events, seed }: Options): Promise<number[]> {
  const random = Random.of(seed, "changes");
  const read = async (
    user: number,
  ): Promise<{ interestId: string; engagementCount: number; itemId: string }[]> => {
    const answer = await fetch(`${address}/v1/users/user-${user}/interests`);
    const { interests } = (await answer.json()) as {
      interests: { interestId: string; engagementCount: number; medoid: { itemId: string } }[];
    };
    return interests.map(({ medoid, ...interest }) => ({ ...interest, itemId: medoid.itemId }));
  };
  const latencies: number[] = [];
  for (let n = 0; n < events; n++) {
    const user = random.integer(users);
    const [first] = await read(user);
    if (!first) continue;
    const startedMs = monotonicMs();
    const body = { userId: `user-${user}`, event: "click", properties: { itemId: first.itemId } };
    await fetch(`${address}/v1/track`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    const after = (await read(user)).find(({ interestId }) => interestId === first.interestId);
    latencies.push(monotonicMs() - startedMs);
    // A full window may let an old one go for the new one; it never loses what was just done.
    if ((after?.engagementCount ?? 0) < first.engagementCount)
      throw new Error("the event shows in the interest");
  }
  if (latencies.length === 0)
    throw new Error(
      "nobody who was asked has an interest that could change: --engagements or --events has to be larger (an interest takes three engagements with three items of a topic)",
    );
  return latencies;
}
