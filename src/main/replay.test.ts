import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ignoreProgress, SystemClock } from "#base";
import { LmdbStateStore } from "#storage";
import { paths } from "./data-folder.ts";
import { Platform } from "./platform.ts";
import { replay } from "./replay.ts";

const open = (folder: string): Promise<Platform> =>
  Platform.open({
    folder,
    create: { dataset: null, clock: "system", areTimesMadeUp: false, seed: 1, preset: null },
    progress: ignoreProgress,
    onNotice: () => {},
  });

test("state built again from the log is the same, is noticed when it is not, and replaces what was wrong", async () => {
  const folder = await mkdtemp(join(tmpdir(), "inkling-replay-"));
  const platform = await open(folder);
  for (let batch = 0; batch < 30; batch++) {
    const messages = Array.from({ length: 20 }, (_, n) => ({
      type: "track",
      event: n % 7 === 0 ? "odd" : "save",
      messageId: `m${(batch * 17 + n) % 400}`,
      userId: `u${n % 5}`,
      timestamp: new Date(1_700_000_000_000 + ((batch * 7919 + n * 104_729) % 100_000) * 1000).toISOString(),
      properties: { itemId: `i${(batch + n) % 40}`, surface: "home" },
    }));
    await platform.ingestion.ingestMessages(messages);
  }
  await platform.close();

  const first = await replay(folder, { keepsRebuilt: false }, ignoreProgress);
  expect(first).toMatchObject({ isIdentical: true, records: 600 });
  expect(first.rebuilt.entries).toBeGreaterThan(5);

  const state = new LmdbStateStore(paths.state(folder), new SystemClock());
  await state.write([{ kind: "put", key: Buffer.from("uforged\0a"), value: Buffer.from("x") }]);
  await state.close();
  expect((await replay(folder, { keepsRebuilt: true }, ignoreProgress)).isIdentical).toBe(false);
  expect(await replay(folder, { keepsRebuilt: false }, ignoreProgress)).toMatchObject({
    isIdentical: true,
    rebuilt: first.rebuilt,
  });
  await rm(folder, { recursive: true });
});
