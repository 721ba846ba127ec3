import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { paths } from "../folder/data-folder.ts";
import { forgettingServed, LazyServedLog } from "./served-features.ts";

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "inkling-served-features-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}

const served = (userId: string) => ({
  ...{ userId, atMs: 1, values: { saves_7d: 2 } },
  definedAs: { saves_7d: "0123456789ab" },
});

test("what was served of a person goes, and that of others stays", async () => {
  const log = new LazyServedLog(await newFolder(), () => {});
  const store = forgettingServed(log);
  expect(await store.forget(["ann"], [])).toEqual({ records: 0 }); // nothing was ever kept
  await (await log.get()).note([served("ann"), served("ben"), served("ann")]);
  expect(await log.count(["ann"])).toBe(2);
  expect(await store.forget(["ann"], [])).toEqual({ records: 2 });
  expect([await store.verify(["ann"], []), await log.count(["ben"])]).toEqual([0, 1]);
  await log.close();
});

test("what cannot be read is set aside, goes with the first who is forgotten, and keeps nobody from being forgotten", async () => {
  const folder = await newFolder();
  const before = new LazyServedLog(folder, () => {});
  await (await before.get()).note([served("ann")]);
  await before.close();
  const segment = join(paths.servedFeatures(folder), "partition-0", "0000000000000000.segment");
  await writeFile(segment, "no segment any more, and ann stands in it");
  const notices: string[] = [];
  const log = new LazyServedLog(folder, (notice) => notices.push(notice));
  const store = forgettingServed(log);
  expect(await store.forget(["ann"], [])).toEqual({ records: 0 });
  expect(await store.verify(["ann"], [])).toBe(0);
  expect(notices).toEqual([expect.stringMatching(/served features cannot be read and were set aside/)]);
  expect(await readdir(folder)).toEqual(["served-features"]);
  await (await log.get()).note([served("ben")]);
  expect(await log.count(["ben"])).toBe(1);
  await log.close();
});
