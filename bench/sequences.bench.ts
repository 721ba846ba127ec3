/**
 * @file How soon a sequence is there: the newest 256 rows of random users, read in process and asked for over HTTP at a fixed rate.
 * The store holds what the applying thread made of the events. The server runs in this process, the load comes from another, so that
 * both have a core of their own; the lake does not follow, which it does once, not at every read.
 */
import { readdir, stat } from "node:fs/promises";
import { loadavg } from "node:os";
import { join } from "node:path";
import { monotonicMs, Random } from "#base";
import { measureBlocks, readPerson, readPersonSequence } from "#sequences";
import type { Platform } from "../src/main/platform.ts";
import { withTemporaryFolder } from "../test/server-process.ts";
import { openBareSocket } from "./bare-server.ts";
import { type Bench, type BenchResult, quantileOf } from "./bench.ts";
import { openFilledStore } from "./filled-store.ts";
import { type Answered, type Sustained, sustainRequests } from "./sustained.ts";

interface Options extends Record<string, number> {
  readonly events: number;
  readonly users: number;
  /** Rows asked for. */
  readonly limit: number;
  /** Reads in process. */
  readonly reads: number;
  readonly requestsPerSecond: number;
  /** Of each rate, in seconds. */
  readonly seconds: number;
  readonly connections: number;
  readonly seed: number;
}

export const bench: Bench<Options> = {
  title: "the newest rows of a random user, in process and over HTTP at a fixed rate",
  defaults: {
    events: 10_000_000,
    users: 100_000,
    limit: 256,
    reads: 100_000,
    requestsPerSecond: 5000,
    seconds: 10,
    connections: 32,
    seed: 1,
  },
  tiny: {
    events: 5000,
    users: 20,
    limit: 256,
    reads: 100,
    requestsPerSecond: 100,
    seconds: 0.5,
    connections: 2,
    seed: 1,
  },
  run: (options, say) => withTemporaryFolder((folder) => measure(options, join(folder, "data"), say)),
};

/** Reads that are not measured come first, this part of their number. */
const WARM_UP = 0.2;

async function measure(options: Options, folder: string, say: (line: string) => void): Promise<BenchResult> {
  const platform = await openFilledStore({ ...options, folder }, say);
  try {
    const [loadAverage = 0] = loadavg();
    const sizes = await measureSizes(platform, options);
    const random = await measureReads(platform, options);
    // Most users have fewer rows than are asked for; these have them all.
    const full = await measureReads(platform, { ...options, users: await countFull(platform, options) });
    const { http, socket } = await measureRequests(platform, options, say);
    return {
      metrics: {
        ...named("inProcessLatencyUs", random.latenciesUs),
        inProcessRows: random.rows,
        ...named("inProcessFullLatencyUs", full.latenciesUs),
        inProcessFullRows: full.rows,
        httpRequestsPerSecond: http.rate,
        ...named("httpLatencyMs", http.attempt.latenciesMs),
        httpSentLateMsP99: quantileOf(http.attempt.sentLateMs, 0.99),
        httpBodyBytes: http.attempt.bytes,
        serverCpuUsPerRequest: http.attempt.cpuUs,
        loadCpuSeconds: http.attempt.cpuSeconds,
        socketRequestsPerSecond: socket.rate,
        ...named("socketLatencyMs", socket.attempt.latenciesMs),
        ...sizes,
        loadAverageBefore: loadAverage,
      },
      compared: {
        httpToSocketP99:
          quantileOf(http.attempt.latenciesMs, 0.99) / quantileOf(socket.attempt.latenciesMs, 0.99),
      },
    };
  } finally {
    await platform.close();
  }
}

function named(name: string, latencies: readonly number[]): Record<string, number> {
  return {
    [`${name}P50`]: quantileOf(latencies, 0.5),
    [`${name}P99`]: quantileOf(latencies, 0.99),
    [`${name}P999`]: quantileOf(latencies, 0.999),
  };
}

/** How many of the users, the busiest first, have as many rows as are asked for. */
async function countFull({ state }: Platform, { users, limit }: Options): Promise<number> {
  for (let n = 0; n < users; n++) {
    const person = await readPerson(state, [`user-${n}`]);
    if (!person || person.record.rowCount < limit) return Math.max(1, n);
  }
  return users;
}

/** Each read ends when time, item, action and surface of every row were looked at. */
async function measureReads({ state, clock }: Platform, { users, limit, reads, seed }: Options) {
  const random = Random.of(seed, "reads");
  const query = { limit, asOfMs: clock.nowMs() };
  const latenciesUs: number[] = [];
  const warmUp = Math.ceil(WARM_UP * reads);
  let rows = 0;
  let sum = 0;
  for (let n = 0; n < warmUp + reads; n++) {
    const userId = `user-${random.integer(users)}`;
    const startedMs = monotonicMs();
    const person = await readPerson(state, [userId]);
    const window = person && (await readPersonSequence(state, person, query));
    window?.forEach((part, row) => {
      sum += part.timestampMs(row) + part.itemRow(row) + part.action(row) + part.surface(row);
    });
    const tookUs = (monotonicMs() - startedMs) * 1000;
    if (n < warmUp) continue;
    latenciesUs.push(tookUs);
    rows += window?.length ?? 0;
  }
  if (!Number.isFinite(sum)) throw new Error("a row has no number where it should"); // and the sum is used
  return { latenciesUs, rows: rows / reads };
}

/** At the rate asked for, or the highest that is kept up with; and at the rate asked for, who only sends as many ready bytes over a socket. */
async function measureRequests(
  platform: Platform,
  options: Options,
  say: (line: string) => void,
): Promise<Record<"http" | "socket", Sustained<Answered>>> {
  const request = { path: `/v1/users/user-*/sequence?limit=${options.limit}` };
  const server = await platform.createServer({});
  try {
    say(`${options.requestsPerSecond} requests a second`);
    const address = await server.listen({ host: "127.0.0.1", port: 0 });
    const http = await sustainRequests({ ...options, address, request });
    say("the same from a bare socket");
    const socketServer = await openBareSocket(Math.round(http.attempt.bytes));
    const socket = await sustainRequests({ ...options, address: socketServer.address, request });
    await socketServer.close();
    return { http, socket };
  } finally {
    await server.close();
  }
}

async function measureSizes(
  { folder, state }: Platform,
  { events }: Options,
): Promise<Record<string, number>> {
  await state.flush();
  const { rows, columnBytes, blockBytes } = await measureBlocks(state);
  return {
    bytesPerEvent: columnBytes / rows,
    bytesPerEventWithIds: blockBytes / rows,
    stateBytesPerEvent: (await bytesOf(join(folder, "state"))) / events,
  };
}

/** Bytes that the files of a folder take on disk. */
async function bytesOf(folder: string): Promise<number> {
  const names = await readdir(folder);
  const sizes = names.map(async (name) => (await stat(join(folder, name))).blocks * 512);
  return (await Promise.all(sizes)).reduce((sum, bytes) => sum + bytes, 0);
}
