import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { DeadLetters } from "#events";
import { SegmentedEventLog } from "#storage";
import { countMentions, forgetMentions } from "./forget-mentions.ts";

/** Hers in every way in which a message can name somebody, and others that look like hers. */
const hers: readonly unknown[] = [
  { userId: "person-1", event: "x" },
  { anonymousId: "browser-1", event: "x" },
  { type: "alias", userId: "other", previousId: "person-1" },
  { userId: "other", properties: { friends: ["ben", "person-1"] } },
  { userId: 'quoted "name" \\ of hers', event: "x" },
  { userId: 123456, event: "a number where a text belongs" },
  { userId: "a1", event: "a short one" },
  { userId: "other", properties: { about: "a1" } },
  { userId: "person-1", blob: "x".repeat(200_000) },
  { blob: "x".repeat(200_000), userId: "person-1" },
  "person-1",
];
const others: readonly unknown[] = [
  { userId: "person-10", event: "x" },
  { userId: "my-person-1", event: "x" },
  { userId: "a12", event: "a1 within a longer text is met by chance" },
  { userId: 1234567 },
  null,
  { blob: "x".repeat(200_000), userId: "person-10" },
];
const IDS = ["person-1", "anonymous:browser-1", 'quoted "name" \\ of hers', "123456", "a1"];

test("dead letters of a person, and those that mention them, leave no byte; those of others stay", async () => {
  const folder = await mkdtemp(join(tmpdir(), "inkling-forget-mentions-"));
  const options = { segmentBytes: 4000, maxBytes: 1e6, onNotice: () => {} };
  const log = await SegmentedEventLog.open(folder, { partitionCount: 1, segmentBytes: options.segmentBytes });
  const letters = await DeadLetters.open({ log, ...options });
  const fault = { position: 0, code: "invalid-event", path: "", message: "no" } as const;
  for (const original of hers.flatMap((one, n) => [one, others[n % others.length]]))
    await letters.keep([{ kind: "event", receivedAtMs: 5, fault, original }]);

  expect(await countMentions(letters, IDS)).toBe(hers.length);
  expect(await countMentions(letters, IDS, 2, 4)).toBe(1);
  expect(await countMentions(letters, ["person-2"])).toBe(0);
  expect(await forgetMentions(letters, IDS)).toBe(hers.length);
  expect(await countMentions(letters, IDS)).toBe(0);
  expect(await forgetMentions(letters, IDS)).toBe(0);
  expect([...letters.counts]).toEqual([["invalid-event", hers.length]]);
  await letters.close();

  const files = await readdir(folder, { recursive: true, withFileTypes: true });
  for (const file of files.filter((entry) => entry.isFile())) {
    const text = (await readFile(join(file.parentPath, file.name))).toString("latin1");
    expect(text).not.toMatch(/browser-1|of hers|123456\b|"a1"|"person-1"/);
  }
  await rm(folder, { recursive: true });
});
