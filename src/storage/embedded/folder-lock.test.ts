import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { lockFolder } from "./folder-lock.ts";

test("a second owner is refused with the first one's process id, until the first lets go", async () => {
  const folder = await mkdtemp(join(tmpdir(), "inkling-lock-"));
  const lock = await lockFolder(folder);
  await expect(lockFolder(folder)).rejects.toMatchObject({
    code: "data-locked",
    message: expect.stringContaining(String(process.pid)),
  });
  await lock.release();
  await (await lockFolder(folder)).release();
  await rm(folder, { recursive: true });
});

test("a refusal names the owner, though somebody else waits whose turn would come first", async () => {
  const folder = await mkdtemp(join(tmpdir(), "inkling-lock-"));
  const waiting = createServer((socket) => socket.end("waiting 1"));
  const lock = await lockFolder(folder);
  await new Promise<void>((up) => waiting.listen(join(folder, "lock-00000000.socket"), up));
  await expect(lockFolder(folder)).rejects.toThrow(`in use by process ${process.pid}`);
  await lock.release();
  waiting.close();
  await rm(folder, { recursive: true });
});

test("the lock of a process that was killed is free", async () => {
  const folder = await mkdtemp(join(tmpdir(), "inkling-lock-"));
  const address = join(folder, "lock-00000000.socket");
  const owner = spawn(process.execPath, [
    "-e",
    `require("net").createServer().listen(${JSON.stringify(address)}, () => console.log("up"))`,
  ]);
  await new Promise((up) => owner.stdout.once("data", up));
  await expect(lockFolder(folder)).rejects.toMatchObject({ code: "data-locked" });
  owner.kill("SIGKILL");
  await new Promise((gone) => owner.once("exit", gone));
  await (await lockFolder(folder)).release();
  await rm(folder, { recursive: true });
});

test.runIf(process.platform === "linux")("a folder that cannot be written is told as such", async () => {
  await expect(lockFolder("/proc/self")).rejects.toMatchObject({
    code: "data-read-only",
    message: expect.stringMatching(/^\/proc\/self cannot be written \(.*EACCES.*--data$/),
  });
});
