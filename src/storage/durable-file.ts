import { randomBytes } from "node:crypto";
import { mkdir, open, rename, rm } from "node:fs/promises";
import { dirname, resolve } from "node:path";

/** @file Files that are there when the machine comes up again: bytes are flushed before they get their name, and a name is, too. */

/** What is being written carries this ending, and no reader looks at it. */
export const PARTIAL = ".partial";

/** Puts bytes in the place of a file's, or where there is none. When it resolves they survive the machine; a crash leaves what there was, or all of them. */
export async function replaceFile(path: string, bytes: Uint8Array | string): Promise<void> {
  await rename(await writeBeside(path, bytes), path);
  await flushFolder(dirname(path));
}

/** A file next to `path`, in a folder that is made for good where there is none, that holds the bytes, flushed; under a name nobody else has. */
export async function writeBeside(path: string, bytes: Uint8Array | string): Promise<string> {
  await makeFolder(dirname(path));
  const partial = `${path}.${randomBytes(6).toString("hex")}${PARTIAL}`;
  const file = await open(partial, "w");
  try {
    await file.writeFile(bytes);
    await file.datasync();
  } catch (error) {
    await rm(partial, { force: true }); // a disk that is full needs the room
    throw error;
  } finally {
    await file.close();
  }
  return partial;
}

/** Makes a folder, and those above it that are not there. */
async function makeFolder(folder: string): Promise<void> {
  const first = await mkdir(folder, { recursive: true });
  if (first === undefined) return;
  const above = dirname(resolve(first));
  for (let made = resolve(folder); made !== above; made = dirname(made)) await flushFolder(dirname(made));
}

/** Gives files their names: each is flushed first, then the folders that changed. A crash leaves whole files or partial ones. */
export async function publish(paths: readonly string[]): Promise<void> {
  await eachOf(paths, (path) => flush(`${path}${PARTIAL}`));
  await eachOf(paths, (path) => rename(`${path}${PARTIAL}`, path));
  // A new file may lie in a new folder, in a new folder.
  const folders = paths.flatMap((path) => [
    dirname(path),
    dirname(dirname(path)),
    dirname(dirname(dirname(path))),
  ]);
  await eachOf([...new Set(folders)], flushFolder);
}

/** Makes the creation and removal of names in the folder durable, where the system knows how. */
export async function flushFolder(folder: string): Promise<void> {
  await flush(folder).catch(() => {}); // Windows opens no folder, and needs none flushed
}

async function flush(path: string): Promise<void> {
  const file = await open(path, "r");
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Flushes are waits, not work: a few at a time share the disk's own flush. */
const AT_ONCE = 8;

/** Runs the action on every value, a few at a time; rejects with the first failure. */
export async function eachOf<Value>(
  values: readonly Value[],
  action: (value: Value) => Promise<void>,
): Promise<void> {
  const waiting = values.values();
  await Promise.all(
    Array.from({ length: Math.min(AT_ONCE, values.length) }, async () => {
      for (const value of waiting) await action(value);
    }),
  );
}
