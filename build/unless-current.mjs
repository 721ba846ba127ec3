import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";

/** Builds unless what it is built of, files and folders, is as it was at the last time; the mark is a file that remembers. */
export async function unlessCurrent(mark, sources, build) {
  const hash = createHash("sha256");
  const files = ["package-lock.json", ...sources.flatMap(filesUnder)].sort();
  for (const path of files) hash.update(path).update("\0").update(readFileSync(path)).update("\0");
  const digest = hash.digest("hex");
  if (readMark(mark) === digest) return;
  await build();
  writeFileSync(mark, digest);
}

function readMark(mark) {
  try {
    return readFileSync(mark, "utf8");
  } catch {
    return undefined;
  }
}

function filesUnder(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !/\.test\.tsx?$/.test(entry.name))
    .map(({ parentPath, name }) => `${parentPath}/${name}`.replaceAll("\\", "/"));
}
