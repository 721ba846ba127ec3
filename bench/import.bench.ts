/**
 * @file Filling a folder from a Parquet file of a person's own: the whole command, from reading the file to every event durable
 * in the log and applied to the state of its user.
 */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { Program, withTemporaryFolder } from "../test/server-process.ts";
import { type Bench, NODE_OPTIONS, quantileOf } from "./bench.ts";

interface Options extends Record<string, number | boolean> {
  readonly events: number;
  readonly users: number;
  readonly rounds: number;
}

const MAPPING = "userId=visitor,event=action,itemId=item,surface=surface,timestamp=ts,dwellMs=dwell";

export const bench: Bench<Options> = {
  title: "a Parquet file of events into a data folder, to durable and applied",
  defaults: { events: 2_000_000, users: 100_000, rounds: 3 },
  tiny: { events: 2000, users: 50, rounds: 1 },
  run: (options, say) =>
    withTemporaryFolder(async (folder) => {
      const file = join(folder, "events.parquet");
      await writeEvents(file, options);
      const rates: number[] = [];
      let lost = 0;
      for (let round = 0; round < options.rounds; round++) {
        const args = ["import", file, "--map", MAPPING, "--data", folder, "--json"];
        const { code, stdout, stderr } = await new Program(args, {
          nodeOptions: NODE_OPTIONS,
        }).ended;
        if (code !== 0) throw new Error(`the import ended with ${code}: ${stderr}`);
        const { messages, rejected, seconds } = JSON.parse(stdout.trim().split("\n").at(-1) ?? "{}");
        lost += options.events - (messages - rejected);
        rates.push(messages / seconds);
        say(`round ${round + 1}/${options.rounds}: ${Math.round(messages / seconds)} events a second`);
        await rm(join(folder, "own"), { recursive: true });
      }
      return {
        metrics: {
          eventsPerSecond: quantileOf(rates, 0.5),
          eventsPerSecondMin: Math.min(...rates),
          eventsPerSecondMax: Math.max(...rates),
        },
        compared: {},
        ...(lost > 0 && { failure: `${lost} events are missing` }),
      };
    }),
};

/** Events in order of time; who acts follows a power law, as people do. */
async function writeEvents(path: string, { events, users }: Options): Promise<void> {
  const connection = await (await DuckDBInstance.create(":memory:")).connect();
  try {
    await connection.run(`
      COPY (
        SELECT
          'user-' || floor(${users} * (hash(n) / 18446744073709551616.0) ** 3)::INTEGER AS visitor,
          ['impression', 'impression', 'view', 'view', 'click', 'save'][1 + (hash(n + 1) % 6)::INTEGER] AS action,
          'item-' || (hash(n + 2) % 10000) AS item,
          ['home', 'search', 'related'][1 + (hash(n + 3) % 3)::INTEGER] AS surface,
          TIMESTAMP '2025-01-01' + to_milliseconds(n * 10) AS ts,
          (hash(n + 4) % 20000)::INTEGER AS dwell
        FROM range(${events}) AS numbers(n)
      ) TO '${path}' (FORMAT parquet)`);
  } finally {
    connection.closeSync();
  }
}
