import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Command } from "commander";
import pc from "picocolors";
import { SystemClock } from "#base";
import { LmdbStateStore } from "#storage";
import { matrixOf, multiply } from "#tensor";
import { say } from "../terminal.ts";

/** `inkling doctor`: opens every native module and uses it once. */
export function registerDoctor(program: Command): void {
  program
    .command("doctor")
    .description("check that every native part works on this machine")
    .action(async () => {
      const checks = { "state store (lmdb)": checkState, "learning engine (onnxruntime-node)": checkTensor };
      for (const [name, check] of Object.entries(checks)) {
        const fault = await check().then(
          () => undefined,
          (error: unknown) => String(error),
        );
        say(
          fault === undefined
            ? `${pc.green("ok")}   ${name}`
            : `${pc.red("bad")}  ${name}: ${fault}; run npm ci again`,
        );
        if (fault !== undefined) process.exitCode = 1;
      }
    });
}

async function checkState(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "inkling-doctor-"));
  const store = new LmdbStateStore(folder, new SystemClock());
  await store.write([{ kind: "put", key: Buffer.from("a"), value: Buffer.from("b") }]);
  const [value] = await store.get([Buffer.from("a")]);
  await store.close();
  await rm(folder, { recursive: true });
  if (Buffer.from(value ?? []).toString() !== "b") throw new Error("a value written was not read back");
}

async function checkTensor(): Promise<void> {
  const product = await multiply(
    matrixOf(2, 2, Float32Array.of(1, 2, 3, 4)),
    matrixOf(2, 2, Float32Array.of(5, 6, 7, 8)),
  );
  if (product.values.join() !== "19,22,43,50")
    throw new Error(`a matrix product came out as ${product.values.join()}`);
}
