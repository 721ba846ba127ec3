import { type RequestLoadTask, runRequestLoad } from "./request-load.ts";

/** What one request costs the server while it is alone with it. */
export interface Cost {
  /** Of processor time, all threads together, what happens after the answer included. */
  readonly cpuMs: number;
  /** Stage -> mean milliseconds, as the server counts them. */
  readonly stagesMs: Readonly<Record<string, number>>;
}

export interface CostTask {
  readonly load: RequestLoadTask;
  readonly surface: string;
  /** Prometheus text of the server. */
  readonly metrics: () => Promise<string>;
}

/** Beyond what is answered, so that the next request goes as soon as the one before is answered. */
const AT_ONCE_PER_SECOND = 100_000;

/** One request after another over one connection: nothing waits for another, so a stage takes what it computes and what it asks of other threads. */
export async function costOf({ load, surface, metrics }: CostTask): Promise<Cost> {
  const task = { ...load, requestsPerSecond: AT_ONCE_PER_SECOND, connections: 1, warmUp: 0 };
  const before = stageSums(await metrics(), surface);
  const cpu = process.cpuUsage();
  await runRequestLoad(task);
  const { user, system } = process.cpuUsage(cpu);
  const after = stageSums(await metrics(), surface);
  const stagesMs = Object.fromEntries(
    [...after].flatMap(([stage, sum]) => {
      const took = sum - (before.get(stage) ?? 0);
      return took > 0 ? [[stage, (1000 * took) / task.requests]] : [];
    }),
  );
  return { cpuMs: (user + system) / 1000 / task.requests, stagesMs };
}

/** Seconds of each stage so far. */
function stageSums(metrics: string, surface: string): Map<string, number> {
  const pattern = /^inkling_stage_seconds_sum\{surface="([^"]+)",stage="([^"]+)"\} (\S+)$/gm;
  const found = [...metrics.matchAll(pattern)].filter(([, own]) => own === surface);
  return new Map(found.map(([, , stage, sum]) => [stage!, Number(sum)]));
}
