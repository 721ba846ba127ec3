/**
 * @file Lists over HTTP: how soon they are there at a fixed rate, what one costs, stage by stage, how many a second the server makes, and how
 * soon an event changes the next one while others send theirs. The server runs in this process, the load comes from another. Models are made
 * up: `made-models.ts`.
 */
import { loadavg } from "node:os";
import { join } from "node:path";
import { monotonicMs, Random } from "#base";
import { withTemporaryFolder } from "../test/server-process.ts";
import { type Bench, type BenchResult, quantileOf } from "./bench.ts";
import { openListStore } from "./list-store.ts";
import { type RequestLoadTask, runRequestLoad } from "./request-load.ts";
import { costOf } from "./stage-times.ts";

interface Options extends Record<string, number | boolean> {
  readonly items: number;
  readonly events: number;
  readonly users: number;
  readonly n: number;
  readonly requestsPerSecond: number;
  readonly requests: number;
  /** Requests one after another. */
  readonly alone: number;
  /** Scored by the fusion of ranks in place of the transformer ranker. */
  readonly fused: boolean;
  readonly connections: number;
  /** At a time while as many are made as there can be: of many at once each waits so long that its sources are late, and a list without them is made in no time. */
  readonly flatOutConnections: number;
  /** Events of others a second while it is measured how soon one changes the next list. */
  readonly eventsPerSecond: number;
  /** How often that is measured. */
  readonly changes: number;
  readonly seed: number;
  /** Keeps the filled folder for the next run with the same numbers. */
  readonly keep: boolean;
}

export const bench: Bench<Options> = {
  title:
    "lists for random users over HTTP: 500 candidates of four sources, filtered, ranked, blended and explained",
  defaults: {
    items: 1_000_000,
    events: 500_000,
    users: 100_000,
    n: 20,
    requestsPerSecond: 50,
    requests: 1000,
    alone: 200,
    fused: false,
    connections: 32,
    flatOutConnections: 8,
    eventsPerSecond: 1000,
    changes: 200,
    seed: 1,
    keep: false,
  },
  tiny: {
    items: 300,
    events: 3000,
    users: 20,
    n: 5,
    requestsPerSecond: 50,
    requests: 20,
    alone: 5,
    fused: false,
    connections: 2,
    flatOutConnections: 2,
    eventsPerSecond: 100,
    changes: 3,
    seed: 1,
    keep: false,
  },
  run: (options, say) => withTemporaryFolder((folder) => measure(options, join(folder, "data"), say)),
};

const WARM_UP = 0.2;
/** Beyond what is made, so that the time to make them all is what is measured. */
const FLAT_OUT_PER_SECOND = 100_000;

async function measure(options: Options, folder: string, say: (line: string) => void): Promise<BenchResult> {
  const openingMs = monotonicMs();
  const platform = await openListStore({ ...options, folder }, say);
  const openedMs = monotonicMs();
  const server = await platform.createServer({});
  await platform.rehearse();
  const readyMs = monotonicMs();
  const [index] = platform.itemIndexes.reports;
  try {
    const address = await server.listen({ host: "127.0.0.1", port: 0 });
    const [loadAverage = 0] = loadavg();
    const surface = options.fused ? "home" : "ranked";
    const warmUp = Math.ceil(WARM_UP * options.requests);
    const { port, hostname: host } = new URL(address);
    const request = {
      path: "/v1/recommendations",
      body: JSON.stringify({ userId: "user-*", n: options.n, surface }),
    };
    const task: RequestLoadTask = { ...options, host, port: Number(port), warmUp, request };
    say(`${options.requestsPerSecond} lists a second`);
    const paced = await runRequestLoad(task);
    say("one after another");
    const told = async () => (await server.inject("/metrics")).payload;
    const { cpuMs, stagesMs } = await costOf({
      load: { ...task, requests: options.alone },
      surface,
      metrics: told,
    });
    say("as many as there can be");
    const leftOutBefore = leftOutIn(await told());
    const cpu = process.cpuUsage();
    const flatOut = await runRequestLoad({
      ...task,
      requestsPerSecond: FLAT_OUT_PER_SECOND,
      connections: options.flatOutConnections,
    });
    const { user, system } = process.cpuUsage(cpu);
    const leftOut = leftOutIn(await told()) - leftOutBefore;
    say("events, and the lists after them");
    const changesMs = await measureChanges(address, surface, options);
    const recall = platform.itemIndexes.reports[0]?.recall.recall;
    return {
      metrics: {
        latencyMsP50: quantileOf(paced.latenciesMs, 0.5),
        latencyMsP99: quantileOf(paced.latenciesMs, 0.99),
        requestsPerSecond: options.requests / flatOut.seconds,
        flatOutLeftOut: leftOut / (options.requests + warmUp),
        flatOutCpuMs: (user + system) / 1000 / (options.requests + warmUp),
        aloneCpuMs: cpuMs,
        eventToRecommendationMsP50: quantileOf(changesMs, 0.5),
        eventToRecommendationMsP99: quantileOf(changesMs, 0.99),
        openSeconds: (openedMs - openingMs) / 1000,
        modelsAndIndexSeconds: (readyMs - openedMs) / 1000,
        listsOfIndex: index?.lists ?? 0,
        ...(recall !== undefined && { indexRecall: recall }), // none of the queries may have been measured
        residentMiB: process.memoryUsage.rss() / 2 ** 20,
        bodyBytes: paced.bytes / options.requests,
        ...Object.fromEntries(Object.entries(stagesMs).map(([stage, ms]) => [`stageMs ${stage}`, ms])),
        loadAverageBefore: loadAverage,
      },
      compared: {},
    };
  } finally {
    await server.close();
    await platform.close();
  }
}

/** Sources that were late or failed so far. */
function leftOutIn(metrics: string): number {
  const told = [...metrics.matchAll(/^inkling_sources_left_out_total\{[^}]*\} (\S+)$/gm)];
  return told.reduce((sum, [, count]) => sum + Number(count), 0);
}

/** From an event being sent to a list that no longer has its item being there, while others send theirs. */
async function measureChanges(address: string, surface: string, options: Options): Promise<number[]> {
  const random = Random.of(options.seed, "changes");
  const post = async (path: string, body: object): Promise<{ items: { itemId: string }[] }> => {
    const headers = { "content-type": "application/json" };
    const response = await fetch(address + path, { method: "POST", headers, body: JSON.stringify(body) });
    if (!response.ok) throw new Error(await response.text());
    return (await response.json()) as { items: { itemId: string }[] }; // of the path that has them
  };
  const track = (): object => ({
    type: "track",
    event: "view",
    userId: `user-${random.integer(options.users)}`,
    properties: { itemId: `item-${random.integer(options.items)}` },
  });
  const everyMs = 100;
  let sent: Promise<unknown> = Promise.resolve();
  const others = setInterval(() => {
    const batch = Array.from({ length: (options.eventsPerSecond * everyMs) / 1000 }, track);
    sent = Promise.all([sent, post("/v1/batch", { batch })]);
  }, everyMs);
  const latenciesMs: number[] = [];
  try {
    for (let change = 0; change < options.changes; change++) {
      const userId = `user-${random.integer(options.users)}`;
      const [first] = (await post("/v1/recommendations", { userId, surface, n: options.n })).items;
      if (!first) throw new Error("a list has items");
      const startedMs = monotonicMs();
      await post("/v1/track", { event: "save", userId, properties: { itemId: first.itemId } });
      const { items } = await post("/v1/recommendations", { userId, surface, n: options.n });
      latenciesMs.push(monotonicMs() - startedMs);
      if (items.some(({ itemId }) => itemId === first.itemId)) throw new Error("the event changed nothing");
    }
  } finally {
    clearInterval(others);
    await sent;
  }
  return latenciesMs;
}
