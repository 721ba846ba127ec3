/**
 * @file Training sets as of each row's time: label rows by random people at random times, the newest value and a window of seven days, joined
 * with the log by this platform, and by DuckDB with an ASOF join and a range join over the same events. Both must say the same.
 */
import { loadavg } from "node:os";
import { join } from "node:path";
import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { DAY_MS, monotonicMs, type ProgressListener, Random } from "#base";
import { count, defaultActions, event, events, feature, last, purposesOf, sum } from "#declarations";
import { Catalogue, decodeEvent, followShared, IdentityGraph } from "#events";
import { FeatureVectors, getHistoricalVectors, type PastEvents } from "#features";
import { encodeProgress } from "#sequences";
import {
  type EntityTimeRow,
  type EventLog,
  type LogRecord,
  type SegmentedEventLog,
  type StateReader,
  writeParquet,
} from "#storage";
import { withTemporaryFolder } from "../test/server-process.ts";
import { type Bench, type BenchResult, quantileOf } from "./bench.ts";
import { openFilledLog } from "./filled-store.ts";

interface Options extends Record<string, number> {
  readonly events: number;
  readonly users: number;
  readonly rows: number;
  /** Joined by the one and by the other, in turn, so often. */
  readonly rounds: number;
  readonly seed: number;
}

export const bench: Bench<Options> = {
  title: "features as of the times of label rows, from the log, beside DuckDB's joins for the same answer",
  defaults: { events: 10_000_000, users: 100_000, rows: 500_000, rounds: 3, seed: 1 },
  tiny: { events: 3000, users: 20, rows: 200, rounds: 1, seed: 1 },
  run: (options, say) => withTemporaryFolder((folder) => measure(options, folder, say)),
};

/** Events are spread over so many; label rows over the later half. */
const DAYS = 28;

const definitions = [
  feature("last_dwell", { from: events("save"), aggregate: last(event.dwellMs) }),
  feature("views_7d", { from: events("view"), aggregate: count(), window: "7d" }),
  feature("dwell_7d", { from: events("view"), aggregate: sum(event.dwellMs), window: "7d" }),
];
const names = definitions.map(({ name }) => name);

async function measure(options: Options, folder: string, say: (line: string) => void): Promise<BenchResult> {
  const log = await openFilledLog({ ...options, folder: join(folder, "log"), days: DAYS }, say);
  try {
    const [loadAverageBefore = 0] = loadavg();
    const past = await pastOf(log);
    const [newest] = await log.read(1, log.end(1) - 1, 1);
    const rows = labelRows(options, decodeEvent(newest!.bytes).timestampMs); // there are events
    const query = {
      definitions,
      rows,
      actions: Object.keys(defaultActions),
      purposes: purposesOf({ actions: {} }),
    };
    const wanted = new FeatureVectors(query, names);
    const peer = await PeerJoin.open(log, rows, folder, say);
    const ours: (Took & Phases)[] = [];
    const theirs: Took[] = [];
    let differing = 0;
    for (let round = 0; round < options.rounds; round++) {
      say(`joining, round ${round + 1} of ${options.rounds}`);
      const own = await timedPhases((progress) => getHistoricalVectors(past, wanted, query, progress));
      const other = await timed(() => peer.join());
      ours.push(own);
      theirs.push(other);
      differing = Math.max(differing, countDiffering(own.result.vectors, wanted.size, other.result));
    }
    peer.close();
    const seconds = quantileOf(secondsOf(ours), 0.5);
    const cpuSeconds = quantileOf(cpuOf(ours), 0.5);
    const joinCpu = ours.map((own) => own.joinCpu);
    const ratios = theirs.map(({ cpu }, round) => cpu / joinCpu[round]!); // as many
    return {
      metrics: {
        seconds,
        cpuSeconds,
        joinCpuSeconds: quantileOf(joinCpu, 0.5),
        cpuUsPerEvent: (1e6 * cpuSeconds) / options.events,
        rowsPerSecond: rows.length / seconds,
        eventsPerSecond: options.events / seconds,
        duckDbJoinSeconds: quantileOf(secondsOf(theirs), 0.5),
        duckDbJoinCpuSeconds: quantileOf(cpuOf(theirs), 0.5),
        duckDbLoadSeconds: peer.load.seconds,
        duckDbLoadCpuSeconds: peer.load.cpu,
        differingRows: differing,
        loadAverageBefore,
      },
      compared: {
        duckDbJoin: quantileOf(secondsOf(theirs), 0.5) / seconds,
        duckDbLoadAndJoin: (peer.load.seconds + quantileOf(secondsOf(theirs), 0.5)) / seconds,
        duckDbJoinCpu: quantileOf(ratios, 0.5),
        duckDbJoinCpuLeast: Math.min(...ratios),
        duckDbJoinCpuMost: Math.max(...ratios),
        duckDbLoadAndJoinCpu: (peer.load.cpu + quantileOf(cpuOf(theirs), 0.5)) / cpuSeconds,
      },
      ...(differing > 0 && { failure: `${differing} rows are answered otherwise by DuckDB` }),
    };
  } finally {
    await log.close();
  }
}

function labelRows({ rows, users, seed }: Options, endMs: number): EntityTimeRow[] {
  const random = Random.of(seed, "labels");
  return Array.from({ length: rows }, () => ({
    userId: `user-${random.integer(users)}`,
    timestampMs: endMs - Math.floor(random.uniform() * (DAYS / 2) * DAY_MS),
  }));
}

/** The log as training sets read it: state is level with it, and no event came twice. */
async function pastOf(log: SegmentedEventLog): Promise<PastEvents> {
  const [catalogue, identity] = [new Catalogue(), new IdentityGraph()];
  await followShared(log, { catalogue, identity }, () => {}).catchUp(() => {});
  const progress = encodeProgress({ offset: log.end(1), newestMs: 0 });
  const state: StateReader = { get: async (keys) => keys.map(() => progress), scan: async () => [] };
  const lake = (): never => {
    throw new Error("nothing was dropped");
  };
  return { log, catalogue, identity, state, lake };
}

/** How long something took, and how much of the processors, all threads together; seconds. */
interface Took {
  readonly seconds: number;
  readonly cpu: number;
}

async function timed<Result>(work: () => Promise<Result>): Promise<Took & { readonly result: Result }> {
  const [startedMs, before] = [monotonicMs(), process.cpuUsage()];
  const result = await work();
  const { user, system } = process.cpuUsage(before);
  return { seconds: (monotonicMs() - startedMs) / 1000, cpu: (user + system) / 1e6, result };
}

/** Of the processors, once the log is read: both sides have all events in memory then. */
interface Phases {
  readonly joinCpu: number;
}

async function timedPhases<Result>(
  work: (progress: ProgressListener) => Promise<Result>,
): Promise<Took & Phases & { readonly result: Result }> {
  let before: NodeJS.CpuUsage | undefined;
  const took = await timed(() =>
    work(({ stage }) => {
      if (stage === "joining features") before ??= process.cpuUsage();
    }),
  );
  if (!before) throw new Error("the join tells when it begins");
  const { user, system } = process.cpuUsage(before);
  return { ...took, joinCpu: (user + system) / 1e6 };
}

const secondsOf = (all: readonly Took[]): number[] => all.map(({ seconds }) => seconds);
const cpuOf = (all: readonly Took[]): number[] => all.map(({ cpu }) => cpu);

/** Who was not met yet has no features; DuckDB counts none. Of all others a missing value is missing on both sides. */
function countDiffering(
  vectors: Float64Array,
  size: number,
  answers: readonly (readonly unknown[])[],
): number {
  return answers.filter((answer, n) => {
    const isMet = answer.some((other) => other !== null && other !== 0);
    return !answer.every((other, at) => {
      const value = vectors[n * size + at]!; // a value for each answer
      return Number.isNaN(value) ? other === null || (other === 0 && !isMet) : value === other;
    });
  }).length;
}

/** The same by SQL: events as a table in DuckDB's memory, then the joins. */
class PeerJoin {
  /** From the log to a Parquet file; the tables made of that are not counted. */
  readonly load: Took;
  readonly #instance: DuckDBInstance;
  readonly #connection: DuckDBConnection;

  private constructor(load: Took, instance: DuckDBInstance, connection: DuckDBConnection) {
    this.load = load;
    this.#instance = instance;
    this.#connection = connection;
  }

  static async open(
    log: EventLog,
    rows: readonly EntityTimeRow[],
    folder: string,
    say: (line: string) => void,
  ): Promise<PeerJoin> {
    say("loading DuckDB");
    const rowsFile = join(folder, "rows.parquet");
    const load = await timed(() => writeLog(log, folder, say));
    const asked = rows.map(({ userId, timestampMs }, n) => [n, userId, new Date(timestampMs).toISOString()]);
    await writeParquet(rowsFile, ROW_COLUMNS, asked);
    const instance = await DuckDBInstance.create(":memory:", { threads: "2" });
    const connection = await instance.connect();
    await connection.run(`CREATE TABLE events AS FROM '${join(folder, "events-*.parquet")}'`);
    await connection.run(`CREATE TABLE labels AS FROM '${rowsFile}'`);
    return new PeerJoin(load, instance, connection);
  }

  async join(): Promise<readonly (readonly unknown[])[]> {
    return (await this.#connection.runAndReadAll(JOIN)).getRows();
  }

  close(): void {
    this.#connection.closeSync();
    this.#instance.closeSync();
  }
}

const EVENT_COLUMNS = [
  { name: "user_id", type: "VARCHAR" },
  { name: "at", type: "TIMESTAMP" },
  { name: "place", type: "DOUBLE" },
  { name: "name", type: "VARCHAR" },
  { name: "dwell", type: "DOUBLE" },
] as const;
const ROW_COLUMNS = [
  { name: "n", type: "DOUBLE" },
  { name: "user_id", type: "VARCHAR" },
  { name: "at", type: "TIMESTAMP" },
] as const;
const JOIN = `
  WITH newest AS (
    SELECT l.n, e.dwell FROM labels l ASOF LEFT JOIN (SELECT * FROM events WHERE name = 'save') e
    ON l.user_id = e.user_id AND l.at >= e.at),
  windows AS (
    SELECT l.n, count(e.user_id) AS views, coalesce(sum(e.dwell), 0) AS dwell FROM labels l LEFT JOIN events e
    ON l.user_id = e.user_id AND e.name = 'view' AND e.at <= l.at AND e.at > l.at - INTERVAL 7 DAY GROUP BY l.n)
  SELECT newest.dwell, windows.views::DOUBLE, windows.dwell FROM newest JOIN windows USING (n) ORDER BY n`;

/** Events of a file: what is in memory at once. */
const FILE_EVENTS = 500_000;

/** Writes the log as Parquet files. */
async function writeLog(log: EventLog, folder: string, say: (line: string) => void): Promise<void> {
  for (let from = log.start(1); from < log.end(1); ) {
    const records: LogRecord[] = [];
    const file = join(folder, `events-${from}.parquet`);
    for (; records.length < FILE_EVENTS && from < log.end(1); from = records.at(-1)!.offset + 1)
      for (const record of await log.read(1, from, FILE_EVENTS - records.length)) records.push(record);
    await writeParquet(file, EVENT_COLUMNS, rowsOf(records));
    say(`${from} of ${log.end(1)} events written for DuckDB`);
  }
}

function* rowsOf(records: readonly LogRecord[]): Generator<readonly unknown[]> {
  for (const { offset, bytes } of records) {
    const { userId, timestampMs, name, properties } = decodeEvent(bytes);
    yield [userId, new Date(timestampMs).toISOString(), offset, name, properties["dwellMs"] ?? null];
  }
}
