/**
 * @file What the way in carries: the real server in a process of its own, batches of 100 events over loopback HTTP from a
 * load generator in another. An answer means durable on disk and visible to the next read, so latency includes both.
 */
import { spawn } from "node:child_process";
import { readdir, stat } from "node:fs/promises";
import { loadavg } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ServerProcess, withTemporaryFolder } from "../test/server-process.ts";
import { openBareLog } from "./bare-server.ts";
import { type Bench, NODE_OPTIONS, quantileOf } from "./bench.ts";
import { describeProfiles } from "./cpu-profile.ts";
import type { LoadResult, LoadTask } from "./ingest-load.ts";

const LOAD = fileURLToPath(new URL("./ingest-load.ts", import.meta.url));

interface Options extends Record<string, number | boolean> {
  readonly events: number;
  readonly batch: number;
  readonly connections: number;
  readonly users: number;
  /** Each round is a fresh server with and one without flushing, in turn. */
  readonly rounds: number;
  readonly seed: number;
  /** Prints where the server's time went; costs some speed. */
  readonly profile: boolean;
}

export const bench: Bench<Options> = {
  title: "events over HTTP to durable and visible, beside the same with nothing flushed to disk",
  defaults: {
    events: 500_000,
    batch: 100,
    connections: 32,
    users: 100_000,
    rounds: 3,
    seed: 1,
    profile: false,
  },
  tiny: { events: 2000, batch: 100, connections: 2, users: 500, rounds: 1, seed: 1, profile: false },

  async run(options, say) {
    const [loadAverageBefore = 0] = loadavg();
    const durable: Figures[] = [];
    const unflushed: Figures[] = [];
    for (let round = 0; round < options.rounds; round++) {
      for (const [figures, args] of [
        [durable, []],
        [unflushed, ["--no-flush"]],
      ] as const) {
        figures.push(await withTemporaryFolder((folder) => measure(options, folder, args, say)));
        const { eventsPerSecond } = figures.at(-1)!;
        say(
          `round ${round + 1}/${options.rounds} ${args.join(" ")}: ${Math.round(eventsPerSecond)} a second`,
        );
      }
    }
    say("a server that only parses, packs and makes durable");
    const bare = await withTemporaryFolder((folder) => measureBareLog(options, folder, say));
    const ratios = durable.map((figures, n) => figures.eventsPerSecond / unflushed[n]!.eventsPerSecond);
    const lost = durable.reduce((sum, { acceptedEvents }) => sum + options.events - acceptedEvents, 0);
    return {
      metrics: { ...medians(durable), loadAverageBefore },
      compared: {
        eventsPerSecondUnflushed: medians(unflushed)["eventsPerSecond"]!,
        eventsPerSecondBareLog: bare,
        durableToBareLog: medians(durable)["eventsPerSecond"]! / bare,
        durableToUnflushedP50: quantileOf(ratios, 0.5),
        durableToUnflushedMin: Math.min(...ratios),
        durableToUnflushedMax: Math.max(...ratios),
      },
      ...(lost > 0 && { failure: `${lost} events were not accepted` }),
    };
  },
};

type Figures = Awaited<ReturnType<typeof measure>>;

/** Each figure's median over the rounds. */
function medians(rounds: readonly Figures[]): Record<string, number> {
  const names = Object.keys(rounds[0]!) as (keyof Figures)[]; // one round at least
  return Object.fromEntries(
    names.map((name) => [
      name,
      quantileOf(
        rounds.map((figures) => figures[name]),
        0.5,
      ),
    ]),
  );
}

/** One server, filled beforehand with a tiny world, under load until all events are in. */
async function measure(
  options: Options,
  folder: string,
  serverArgs: readonly string[],
  say: (line: string) => void,
) {
  const args = ["--preset", "tiny", "--data", folder, ...serverArgs];
  await (await ServerProcess.start(args)).stop(); // fills the folder and fits, which is not what is measured
  const data = join(folder, "world");
  const before = { log: await bytesOf(join(data, "log")), state: await bytesOf(join(data, "state")) };
  const profiling = options.profile ? ["--cpu-prof", `--cpu-prof-dir=${join(folder, "profile")}`] : [];
  const server = await ServerProcess.start(args, { nodeOptions: [...NODE_OPTIONS, ...profiling] });
  const { events, batch, connections, users, seed } = options;
  const { body } = await server.get("/");
  const startMs = Date.parse(body.clock.now);
  const task: LoadTask = { address: server.ready.address, events, batch, connections, users, seed, startMs };
  const cpuBefore = await gauge(server, "process_cpu_seconds_total");
  const residentBefore = await gauge(server, "process_resident_memory_bytes");
  const load = await runLoad(task, say);
  const cpuSeconds = (await gauge(server, "process_cpu_seconds_total")) - cpuBefore;
  const residentAfter = await gauge(server, "process_resident_memory_bytes");
  await server.stop();
  const logBytes = (await bytesOf(join(data, "log"))) - before.log;
  const stateBytes = (await bytesOf(join(data, "state"))) - before.state;
  if (options.profile) say(await describeProfiles(join(folder, "profile")));
  return {
    eventsPerSecond: load.accepted / load.seconds,
    eventsPerServerCpuSecond: load.accepted / cpuSeconds,
    batchLatencyMsP50: quantileOf(load.latenciesMs, 0.5),
    batchLatencyMsP99: quantileOf(load.latenciesMs, 0.99),
    bytesPerEvent: (logBytes + stateBytes) / load.accepted,
    logBytesPerEvent: logBytes / load.accepted,
    stateBytesPerEvent: stateBytes / load.accepted,
    bodyBytesPerEvent: load.bodyBytesPerEvent,
    residentBeforeMiB: residentBefore / 2 ** 20,
    residentAfterMiB: residentAfter / 2 ** 20,
    loadCpuSeconds: load.cpuSeconds,
    acceptedEvents: load.accepted,
  };
}

/** Events a second, of the second load: V8 has compiled what it takes. */
async function measureBareLog(
  { events, batch, connections, users, seed }: Options,
  folder: string,
  say: (line: string) => void,
): Promise<number> {
  const server = await openBareLog(join(folder, "log"));
  const task: LoadTask = { address: server.address, events, batch, connections, users, seed, startMs: 0 };
  await runLoad(task, say);
  const { accepted, seconds } = await runLoad(task, say);
  await server.close();
  return accepted / seconds;
}

/** The load comes from a process of its own: its work must not stand in the server's way, nor this one's in its. */
function runLoad(task: LoadTask, say: (line: string) => void): Promise<LoadResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ["--import", "tsx", LOAD, JSON.stringify(task)], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    const stopChild = (): void => void child.kill("SIGKILL");
    process.once("exit", stopChild);
    let output = "";
    let errors = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      errors += text;
      say(text.trimEnd());
    });
    child.once("error", reject);
    child.once("close", (code) => {
      process.removeListener("exit", stopChild);
      if (code === 0) resolve(JSON.parse(output) as LoadResult);
      else reject(new Error(`the load generator ended with ${code}: ${errors}`));
    });
  });
}

/** One sample of the server's own metrics. */
async function gauge(server: ServerProcess, name: string): Promise<number> {
  const { body } = await server.get("/metrics");
  return Number(new RegExp(`^${name} (\\S+)$`, "m").exec(String(body))?.[1]);
}

/** Bytes that the files of a folder take on disk (a sparse file counts what is filled). */
async function bytesOf(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const sizes = entries
    .filter((entry) => entry.isFile())
    .map(async (entry) => (await stat(join(entry.parentPath, entry.name))).blocks * 512);
  return (await Promise.all(sizes)).reduce((sum, bytes) => sum + bytes, 0);
}
