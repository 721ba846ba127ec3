/**
 * @file How soon given items are ranked for random users, over HTTP: 100 and 300 of them, by the transformer ranker, and beside it by a
 * model's own scores; at a fixed rate, and then one request after another, for what each costs, stage by stage. With so few users histories have a
 * hundred acts. Nothing here depends on how many items there are but how far apart they lie in memory. Models are made up: `made-models.ts`.
 */
import { loadavg } from "node:os";
import { join } from "node:path";
import { withTemporaryFolder } from "../test/server-process.ts";
import { type Bench, type BenchResult, quantileOf } from "./bench.ts";
import { openListStore } from "./list-store.ts";
import { type RequestLoadTask, runRequestLoad } from "./request-load.ts";
import { costOf } from "./stage-times.ts";

interface Options extends Record<string, number | boolean> {
  readonly items: number;
  readonly events: number;
  readonly users: number;
  readonly requestsPerSecond: number;
  readonly requests: number;
  /** Requests one after another. */
  readonly alone: number;
  readonly connections: number;
  readonly seed: number;
  /** Keeps the filled folder for the next run with the same numbers. */
  readonly keep: boolean;
}

export const bench: Bench<Options> = {
  title: "100 and 300 given items ranked for random users, over HTTP at a fixed rate",
  defaults: {
    items: 100_000,
    events: 200_000,
    users: 2_000,
    requestsPerSecond: 50,
    requests: 300,
    alone: 100,
    connections: 32,
    seed: 1,
    keep: false,
  },
  tiny: {
    items: 300,
    events: 3000,
    users: 20,
    requestsPerSecond: 50,
    requests: 20,
    alone: 5,
    connections: 2,
    seed: 1,
    keep: false,
  },
  run: (options, say) => withTemporaryFolder((folder) => measure(options, join(folder, "data"), say)),
};

const WARM_UP = 0.2;

async function measure(options: Options, folder: string, say: (line: string) => void): Promise<BenchResult> {
  const platform = await openListStore({ ...options, folder }, say);
  const server = await platform.createServer({});
  await platform.rehearse();
  try {
    const { port, hostname: host } = new URL(await server.listen({ host: "127.0.0.1", port: 0 }));
    const [loadAverage = 0] = loadavg();
    const warmUp = Math.ceil(WARM_UP * options.requests);
    const metrics: Record<string, number> = { loadAverageBefore: loadAverage };
    const surfaces = { rank: "ranked", modelScores: "home" };
    for (const [name, surface] of Object.entries(surfaces))
      for (const given of [100, 300]) {
        say(`${given} items, ${options.requestsPerSecond} requests a second, surface ${surface}`);
        const itemIds = Array.from({ length: given }, () => "item-*");
        const request = { path: "/v1/rank", body: JSON.stringify({ userId: "user-*", surface, itemIds }) };
        const task: RequestLoadTask = { ...options, host, port: Number(port), warmUp, request };
        const { latenciesMs } = await runRequestLoad(task);
        metrics[`${name}${given}LatencyMsP50`] = quantileOf(latenciesMs, 0.5);
        metrics[`${name}${given}LatencyMsP99`] = quantileOf(latenciesMs, 0.99);
        const load = { ...task, requests: options.alone };
        const told = async () => (await server.inject("/metrics")).payload;
        const { cpuMs, stagesMs } = await costOf({ load, surface, metrics: told });
        metrics[`${name}${given}CpuMs`] = cpuMs;
        for (const [stage, ms] of Object.entries(stagesMs))
          metrics[`${name}${given} stageMs ${stage.replace("rank/", "")}`] = ms;
      }
    return { metrics, compared: {} };
  } finally {
    await server.close();
    await platform.close();
  }
}
