// Builds the console into dist/console when its sources have changed since; otherwise takes a few milliseconds. Needs no network.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";

const MARK = "dist/console/.sources";
const sources = ["package-lock.json", ...filesUnder("console")].sort();
const hash = createHash("sha256");
for (const path of sources) hash.update(path).update("\0").update(readFileSync(path)).update("\0");
const digest = hash.digest("hex");

if (readMark() !== digest) {
  const { build } = await import("vite");
  await build({ configFile: "console/vite.config.ts", logLevel: "warn" });
  writeFileSync(MARK, digest);
}

function readMark() {
  try {
    return readFileSync(MARK, "utf8");
  } catch {
    return undefined;
  }
}

function filesUnder(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !/\.test\.tsx?$/.test(entry.name))
    .map(({ parentPath, name }) => `${parentPath}/${name}`.replaceAll("\\", "/"));
}
