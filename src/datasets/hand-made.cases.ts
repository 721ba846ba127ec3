import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { onTestFinished } from "vitest";
import { ignoreProgress } from "#base";
import type { Dataset, DatasetContents } from "./dataset.ts";

/** A folder holding the given files (name -> content; `.gz` names are compressed) until the test ends. */
export function handMadeFolder(files: Readonly<Record<string, string | Buffer>>): string {
  const folder = mkdtempSync(join(tmpdir(), "inkling-dataset-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), name.endsWith(".gz") ? gzipSync(content) : content);
  }
  return folder;
}

/** Loads a data set from hand-made files. */
export function loadHandMade(
  dataset: Dataset,
  files: Readonly<Record<string, string | Buffer>>,
): Promise<DatasetContents> {
  return dataset.load(handMadeFolder(files), ignoreProgress);
}

/** Who did what to what, as the ids read: `user action item`. */
export function actsOf({ engagements, users, items }: DatasetContents): string[] {
  return Array.from(engagements.users, (user, row) =>
    [
      users[user]!.userId,
      engagements.actionNames[engagements.actions[row]!],
      items[engagements.items[row]!]!.itemId,
    ].join(" "),
  );
}
