/**
 * @file Training sets as of each row's time: label rows by random people at random times, the newest value and a window of seven days, joined
 * with the log by this platform, and by DuckDB with an ASOF join and a range join over the same events. Both must say the same.
 */
import { loadavg } from "node:os";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { DAY_MS, ignoreProgress, monotonicMs, Random } from "#base";
import { count, defaultActions, event, events, feature, last, purposesOf, sum } from "#declarations";
import { decodeEvent } from "#events";
import { FeatureVectors, getHistoricalVectors } from "#features";
import { type EntityTimeRow, type EventLog, type LogRecord, writeParquet } from "#storage";
import { withTemporaryFolder } from "../test/server-process.ts";
import type { Bench, BenchResult } from "./bench.ts";
import { openFilledStore } from "./filled-store.ts";

interface Options extends Record<string, number> {
  readonly events: number;
  readonly users: number;
  readonly rows: number;
  readonly seed: number;
}

export const bench: Bench<Options> = {
  title: "features as of the times of label rows, from the log, beside DuckDB's joins for the same answer",
  defaults: { events: 10_000_000, users: 100_000, rows: 500_000, seed: 1 },
  tiny: { events: 3000, users: 20, rows: 200, seed: 1 },
  run: (options, say) => withTemporaryFolder((folder) => measure(options, folder, say)),
};

const definitions = [
  feature("last_dwell", { from: events("save"), aggregate: last(event.dwellMs) }),
  feature("views_7d", { from: events("view"), aggregate: count(), window: "7d" }),
  feature("dwell_7d", { from: events("view"), aggregate: sum(event.dwellMs), window: "7d" }),
];
const names = definitions.map(({ name }) => name);

async function measure(options: Options, folder: string, say: (line: string) => void): Promise<BenchResult> {
  const platform = await openFilledStore({ ...options, folder: join(folder, "data") }, say);
  try {
    const [loadAverageBefore = 0] = loadavg();
    const { log, state, identity, catalogue, clock } = platform;
    const random = Random.of(options.seed, "labels");
    const endMs = clock.nowMs();
    const rows = Array.from(
      { length: options.rows },
      (): EntityTimeRow => ({
        userId: `user-${random.integer(options.users)}`,
        timestampMs: endMs - Math.floor(random.uniform() * 14 * DAY_MS),
      }),
    );
    const lake = (): never => {
      throw new Error("nothing was dropped");
    };
    const query = {
      definitions,
      rows,
      actions: Object.keys(defaultActions),
      purposes: purposesOf({ actions: {} }),
    };
    say("joining");
    const startedMs = monotonicMs();
    const past = { log, state, identity, catalogue, lake };
    const wanted = new FeatureVectors(query, names);
    const { vectors } = await getHistoricalVectors(past, wanted, query, ignoreProgress);
    const seconds = (monotonicMs() - startedMs) / 1000;
    say("joining by DuckDB");
    const peer = await joinByDuckDb(platform.log, rows, folder);
    const differing = peer.answers.filter((answer, n) => {
      // Who was not met yet has no features; DuckDB counts none. Of all others a missing value is missing on both sides.
      const isMet = answer.some((other) => other !== null && other !== 0);
      return !answer.every((other, at) => {
        const value = vectors[n * wanted.size + at]!;
        return Number.isNaN(value) ? other === null || (other === 0 && !isMet) : value === other;
      });
    }).length;
    return {
      metrics: {
        seconds,
        rowsPerSecond: rows.length / seconds,
        eventsPerSecond: options.events / seconds,
        duckDbJoinSeconds: peer.joinSeconds,
        duckDbLoadSeconds: peer.loadSeconds,
        differingRows: differing,
        loadAverageBefore,
      },
      compared: {
        duckDbJoin: peer.joinSeconds / seconds,
        duckDbLoadAndJoin: (peer.loadSeconds + peer.joinSeconds) / seconds,
      },
      ...(differing > 0 && { failure: `${differing} rows are answered otherwise by DuckDB` }),
    };
  } finally {
    await platform.close();
  }
}

/** The same by SQL: events as a table in DuckDB's memory, which loading them takes; then the joins. */
async function joinByDuckDb(log: EventLog, rows: readonly EntityTimeRow[], folder: string) {
  const startedMs = monotonicMs();
  const iso = (ms: number): string => new Date(ms).toISOString();
  const eventsFile = join(folder, "events.parquet");
  const columns = [
    { name: "user_id", type: "VARCHAR" },
    { name: "at", type: "TIMESTAMP" },
    { name: "place", type: "DOUBLE" },
    { name: "name", type: "VARCHAR" },
    { name: "dwell", type: "DOUBLE" },
  ] as const;
  await writeParquet(eventsFile, columns, await readLog(log));
  const loadSeconds = (monotonicMs() - startedMs) / 1000;
  const rowsFile = join(folder, "rows.parquet");
  await writeParquet(
    rowsFile,
    [
      { name: "n", type: "DOUBLE" },
      { name: "user_id", type: "VARCHAR" },
      { name: "at", type: "TIMESTAMP" },
    ],
    rows.map(({ userId, timestampMs }, n) => [n, userId, iso(timestampMs)]),
  );
  const instance = await DuckDBInstance.create(":memory:", { threads: "2" });
  const connection = await instance.connect();
  await connection.run(`CREATE TABLE events AS FROM '${eventsFile}'`);
  await connection.run(`CREATE TABLE labels AS FROM '${rowsFile}'`);
  const joinedMs = monotonicMs();
  const result = await connection.runAndReadAll(`
    WITH newest AS (
      SELECT l.n, e.dwell FROM labels l ASOF LEFT JOIN (SELECT * FROM events WHERE name = 'save') e
      ON l.user_id = e.user_id AND l.at >= e.at),
    windows AS (
      SELECT l.n, count(e.user_id) AS views, coalesce(sum(e.dwell), 0) AS dwell FROM labels l LEFT JOIN events e
      ON l.user_id = e.user_id AND e.name = 'view' AND e.at <= l.at AND e.at > l.at - INTERVAL 7 DAY GROUP BY l.n)
    SELECT newest.dwell, windows.views::DOUBLE, windows.dwell FROM newest JOIN windows USING (n) ORDER BY n`);
  const answers = result.getRows();
  const joinSeconds = (monotonicMs() - joinedMs) / 1000;
  connection.closeSync();
  instance.closeSync();
  return { answers, joinSeconds, loadSeconds };
}

/** Events of the log as rows of a table. */
async function readLog(log: EventLog): Promise<Iterable<readonly unknown[]>> {
  const batches: (readonly LogRecord[])[] = [];
  for (let from = log.start(1); from < log.end(1); ) {
    const records = await log.read(1, from, 100_000);
    batches.push(records);
    from = records.at(-1)!.offset + 1;
  }
  return rowsOf(batches);
}

function* rowsOf(batches: readonly (readonly LogRecord[])[]): Generator<readonly unknown[]> {
  for (const records of batches)
    for (const { offset, bytes } of records) {
      const { userId, timestampMs, name, properties } = decodeEvent(bytes);
      yield [userId, new Date(timestampMs).toISOString(), offset, name, properties["dwellMs"] ?? null];
    }
}
