import { execFile } from "node:child_process";
import { readdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterEach, expect, test } from "vitest";
import { killAll, withTemporaryFolder } from "../test/server-process.ts";
import type { Bench, BenchOptions } from "./bench.ts";
import { NODE_OPTIONS, quantileOf } from "./bench.ts";

const names = readdirSync(new URL(".", import.meta.url)).filter((file) => file.endsWith(".bench.ts"));
const RUN = fileURLToPath(new URL("./run.ts", import.meta.url));

afterEach(killAll);

test.each(names)("%s runs at a tiny size and every figure is a number", async (file) => {
  const { bench } = (await import(`./${file}`)) as { bench: Bench<BenchOptions> }; // what every *.bench.ts exports
  const { metrics, compared, failure } = await bench.run(bench.tiny, () => {});
  expect(failure).toBeUndefined();
  expect(Object.keys(metrics).length).toBeGreaterThan(0);
  for (const [name, value] of Object.entries({ ...metrics, ...compared }))
    expect(value, name).toSatisfy(Number.isFinite);
});

test("npm start, the command line and the bench run node as servers that are measured are run", async () => {
  const root = new URL("../", import.meta.url);
  const { scripts } = JSON.parse(await readFile(new URL("package.json", root), "utf8"));
  const [shebang] = (await readFile(new URL("src/main/cli.ts", root), "utf8")).split("\n");
  const node = ["node", ...NODE_OPTIONS, ""].join(" ");
  for (const line of [scripts.start, scripts.inkling, scripts.bench, `${shebang} `])
    expect(line).toContain(node);
});

test("the runner prints one JSON object last and appends the same to the results", () =>
  withTemporaryFolder(async (folder) => {
    const results = join(folder, "results.ndjson");
    const options = [
      "--clustered",
      "3000",
      "--hard",
      "0",
      "--dimensions",
      "16",
      "--queries",
      "20",
      "--threads",
      "1",
    ];
    const args = ["--import", "tsx", RUN, "index", "--json", ...options, "--results", results];
    const { stdout } = await promisify(execFile)(process.execPath, args);
    const result = JSON.parse(stdout.trim().split("\n").at(-1)!);
    expect(result).toMatchObject({
      bench: "index",
      node: process.version,
      yardstick: { stepNs: expect.any(Number), memoryNs: expect.any(Number) },
      metrics: { flatBuildSecondsClustered: expect.any(Number) },
    });
    expect(result.options).toMatchObject({ clustered: 3000, seed: 1 });
    expect(JSON.parse(await readFile(results, "utf8"))).toEqual(result);
  }));

test("the runner refuses a benchmark and an option it does not know, naming those it does", async () => {
  const outcomes = [["nope"], ["ingest", "--speed", "9"], ["ingest", "--events", "many"]].map((args) =>
    promisify(execFile)(process.execPath, ["--import", "tsx", RUN, ...args]).catch((error) => error),
  );
  for (const outcome of await Promise.all(outcomes)) {
    expect(outcome.code).toBe(2);
    expect(outcome.stderr).toMatch(/usage: .*benchmarks: .*crash, .*import, index, ingest/s);
  }
});

test("a quantile is the nearest rank", () => {
  const values = [5, 1, 4, 2, 3];
  expect([0, 0.2, 0.5, 0.99, 1].map((quantile) => quantileOf(values, quantile))).toEqual([1, 1, 3, 5, 5]);
  expect(quantileOf([], 0.5)).toBeNaN();
});
