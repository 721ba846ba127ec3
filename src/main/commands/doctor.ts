import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Command } from "commander";
import pc from "picocolors";
import { SystemClock } from "#base";
import { FlatIndex, HnswIndex, type VectorIndex, type VectorIndexConfig } from "#retrieval";
import { DuckDbLake, LmdbStateStore } from "#storage";
import { matrixOf, multiply } from "#tensor";
import { say } from "../terminal/terminal.ts";

/** `inkling doctor`: opens every native module and uses it once. What only some indexes need is told, and no fault. */
export function registerDoctor(program: Command): void {
  program
    .command("doctor")
    .description("check that every native part works on this machine")
    .action(async () => {
      const needed = {
        "state store (lmdb)": checkState,
        "lake (DuckDB)": checkLake,
        "learning engine (onnxruntime-node)": checkTensor,
        "vector kernels (WebAssembly)": () => checkIndex(FlatIndex),
      };
      for (const [name, check] of Object.entries(needed)) {
        const fault = await faultOf(check);
        say(fault === undefined ? okLine(name) : `${pc.red("bad")}  ${name}: ${fault}; run npm ci again`);
        if (fault !== undefined) process.exitCode = 1;
      }
      const graph = "vector graphs (usearch)";
      const fault = await faultOf(() => checkIndex(HnswIndex));
      say(fault === undefined ? okLine(graph) : `${pc.yellow("none")} ${graph}: ${fault}`);
    });
}

function okLine(name: string): string {
  return `${pc.green("ok")}   ${name}`;
}

function faultOf(check: () => Promise<void>): Promise<string | undefined> {
  return check().then(
    () => undefined,
    (error: unknown) => String(error),
  );
}

async function checkState(): Promise<void> {
  await withFolder(async (folder) => {
    const store = new LmdbStateStore(folder, new SystemClock());
    await store.write([{ kind: "put", key: Buffer.from("a"), value: Buffer.from("b") }]);
    const [value] = await store.get([Buffer.from("a")]);
    await store.close();
    if (Buffer.from(value ?? []).toString() !== "b") throw new Error("a value written was not read back");
  });
}

async function checkLake(): Promise<void> {
  await withFolder(async (folder) => {
    const lake = await DuckDbLake.open(folder);
    const { rows } = await lake.query("select 6 * 7");
    await lake.close();
    if (String(rows) !== "42") throw new Error(`a product came out as ${String(rows)}`);
  });
}

async function withFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "inkling-doctor-"));
  await use(folder).finally(() => rm(folder, { recursive: true }));
}

async function checkTensor(): Promise<void> {
  const product = await multiply(
    matrixOf(2, 2, Float32Array.of(1, 2, 3, 4)),
    matrixOf(2, 2, Float32Array.of(5, 6, 7, 8)),
  );
  if (product.values.join() !== "19,22,43,50")
    throw new Error(`a matrix product came out as ${product.values.join()}`);
}

async function checkIndex(Index: new (config: VectorIndexConfig) => VectorIndex): Promise<void> {
  const modelVersion = "doctor";
  const index = new Index({ dimensions: 2, modelVersion });
  index.put(3, { values: Float32Array.of(1, 0), modelVersion });
  index.put(5, { values: Float32Array.of(0, 1), modelVersion });
  const { rows } = index.search({ vector: { values: Float32Array.of(0, 2), modelVersion }, n: 1 });
  if (rows[0] !== 5) throw new Error(`the nearest of two vectors came out as ${rows[0]}`);
}
