/**
 * @file Kills the real program at random moments of all its work and holds what it says afterwards against what it promised.
 *
 * A round belongs to the phase that was killed least so far. Clients write; the server, or the command that works on the folder
 * while there is none, is killed; the server starts, perhaps after it was killed while it started; every user is read and compared
 * with the ledger. After a few rounds state is compared with a replay and the lake with the log, and a fresh folder follows, for
 * small folders make cheap rounds.
 */
import { cp, rm } from "node:fs/promises";
import { join } from "node:path";
import { ServerProcess } from "../server-process.ts";
import { CrashFolder, pause } from "./crash-folder.ts";
import { Leaver } from "./leaver.ts";
import { type Phase, Tally } from "./tally.ts";

export interface CrashOptions {
  /** Goes on until so many processes were killed. */
  readonly kills: number;
  readonly seed: number;
  /** An empty folder of ours. */
  readonly folder: string;
  readonly onRound?: (phase: Phase, tally: Tally) => void;
}

const KILLS_PER_FOLDER = 30;
const LOAD_MS = 800;
const STOPPING_MS = 30;
const KILL_WHILE_STOPPING = 0.15;
const KILL_WHILE_STARTING = 0.3;
const IN_GOOD_ORDER = 0.5;
const WITHOUT_STATE = 0.25;
const VERIFY_ONLY = 0.25;
const BY_COMMAND = 0.3;
const HEARD_FIRST = 0.8;
/** Commands killed one after another before the server looks. */
const MOST_IN_A_ROW = 3;

export async function runCrashRounds({ kills, seed, folder, onRound }: CrashOptions): Promise<Tally> {
  const tally = new Tally();
  const prepared = join(folder, "0");
  await (await ServerProcess.start(["--preset", "tiny", "--data", prepared])).stop();
  for (let n = 1; tally.killed < kills; n++) {
    const data = join(folder, String(n));
    await cp(prepared, data, { recursive: true, filter: (file) => !file.endsWith(".socket") });
    const used = new CrashFolder(data, seed * 1000 + n, tally);
    await used.begin();
    for (const goal = Math.min(kills, tally.killed + KILLS_PER_FOLDER); tally.killed < goal; ) {
      const phase = tally.rarest;
      await rounds[phase](used);
      await used.check();
      onRound?.(phase, tally);
    }
    await used.end();
    await rm(data, { recursive: true });
  }
  return tally;
}

/** Each begins and ends with a server that serves. */
const rounds: Readonly<Record<Phase, (folder: CrashFolder) => Promise<void>>> = {
  async ingest(folder) {
    await writeAndKill(folder);
    if (folder.random.chance(KILL_WHILE_STARTING)) await folder.killWhileStarting("ingest");
    await folder.restart();
  },

  async replay(folder) {
    await writeAndEnd(folder);
    const { random } = folder;
    for (let left = 1 + random.integer(MOST_IN_A_ROW); left > 0; left--) {
      if (random.chance(WITHOUT_STATE)) {
        await rm(join(folder.path, "state"), { recursive: true, force: true });
        await folder.killWhileStarting("replay", "start without state");
      } else {
        await folder.killCommand("replay", random.chance(VERIFY_ONLY) ? ["replay", "--verify"] : ["replay"]);
        if (await folder.holds("state-rebuilt")) folder.tally.halved.rebuiltState++;
      }
    }
    await folder.restart();
  },

  async compaction(folder) {
    await writeAndEnd(folder);
    // What is behind is laid down, then moved to its days; the second time what the first had no time for.
    for (let left = 1 + folder.random.integer(2); left > 0; left--) {
      await folder.killCommand("compaction", ["query", "SELECT count(*) FROM events"]);
      if (await folder.holds(".parquet.partial")) folder.tally.halved.lakeChange++;
    }
    await folder.restart();
  },

  async erasure(folder) {
    const { random, tally } = folder;
    const leaver = new Leaver(`${tally.killed}-${random.uint32().toString(16)}`, folder);
    await leaver.arrive();
    const erasureId = random.chance(BY_COMMAND)
      ? await eraseByCommand(folder, leaver)
      : await eraseByRequest(folder, leaver);
    if (random.chance(KILL_WHILE_STARTING)) {
      await folder.killWhileStarting("erasure", "start with an erasure");
      await leaver.noteWhereKilled();
    }
    await folder.restart();
    await leaver.check(erasureId);
  },
};

/** Clients write for a moment, then the server is killed; sometimes it was stopping in good order just then. */
async function writeAndKill(folder: CrashFolder): Promise<void> {
  const { random } = folder;
  const writing = folder.writeUntilGone();
  await pause(random.integer(LOAD_MS));
  if (random.chance(KILL_WHILE_STOPPING)) {
    folder.server.program.signal("SIGTERM");
    await pause(random.integer(STOPPING_MS));
  }
  await folder.killServer("ingest");
  await writing;
}

/** Clients write for a moment, then there is no server, in good order or not. */
async function writeAndEnd(folder: CrashFolder): Promise<void> {
  if (!folder.random.chance(IN_GOOD_ORDER)) return writeAndKill(folder);
  const writing = folder.writeUntilGone();
  await pause(folder.random.integer(LOAD_MS));
  await folder.stop();
  await writing;
}

/** Others write on while somebody leaves, and the server is killed. */
async function eraseByRequest(folder: CrashFolder, leaver: Leaver): Promise<string | undefined> {
  const spell = folder.tally.spellOf("erasure");
  const writing = folder.writeUntilGone();
  const leaving = leaver.leave();
  if (folder.random.chance(HEARD_FIRST)) await leaving;
  await pause(folder.random.integer(spell.ms));
  await folder.killServer("erasure");
  await writing;
  const erasureId = await leaving;
  const isUnderWay = await leaver.noteWhereKilled();
  if (erasureId !== undefined && !isUnderWay) spell.wasTooLong();
  else spell.wasShort();
  return erasureId;
}

/** `inkling erase` promises nothing until it ends. */
async function eraseByCommand(folder: CrashFolder, leaver: Leaver): Promise<undefined> {
  await writeAndEnd(folder);
  await folder.killCommand("erasure", ["erase", leaver.userId]);
  await leaver.noteWhereKilled();
}
