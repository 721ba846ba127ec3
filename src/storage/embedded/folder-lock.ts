import { createHash } from "node:crypto";
import { mkdir, rename, rm } from "node:fs/promises";
import { createConnection, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { PlatformError } from "#base";

/**
 * @file One process at a time owns a data folder. The owner listens on a socket in it; whoever comes second is told who
 * the owner is. The system closes a dead process's socket, so a crash leaves nothing to clean up by hand.
 */
export interface FolderLock {
  release(): Promise<void>;
}

/** @throws PlatformError `data-locked`, naming the owner's process id */
export async function lockFolder(folder: string): Promise<FolderLock> {
  await mkdir(folder, { recursive: true });
  const address = addressOf(folder);
  for (let attempt = 0; attempt < 3; attempt++) {
    const server = await listen(address);
    if (server) return { release: () => new Promise((done) => server.close(() => done())) };
    const owner = await askOwner(address);
    if (owner) {
      throw new PlatformError(
        "data-locked",
        `${resolve(folder)} is in use by process ${owner}. Stop that one, or choose another folder with --data.`,
      );
    }
    await removeStale(address);
  }
  throw new PlatformError("data-locked", `${resolve(folder)}: its lock changes hands too fast. Try again.`);
}

/** Socket addresses are at most 104 bytes on some systems; a longer path is hashed into the temporary folder. */
function addressOf(folder: string): string {
  const path = join(resolve(folder), "lock.socket");
  const hash = createHash("sha256").update(path).digest("hex").slice(0, 32);
  if (process.platform === "win32") return `\\\\.\\pipe\\inkling-${hash}`;
  return Buffer.byteLength(path) < 100 ? path : join(tmpdir(), `inkling-${hash}.socket`);
}

/** `undefined` when somebody (alive or dead) has the address. */
function listen(address: string): Promise<Server | undefined> {
  return new Promise((done, fail) => {
    const server = createServer((socket) => socket.end(String(process.pid)));
    server.unref();
    server.once("error", (error: NodeJS.ErrnoException) =>
      error.code === "EADDRINUSE" ? done(undefined) : fail(error),
    );
    server.listen(address, () => done(server));
  });
}

/** The owner's process id; `undefined` when nobody answers at the address. */
function askOwner(address: string): Promise<string | undefined> {
  return new Promise((done) => {
    let answer = "";
    const socket = createConnection(address);
    socket.setTimeout(2000, () => socket.destroy(new Error("the owner is busy")));
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

/** Renaming first makes one of several newcomers the one who removes it. */
async function removeStale(address: string): Promise<void> {
  const aside = `${address}.${process.pid}`;
  try {
    await rename(address, aside);
    await rm(aside, { force: true });
  } catch {
    // Another newcomer was faster.
  }
}
