import { open, rename } from "node:fs/promises";
import { dirname } from "node:path";

/** What is being written carries this ending, and no reader looks at it. */
export const PARTIAL = ".partial";

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
