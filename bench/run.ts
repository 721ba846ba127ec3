/**
 * @file `npm run -s bench -- NAME [--json] [--results FILE] [--option value ...]` runs `bench/NAME.bench.ts`, prints its figures
 * and appends them to the results file, one JSON object a line.
 */
import { execFileSync } from "node:child_process";
import { appendFileSync, readdirSync } from "node:fs";
import { availableParallelism, cpus } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import type { Bench, BenchOptions, BenchResult } from "./bench.ts";
import { measureYardstick, slower, type Yardstick } from "./yardstick.ts";

const HERE = new URL(".", import.meta.url);
const SUFFIX = ".bench.ts";
const RESULTS = fileURLToPath(new URL("results.ndjson", HERE));

/** One line of the results file. */
interface Result extends BenchResult {
  readonly bench: string;
  readonly at: string;
  readonly commit: string;
  readonly node: string;
  readonly cpu: string;
  /** The slower of before and after. */
  readonly yardstick: Yardstick;
  readonly options: BenchOptions;
}

const names = readdirSync(HERE)
  .filter((file) => file.endsWith(SUFFIX))
  .map((file) => file.slice(0, -SUFFIX.length))
  .sort();

const [name = "", ...args] = process.argv.slice(2);
if (names.includes(name)) await main(name, args);
else usage(name === "" ? "which one?" : `no benchmark is called "${name}"`);

async function main(name: string, args: readonly string[]): Promise<void> {
  const module = (await import(`./${name}${SUFFIX}`)) as { bench: Bench<BenchOptions> }; // what every *.bench.ts exports
  const { bench } = module;
  const parsed = parse(args, bench.defaults);
  if (typeof parsed === "string") return usage(parsed, bench.defaults);
  const { options, isJson, results } = parsed;
  const before = measureYardstick();
  const measured = await bench.run(options, (line) => void process.stderr.write(`${line}\n`));
  const yardstick = slower(before, measureYardstick());
  const at = new Date().toISOString();
  const result: Result = { bench: name, at, ...machine(), yardstick, options, ...measured };
  appendFileSync(results, `${JSON.stringify(result)}\n`);
  process.stdout.write(isJson ? `${JSON.stringify(result)}\n` : table(bench.title, result));
  if (result.failure !== undefined) {
    process.stderr.write(`failed: ${result.failure}\n`);
    process.exitCode = 1;
  }
}

/** The options, or what is wrong with them. */
function parse(
  args: readonly string[],
  defaults: BenchOptions,
): { options: BenchOptions; isJson: boolean; results: string } | string {
  const own = Object.entries(defaults).map(([key, value]) => {
    const type = typeof value === "boolean" ? ("boolean" as const) : ("string" as const);
    return [key, { type }] as const;
  });
  try {
    const { values } = parseArgs({
      args: [...args],
      options: { ...Object.fromEntries(own), json: { type: "boolean" }, results: { type: "string" } },
    });
    const { json, results, ...given } = values;
    const options = Object.entries(given).map(([key, value]) => {
      const read = typeof value === "string" ? Number(value) : value;
      if (Number.isNaN(read)) throw new Error(`--${key} takes a number, not "${String(value)}"`);
      return [key, read] as const;
    });
    return {
      options: { ...defaults, ...(Object.fromEntries(options) as BenchOptions) }, // numbers and booleans by construction
      isJson: json === true,
      results: typeof results === "string" ? results : RESULTS,
    };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function usage(fault: string, options: BenchOptions = {}): void {
  const known = Object.entries(options).map(([key, value]) => `--${key} ${value}`);
  process.stderr.write(
    `${fault}\nusage: npm run -s bench -- NAME [--json] [--results FILE] ${known.join(" ")}\nbenchmarks: ${names.join(", ")}\n`,
  );
  process.exitCode = 2;
}

function machine(): Pick<Result, "commit" | "node" | "cpu"> {
  const model = cpus()[0]?.model ?? process.arch;
  return { commit: commit(), node: process.version, cpu: `${model}, ${availableParallelism()} threads` };
}

/** Short hash of what is checked out, with a mark when files differ from it. */
function commit(): string {
  try {
    const args = ["describe", "--always", "--dirty", "--abbrev=10"];
    return execFileSync("git", args, {
      cwd: HERE,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    }).trim();
  } catch {
    return "unknown";
  }
}

function table(title: string, { bench, commit, cpu, yardstick, metrics, compared }: Result): string {
  const rows = [
    ...Object.entries(metrics),
    ...Object.entries(compared).map(([key, value]) => [`compared: ${key}`, value] as const),
  ];
  const width = Math.max(...rows.map(([key]) => key.length));
  const lines = rows.map(([key, value]) => `  ${key.padEnd(width)}  ${format(value).padStart(14)}`);
  const machine = `${cpu}; a step ${format(yardstick.stepNs)} ns, a read of far memory ${format(yardstick.memoryNs)} ns`;
  return `${[`${bench}: ${title}`, `  ${commit}, ${machine}`, "", ...lines].join("\n")}\n`;
}

function format(value: number): string {
  const digits = Number.isInteger(value) ? 0 : Math.abs(value) < 10 ? 3 : 1;
  return value.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits });
}
