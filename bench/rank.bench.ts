/** @file How soon given items are ranked for random users, over HTTP at a fixed rate: 100 and 300 of them. */
import { loadavg } from "node:os";
import { join } from "node:path";
import { withTemporaryFolder } from "../test/server-process.ts";
import { type Bench, type BenchResult, quantileOf } from "./bench.ts";
import { openListStore } from "./list-store.ts";
import { type RequestLoadTask, runRequestLoad } from "./request-load.ts";

interface Options extends Record<string, number | boolean> {
  readonly items: number;
  readonly events: number;
  readonly users: number;
  readonly requestsPerSecond: number;
  readonly requests: number;
  readonly connections: number;
  readonly seed: number;
  /** Keeps the filled folder for the next run with the same numbers. */
  readonly keep: boolean;
}

export const bench: Bench<Options> = {
  title: "100 and 300 given items ranked for random users, over HTTP at a fixed rate",
  defaults: {
    items: 1_000_000,
    events: 500_000,
    users: 100_000,
    requestsPerSecond: 50,
    requests: 2000,
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
  try {
    const { port, hostname: host } = new URL(await server.listen({ host: "127.0.0.1", port: 0 }));
    const [loadAverage = 0] = loadavg();
    const warmUp = Math.ceil(WARM_UP * options.requests);
    const metrics: Record<string, number> = { loadAverageBefore: loadAverage };
    for (const given of [100, 300]) {
      say(`${given} items, ${options.requestsPerSecond} requests a second`);
      const itemIds = Array.from({ length: given }, () => "item-*");
      const request = { path: "/v1/rank", body: JSON.stringify({ userId: "user-*", itemIds }) };
      const task: RequestLoadTask = { ...options, host, port: Number(port), warmUp, request };
      const { latenciesMs } = await runRequestLoad(task);
      metrics[`rank${given}LatencyMsP50`] = quantileOf(latenciesMs, 0.5);
      metrics[`rank${given}LatencyMsP99`] = quantileOf(latenciesMs, 0.99);
    }
    return { metrics, compared: {} };
  } finally {
    await server.close();
    await platform.close();
  }
}
