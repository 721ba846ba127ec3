import { readFile } from "node:fs/promises";
import { type Command, Option } from "commander";
import { PlatformError } from "#base";
import { createWorld, type WorldPreset, withWorldSettings, worldPresets } from "#datasets";
import { writeWorld } from "../datasets/world-files.ts";
import { ProgressBar, say } from "../terminal/terminal.ts";
import { parseInteger } from "./options.ts";

interface Options {
  readonly preset: WorldPreset;
  readonly seed: number;
  readonly people?: number;
  readonly days?: number;
  readonly settings?: string;
  readonly out: string;
  readonly truthOnly?: boolean;
  readonly json?: boolean;
}

/** `inkling world`: a simulated population and what is true of it, as files. */
export function registerWorld(program: Command): void {
  program
    .command("world")
    .description("write a simulated population as files: items, events, and apart from them what is true")
    .requiredOption("--out <dir>", "an empty folder: items.jsonl, events.jsonl, truth/")
    .addOption(
      new Option("--preset <size>", "which world").choices(Object.keys(worldPresets)).default("small"),
    )
    .option("--seed <n>", "seed of everything random, as of import and start", parseInteger, 1)
    .option("--people <n>", "other than the preset's", parseInteger)
    .option("--days <n>", "other than the preset's", parseInteger)
    .option(
      "--settings <file>",
      "JSON with settings that take the place of the preset's (docs/world-truth.md)",
    )
    .option("--truth-only", "no items and no events: the truth of a world that is served already")
    .option("--json", "end with one JSON object")
    .action(async (options: Options) => {
      const { preset, seed, people: peopleCount, days, settings } = options;
      const preferred = withWorldSettings(
        worldPresets[preset],
        settings === undefined ? {} : await readSettings(settings),
      );
      const world = createWorld({
        ...preferred,
        seed,
        ...(peopleCount !== undefined && { peopleCount }),
        ...(days !== undefined && { days }),
      });
      const bar = new ProgressBar();
      const written = await writeWorld(options.out, world, {
        truthOnly: options.truthOnly === true,
        progress: bar.listen,
      });
      bar.finish();
      if (options.json) return say(JSON.stringify({ out: options.out, lines: written }));
      for (const [name, lines] of Object.entries(written)) say(`${options.out}/${name}: ${lines} lines`);
      say(`${options.out}/truth/world.json: the settings, topics and position bias`);
    });
}

async function readSettings(file: string): Promise<unknown> {
  const text = await readFile(file, "utf8").catch((error: unknown) => {
    throw new PlatformError("missing-file", `--settings ${file} cannot be read: ${String(error)}`);
  });
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new PlatformError("invalid-config", `--settings ${file} is not JSON: ${String(error)}`);
  }
}
