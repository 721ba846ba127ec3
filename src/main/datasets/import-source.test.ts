import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ignoreProgress } from "#base";
import { defaultConfig } from "#declarations";
import { fill, openExisting } from "../commands/open-folder.ts";
import { closeAll, fittedServer, openPlatform } from "../platform.cases.ts";
import type { Platform } from "../platform.ts";
import { ProgressBar } from "../terminal/terminal.ts";
import { type ImportSource, importSource } from "./import-source.ts";
import { openTables } from "./sources.ts";

/** @file What goes on after an import that was cut off. */

const LINES = 25_000;
const MAPPING = "userId=who,event=what,itemId=item,timestamp=at";

async function tableOf(folder: string, name: string, who: string): Promise<ImportSource> {
  const path = join(folder, name);
  const lines = Array.from(
    { length: LINES },
    (_, n) => `${who}${n % 100},view,i${n % 50},${1_769_853_600 + n}`,
  );
  await writeFile(path, `who,what,item,at\n${lines.join("\n")}\n`);
  return openTables("own", [path], MAPPING);
}

/** Breaks off after its first run, of 10,000 rows or somewhat more. */
function cutOff(source: ImportSource): ImportSource {
  return {
    ...source,
    async *runs(from) {
      for await (const run of source.runs(from)) {
        yield run;
        throw new Error("cut off");
      }
    },
  };
}

const rowsOf = async (platform: Platform): Promise<number> => platform.manifest.imported.messages;

test("an import that was cut off goes on where it was; another source begins at its own beginning, and then neither lacks a row", async () => {
  const folder = await mkdtemp(join(tmpdir(), "inkling-import-"));
  const [anna, bert] = [await tableOf(folder, "anna.csv", "anna"), await tableOf(folder, "bert.csv", "bert")];
  const platform = await openPlatform(join(folder, "data"));
  await expect(importSource(platform, cutOff(anna), ignoreProgress)).rejects.toThrow("cut off");
  expect(await rowsOf(platform)).toBeGreaterThanOrEqual(10_000);
  await importSource(platform, bert, ignoreProgress);
  const from: number[] = [];
  const again: ImportSource = {
    ...anna,
    runs(first) {
      from.push(first);
      return anna.runs(first);
    },
  };
  await importSource(platform, cutOff(again), ignoreProgress).catch(() => {});
  const cutAt = await rowsOf(platform);
  await importSource(platform, again, ignoreProgress);
  expect(from).toEqual([0, cutAt]);
  const server = await fittedServer(platform);
  const counted = async (who: string) => (await server.inject(`/v1/users/${who}`)).json().eventCount;
  for (const who of ["anna0", "anna99", "bert0", "bert99"]) expect(await counted(who)).toBe(LINES / 100);
  await closeAll(platform, server);
});

test("a folder that was filled is served all the same when a later import is cut off; one that never was is not", async () => {
  const data = await mkdtemp(join(tmpdir(), "inkling-import-"));
  const [anna, bert] = [await tableOf(data, "anna.csv", "anna"), await tableOf(data, "bert.csv", "bert")];
  const folder = join(data, "own");
  const options = { data, dataset: "own" };
  const open = () => openExisting(options, defaultConfig, new ProgressBar());
  const made = { config: defaultConfig, seed: 1, preset: null };
  const fillWith = (source: ImportSource) => fill(folder, source, made, new ProgressBar());
  await expect(fillWith(cutOff(anna))).rejects.toThrow("cut off");
  await expect(open()).rejects.toMatchObject({
    code: "no-data",
    message: expect.stringContaining("its import again"),
  });
  await (await fillWith(anna)).close();
  await expect(fillWith(cutOff(bert))).rejects.toThrow("cut off");
  const platform = await open();
  expect(platform.manifest.imported).toMatchObject({ isComplete: false, wasFilled: true });
  // Who finds the folder taken has changed nothing of it.
  const before = await readFile(join(folder, "inkling.json"), "utf8");
  await expect(fillWith(bert)).rejects.toMatchObject({ code: "data-locked" });
  expect(await readFile(join(folder, "inkling.json"), "utf8")).toBe(before);
  await platform.close();
  const filled = await fillWith(bert);
  expect(filled.manifest.imported).toMatchObject({ isComplete: true, messages: LINES });
  await filled.close();
});
