/** @file One process at a time owns a data folder, also in the moment after its owner was killed, when several want it. */
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { afterEach, expect, test } from "vitest";
import { withTemporaryFolder } from "./server-process.ts";

const STORAGE = new URL("../dist/storage/index.js", import.meta.url).href;
const ROUNDS = 6;
const NEWCOMERS = 3;
/** Tries to own the folder when told to, says how that went, and stays. */
const NEWCOMER = `
  const { lockFolder } = await import(${JSON.stringify(STORAGE)});
  process.stdin.once("data", () => lockFolder(process.argv[1]).then(() => console.log("owner"), (error) => console.log(error.code)));
  console.log("ready");
`;

const children = new Set<ChildProcessWithoutNullStreams>();
afterEach(() => {
  for (const child of children) child.kill("SIGKILL");
});

async function newcomer(folder: string): Promise<ChildProcessWithoutNullStreams> {
  const child = spawn(process.execPath, ["--input-type=module", "-e", NEWCOMER, folder]);
  children.add(child);
  await once(child.stdout, "data"); // ready
  return child;
}

async function tryToOwn(child: ChildProcessWithoutNullStreams): Promise<string> {
  child.stdin.write("now");
  const [said] = await once(child.stdout, "data");
  return String(said).trim();
}

test("of several processes that want a killed owner's folder at the same moment exactly one gets it", () =>
  withTemporaryFolder(async (folder) => {
    const first = await newcomer(folder);
    expect(await tryToOwn(first)).toBe("owner");
    let owner = first;
    for (let round = 0; round < ROUNDS; round++) {
      const others = await Promise.all(Array.from({ length: NEWCOMERS }, () => newcomer(folder)));
      owner.kill("SIGKILL");
      await once(owner, "close");
      const outcomes = await Promise.all(others.map(tryToOwn));
      expect([...outcomes].sort()).toEqual(["data-locked", "data-locked", "owner"]);
      owner = others[outcomes.indexOf("owner")]!;
      for (const other of others) if (other !== owner) other.kill("SIGKILL");
    }
  }));
