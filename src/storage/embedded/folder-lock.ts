import { createHash, randomBytes } from "node:crypto";
import { mkdir, readdir, rename, rm } from "node:fs/promises";
import { createConnection, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { PlatformError, writingFault } from "#base";

/**
 * @file One process at a time owns a data folder. Whoever wants it listens on a socket with a name of its own, says
 * `waiting`, then asks everybody else who is there:
 *
 *     nobody answers            that process died; its name is never used again, so it can be removed at any time
 *     `owner`                   the folder is taken
 *     `waiting`, lower name     it goes first: give way
 *     `waiting`, higher name    it gives way, or did not see us and becomes the owner: ask again
 *
 * An owner is looked for before anybody waiting is answered, so that the refusal names the process to stop.
 *
 * Of two newcomers the later to list the names sees the other, so they cannot both win. A single name for all (listen,
 * find it stale, remove, listen) cannot do this: one removes the fresh socket of the other.
 */
export interface FolderLock {
  release(): Promise<void>;
}

type Standing = "waiting" | "owner";

const ASK_AGAIN_MS = 20;
const ANSWER_WITHIN_MS = 2000;

/** @throws PlatformError `data-locked`, naming the owner's process id; `data-read-only` */
export async function lockFolder(folder: string): Promise<FolderLock> {
  await mkdir(folder, { recursive: true }).catch((error: unknown) => {
    throw new PlatformError(
      "invalid-config",
      `${resolve(folder)} cannot be a folder: ${String(error)}. Choose another with --data.`,
    );
  });
  if (process.platform === "win32") return lockByPipe(folder);
  const { home, prefix } = placeOf(folder);
  const name = `${prefix}${randomBytes(4).toString("hex")}`;
  const [own, unready] = [`${name}.socket`, `${name}.new`];
  let standing: Standing = "waiting";
  const server = await listen(join(home, unready), () => `${standing} ${process.pid}`).catch(
    (error: unknown) => {
      throw writingFault(resolve(folder), error);
    },
  );
  const release = async (): Promise<void> => {
    await rm(join(home, own), { force: true });
    await closed(server);
  };
  try {
    await rename(join(home, unready), join(home, own)); // a name that can be seen always answers
    const names = (await socketsIn(home, prefix)).filter((name) => name !== own);
    const rivals = await Promise.all(
      names.map(async (name) => ({ name, answer: await ask(join(home, name)) })),
    );
    const owner = rivals.find(({ answer }) => answer?.startsWith("owner"));
    if (owner) throw taken(folder, owner.answer);
    for (const { name, answer } of rivals) await settle(folder, home, own, name, answer);
  } catch (error) {
    await release();
    throw error;
  }
  standing = "owner";
  return { release };
}

/** Resolves when the rival, whose first answer is given, is gone. */
async function settle(
  folder: string,
  home: string,
  own: string,
  rival: string,
  firstAnswer: string | undefined,
): Promise<void> {
  for (let answer = firstAnswer; answer !== undefined; answer = await ask(join(home, rival))) {
    if (!answer.startsWith("waiting") || rival < own) throw taken(folder, answer);
    await new Promise((resume) => setTimeout(resume, ASK_AGAIN_MS));
  }
  await rm(join(home, rival), { force: true });
}

/** Socket addresses are at most 104 bytes on some systems; for a longer path they lie in the temporary folder. */
function placeOf(folder: string): { home: string; prefix: string } {
  const home = resolve(folder);
  if (Buffer.byteLength(join(home, "lock-12345678.socket")) < 100) return { home, prefix: "lock-" };
  return { home: tmpdir(), prefix: `inkling-${hashOf(home)}-` };
}

async function socketsIn(home: string, prefix: string): Promise<string[]> {
  return (await readdir(home)).filter((name) => name.startsWith(prefix) && name.endsWith(".socket"));
}

/** Windows removes a dead process's pipe itself, so one name for all does. */
async function lockByPipe(folder: string): Promise<FolderLock> {
  const address = `\\\\.\\pipe\\inkling-${hashOf(resolve(folder))}`;
  try {
    const server = await listen(address, () => `owner ${process.pid}`);
    return { release: () => closed(server) };
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EADDRINUSE")) throw error;
    throw taken(folder, await ask(address));
  }
}

function listen(address: string, answer: () => string): Promise<Server> {
  return new Promise((done, fail) => {
    const server = createServer((socket) => {
      socket.on("error", () => socket.destroy()); // who asked went away
      socket.end(answer());
    });
    server.unref();
    server.once("error", fail);
    server.listen(address, () => done(server));
  });
}

/** What the process at the address says; "unknown" when it is too busy, `undefined` when there is none. */
function ask(address: string): Promise<string | undefined> {
  return new Promise((done) => {
    let answer = "";
    const socket = createConnection(address);
    socket.setTimeout(ANSWER_WITHIN_MS, () => socket.destroy(new Error("the owner is busy")));
    socket.on("data", (bytes) => {
      answer += bytes.toString();
    });
    socket.on("end", () => done(answer || "unknown"));
    socket.on("error", (error: NodeJS.ErrnoException) => {
      const nobody = error.code === "ECONNREFUSED" || error.code === "ENOENT";
      done(nobody ? undefined : "unknown");
    });
  });
}

/** `answer` is what the process there said. */
function taken(folder: string, answer = "unknown"): PlatformError {
  const owner = answer.split(" ").at(-1);
  return new PlatformError(
    "data-locked",
    `${resolve(folder)} is in use by process ${owner}. Stop that one, or choose another folder with --data.`,
  );
}

function closed(server: Server): Promise<void> {
  return new Promise((done) => server.close(() => done()));
}

function hashOf(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 32);
}
