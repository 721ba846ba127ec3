#!/usr/bin/env -S node --max-semi-space-size=32 --no-parallel-scavenge --no-memory-reducer
import { Command } from "commander";
import pc from "picocolors";
import { PlatformError } from "#base";
import { registerCompare } from "./commands/compare.ts";
import { registerDeadLetter } from "./commands/dead-letter.ts";
import { registerDoctor } from "./commands/doctor.ts";
import { registerErase } from "./commands/erase.ts";
import { registerEvaluate } from "./commands/evaluate.ts";
import { registerExplain } from "./commands/explain.ts";
import { registerFeatures } from "./commands/features.ts";
import { registerImport } from "./commands/import.ts";
import { registerModels } from "./commands/models.ts";
import { registerQuery } from "./commands/query.ts";
import { registerReplay } from "./commands/replay.ts";
import { registerRetain } from "./commands/retain.ts";
import { registerSchema } from "./commands/schema.ts";
import { registerServe } from "./commands/serve.ts";
import { registerShow } from "./commands/show.ts";
import { registerStart } from "./commands/start.ts";
import { registerTrain } from "./commands/train.ts";
import { registerVectors } from "./commands/vectors.ts";
import { registerWorld } from "./commands/world.ts";

/** Exit codes: 0 done, 1 our mistake, 2 the request cannot be served as it is (the message names the fix). */
const OUR_MISTAKE = 1;
const THEIR_REQUEST = 2;

const program = new Command("inkling")
  .description("Understands users: turns what people do into what they want, in real time.")
  .showHelpAfterError()
  .exitOverride();

for (const register of [
  registerStart,
  registerServe,
  registerImport,
  registerTrain,
  registerModels,
  registerVectors,
  registerEvaluate,
  registerReplay,
  registerRetain,
  registerFeatures,
  registerQuery,
  registerShow,
  registerErase,
  registerExplain,
  registerCompare,
  registerDeadLetter,
  registerSchema,
  registerWorld,
  registerDoctor,
]) {
  register(program);
}

// Who reads no further, as `head`, has what they wanted.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit();
  throw error;
});

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = explain(error);
}

/** Says what went wrong in one sentence, and returns the exit code. */
function explain(error: unknown): number {
  if (isUsageError(error)) return error.exitCode === 0 ? 0 : THEIR_REQUEST;
  const text = error instanceof Error ? error.message : String(error);
  const clear = process.stderr.isTTY ? "\r\x1b[2K" : ""; // a progress bar may stand on this line
  process.stderr.write(`${clear}${pc.red("error")} ${text}\n`);
  if (error instanceof PlatformError && error.status < 500) return THEIR_REQUEST;
  if (error instanceof Error && !(error instanceof PlatformError))
    process.stderr.write(`${pc.dim(error.stack ?? "")}\n`);
  return OUR_MISTAKE;
}

/** Commander has printed these itself. */
function isUsageError(error: unknown): error is { exitCode: number } {
  return (
    error instanceof Error &&
    "code" in error &&
    String(error.code).startsWith("commander.") &&
    "exitCode" in error
  );
}
