import { createWriteStream } from "node:fs";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { PlatformError, type ProgressListener } from "#base";
import type { World } from "#datasets";

/**
 * @file A world as files, JSON Lines: what a platform is told of it (`items.jsonl`, `events.jsonl`), and beside it what is true
 * (`truth/`, described in `docs/world-truth.md`). Rows are made as they are written, so that memory does not grow with what has been.
 * `truth/world.json` comes last: a folder without it was cut off.
 */
export async function writeWorld(
  folder: string,
  world: World,
  { truthOnly, progress }: { readonly truthOnly: boolean; readonly progress: ProgressListener },
): Promise<Record<string, number>> {
  await claimFolder(folder);
  const { truth, config } = world;
  const { items: itemCount } = truth.worldRow();
  const written: Record<string, number> = {};
  const write = async (name: string, rows: Iterable<object>, total: number): Promise<void> => {
    const listen = (done: number): void =>
      progress({ stage: `writing ${name.replace(".jsonl", "")}`, done, total });
    written[name] = await writeLines(join(folder, name), rows, listen);
  };
  if (!truthOnly) {
    await write("items.jsonl", world.items(), itemCount);
    await write("events.jsonl", world.messages(), world.expectedMessages);
  }
  await write(
    "truth/items.jsonl",
    rowsOf(itemCount, (row) => truth.itemRow(row)),
    itemCount,
  );
  await write(
    "truth/people.jsonl",
    rowsOf(config.peopleCount, (index) => truth.personRow(index)),
    config.peopleCount,
  );
  await writeFile(join(folder, "truth/world.json"), `${JSON.stringify(truth.worldRow())}\n`);
  return written;
}

/** Only an empty folder is filled: what was there would be of another world. */
async function claimFolder(folder: string): Promise<void> {
  try {
    await mkdir(join(folder, "truth"), { recursive: true });
    const found = (await readdir(folder, { recursive: true })).filter((name) => name !== "truth");
    if (found.length === 0) return;
    throw new PlatformError("invalid-config", `${folder} holds ${found[0]}; --out takes an empty folder`);
  } catch (error) {
    if (error instanceof PlatformError) throw error;
    throw new PlatformError("invalid-config", `--out ${folder} cannot be made: ${String(error)}`);
  }
}

function* rowsOf<Row>(count: number, rowOf: (position: number) => Row): Generator<Row> {
  for (let position = 0; position < count; position++) yield rowOf(position);
}

const CHUNK_CHARACTERS = 1 << 18;

async function writeLines(
  path: string,
  rows: Iterable<object>,
  listen: (done: number) => void,
): Promise<number> {
  let done = 0;
  function* chunks(): Generator<string> {
    let lines = "";
    for (const row of rows) {
      lines += `${JSON.stringify(row)}\n`;
      done++;
      if (lines.length < CHUNK_CHARACTERS) continue;
      yield lines;
      lines = "";
      listen(done);
    }
    yield lines;
  }
  await pipeline(Readable.from(chunks(), { highWaterMark: 1 }), createWriteStream(path));
  listen(done);
  return done;
}
