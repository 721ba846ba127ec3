import type { Command } from "commander";
import { PlatformError } from "#base";
import type { DeadLetters } from "#events";
import { readManifest } from "../folder/data-folder.ts";
import { openDeadLetters } from "../folder/dead-letters.ts";
import { describeDeadLetter } from "../terminal/describe-dead-letter.ts";
import { ProgressBar, say, warn } from "../terminal/terminal.ts";
import { openExisting } from "./open-folder.ts";
import { type DataOptions, declarationsOf, folderFor, parseInteger, withDataOptions } from "./options.ts";

type Options = DataOptions & { readonly reason?: string; readonly json?: boolean };
type ListOptions = Options & { readonly limit: number; readonly before?: number };
type ReplayOptions = Options & { readonly items?: boolean };

/** `inkling dead-letter`: what was rejected; to look at, to count, and to send again once its reason is mended. */
export function registerDeadLetter(program: Command): void {
  const group = program
    .command("dead-letter")
    .description("look at rejected events and items, and replay them");
  withDataOptions(group.command("list"))
    .description("rejected events and items, newest first; also beside a running server")
    .option("--reason <code>", "only those of one code, such as undeclared")
    .option("--limit <n>", "how many at most", parseInteger, 20)
    .option("--before <id>", "only older ones than this", parseInteger)
    .option("--json", "one JSON object a line")
    .action(list);
  withDataOptions(group.command("count"))
    .description("how many there are of each code; also beside a running server")
    .option("--json", "end with one JSON object")
    .action(count);
  withDataOptions(group.command("replay"))
    .description("send them in again by the declarations of now; those accepted are dead letters no more")
    .option("--reason <code>", "only those of one code")
    .option("--items", "items too: they put back what they said then, over what was put since")
    .option("--json", "end with one JSON object")
    .action(replay);
}

async function list(options: ListOptions): Promise<void> {
  const { reason, limit, before, json } = options;
  await look(options, async (deadLetters) => {
    const request = {
      limit,
      ...(reason !== undefined && { code: reason }),
      ...(before !== undefined && { before }),
    };
    const { letters, next } = await deadLetters.page(request);
    for (const letter of letters) say(json ? JSON.stringify(letter) : describeDeadLetter(letter));
    if (next !== undefined) warn(`there are older ones: --before ${next}`);
  });
}

async function count(options: Options): Promise<void> {
  await look(options, async ({ counts, bytes, maxBytes, dropped }) => {
    if (options.json)
      return say(JSON.stringify({ counts: Object.fromEntries(counts), bytes, maxBytes, dropped }));
    for (const [code, letters] of [...counts].sort()) say(`${String(letters).padStart(8)}  ${code}`);
    if (counts.size === 0) say("no dead letters");
    if (dropped > 0) warn(`${dropped} older ones were dropped, for all may take ${maxBytes} bytes`);
  });
}

async function replay(options: ReplayOptions): Promise<void> {
  const bar = new ProgressBar();
  const platform = await openExisting(options, await declarationsOf(options), bar);
  try {
    bar.finish();
    const { accepted, rejected, leftOut } = await platform.replayDeadLetters({
      ...(options.reason !== undefined && { code: options.reason }),
      withItems: options.items ?? false,
    });
    if (options.json) return say(JSON.stringify({ accepted, rejected, leftOut }));
    say(`${accepted} accepted`);
    for (const [code, letters] of Object.entries(rejected)) say(`${letters} rejected again: ${code}`);
    if (leftOut > 0) say(`${leftOut} left out: too large when they came, or items without --items`);
  } finally {
    await platform.close();
  }
}

/** Opens the letters to look at them, whoever has the folder. */
async function look(options: DataOptions, use: (deadLetters: DeadLetters) => Promise<void>): Promise<void> {
  const folder = folderFor(options);
  if (!(await readManifest(folder)))
    throw new PlatformError("no-data", `${folder} is empty; fill it with: inkling import`);
  const deadLetters = await openDeadLetters(folder, { onNotice: warn, isReadOnly: true });
  try {
    await use(deadLetters);
  } finally {
    await deadLetters.close();
  }
}
