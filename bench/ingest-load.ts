/** @file The load generator of `ingest.bench.ts`: a process that posts batches on a few connections, and tells how it went. */
import { Agent, request } from "node:http";
import type { TrackMessage } from "#api";
import { monotonicMs, Random } from "#base";

export interface LoadTask {
  readonly address: string;
  readonly events: number;
  readonly batch: number;
  readonly connections: number;
  readonly users: number;
  readonly seed: number;
  /** Time of the first event; each is a millisecond later than the one before. */
  readonly startMs: number;
}

export interface LoadResult {
  readonly accepted: number;
  readonly seconds: number;
  readonly latenciesMs: readonly number[];
  /** This process's own, to see whether it was the limit. */
  readonly cpuSeconds: number;
}

const ACTIONS = [
  "impression",
  "impression",
  "impression",
  "view",
  "view",
  "close-up",
  "click",
  "save",
] as const;
const SURFACES = ["home", "search", "related"] as const;
const ITEMS = 10_000;
/** Weight of rank r is r ^ -ZIPF: the busiest of 100,000 users sends 2 % of the events. */
const ZIPF = 0.8;
const PROGRESS_EVERY_MS = 5000;

/** Draws ranks 0 .. count - 1 with Zipf's weights. */
function zipf(count: number): (random: Random) => number {
  const cumulative = new Float64Array(count);
  let sum = 0;
  for (let rank = 0; rank < count; rank++) cumulative[rank] = sum += (rank + 1) ** -ZIPF;
  return (random) => {
    const drawn = random.uniform() * sum;
    let low = 0;
    let high = count - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (cumulative[middle]! < drawn) low = middle + 1;
      else high = middle;
    }
    return low;
  };
}

/** What a web client sends for one act. */
function eventMaker({ seed, users, startMs }: LoadTask): () => TrackMessage {
  const random = Random.of(seed, "ingest");
  const drawUser = zipf(users);
  const drawItem = zipf(ITEMS);
  let made = 0;
  return () => ({
    type: "track",
    messageId: uuid(random),
    userId: `user-${drawUser(random)}`,
    event: ACTIONS[random.integer(ACTIONS.length)]!,
    timestamp: new Date(startMs + made++).toISOString(),
    properties: {
      itemId: `item-${drawItem(random)}`,
      surface: SURFACES[random.integer(SURFACES.length)]!,
      position: random.integer(20),
      dwellMs: random.integer(20_000),
    },
    context: { library: { name: "inkling-js", version: "1.0.0" } },
  });
}

function uuid(random: Random): string {
  const hex = Array.from({ length: 4 }, () => random.uint32().toString(16).padStart(8, "0")).join("");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

function post(agent: Agent, address: string, body: string): Promise<{ accepted: number }> {
  return new Promise((resolve, reject) => {
    const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(body) };
    const outgoing = request(`${address}/v1/batch`, { method: "POST", agent, headers }, (incoming) => {
      let text = "";
      incoming.setEncoding("utf8").on("data", (part: string) => {
        text += part;
      });
      incoming.on("end", () => {
        if (incoming.statusCode === 200) resolve(JSON.parse(text) as { accepted: number });
        else reject(new Error(`${incoming.statusCode} ${text}`));
      });
    });
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}

async function run(task: LoadTask): Promise<LoadResult> {
  const { address, events, batch, connections } = task;
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const nextEvent = eventMaker(task);
  const latenciesMs: number[] = [];
  let left = events;
  let accepted = 0;
  const startedMs = monotonicMs();
  let toldMs = startedMs;
  const connection = async (): Promise<void> => {
    while (left > 0) {
      const length = Math.min(batch, left);
      left -= length;
      const body = JSON.stringify({ batch: Array.from({ length }, nextEvent) });
      const sentMs = monotonicMs();
      const answer = await post(agent, address, body);
      accepted += answer.accepted;
      const nowMs = monotonicMs();
      latenciesMs.push(nowMs - sentMs);
      if (nowMs - toldMs < PROGRESS_EVERY_MS) continue;
      toldMs = nowMs;
      const rate = Math.round(accepted / ((nowMs - startedMs) / 1000));
      process.stderr.write(`${accepted} of ${events} events, ${rate} a second\n`);
    }
  };
  await Promise.all(Array.from({ length: connections }, connection));
  const seconds = (monotonicMs() - startedMs) / 1000;
  agent.destroy();
  const { user, system } = process.cpuUsage();
  return { accepted, seconds, latenciesMs, cpuSeconds: (user + system) / 1e6 };
}

process.stdout.write(JSON.stringify(await run(JSON.parse(process.argv[2] ?? "{}") as LoadTask))); // our own parent's task
