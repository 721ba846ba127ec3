import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

/** Which code made something. */
export interface CodeVersion {
  readonly version: string;
  /** Short hash of what is checked out, marked when files differ from it; `null` outside a checkout. */
  readonly commit: string | null;
}

const ROOT = new URL("../../../", import.meta.url);

/** From package.json: the only place that states it. */
export async function readVersion(): Promise<string> {
  const { version } = JSON.parse(await readFile(new URL("package.json", ROOT), "utf8")) as {
    version: string;
  };
  return version;
}

export async function readCodeVersion(): Promise<CodeVersion> {
  return { version: await readVersion(), commit: await readCommit() };
}

/** Installed as a package, we lie within somebody else's checkout, whose commit says nothing of ours. */
async function readCommit(): Promise<string | null> {
  if (!existsSync(new URL(".git", ROOT))) return null;
  const args = ["describe", "--always", "--dirty", "--abbrev=10"];
  const asked = promisify(execFile)("git", args, { cwd: fileURLToPath(ROOT), timeout: 5000 });
  return asked.then(
    ({ stdout }) => stdout.trim() || null,
    () => null,
  );
}
