import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { describeDeadLetter } from "../terminal/describe-dead-letter.ts";
import { openDeadLetters } from "./dead-letters.ts";

const letter = {
  kind: "event",
  receivedAtMs: 1,
  fault: { position: 0, code: "undeclared", path: "", message: "no" },
  original: { userId: "anna" },
} as const;

test("letters that cannot be read are set aside, and keep nobody from starting", async () => {
  const folder = await mkdtemp(join(tmpdir(), "inkling-open-letters-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const notices: string[] = [];
  const options = { onNotice: (notice: string) => notices.push(notice) };
  const first = await openDeadLetters(folder, options);
  await first.keep([letter, letter]);
  await first.close();
  const segment = join(folder, "dead-letters", "partition-0", "0000000000000000.segment");
  const bytes = await readFile(segment);
  bytes.write("DAMAGE", 0);
  await writeFile(segment, bytes);

  await expect(openDeadLetters(folder, { ...options, isReadOnly: true })).rejects.toMatchObject({
    code: "data-damaged",
  });
  const second = await openDeadLetters(folder, options);
  expect(notices).toEqual([expect.stringMatching(/set aside as .*dead-letters-damaged/)]);
  expect(second.counts.size).toBe(0);
  await second.keep([letter]);
  expect(second.counts.get("undeclared")).toBe(1);
  await second.close();
  expect((await readdir(folder)).sort()).toEqual(["dead-letters", "dead-letters-damaged"]);
  expect(
    await readFile(join(folder, "dead-letters-damaged", "partition-0", "0000000000000000.segment")),
  ).toEqual(bytes);
});

test("a folder that has none yet has none, also for those who only look", async () => {
  const folder = await mkdtemp(join(tmpdir(), "inkling-open-letters-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const letters = await openDeadLetters(folder, { onNotice: () => {}, isReadOnly: true });
  expect((await letters.page({ limit: 10 })).letters).toEqual([]);
  await letters.close();
  expect(await readdir(folder)).toEqual([]);
});

test("a letter is shown in two lines, whatever characters its sender chose", () => {
  const shown = describeDeadLetter({
    id: 7,
    kind: "event",
    code: "undeclared",
    path: "/properties/\x1b[2J\nfake",
    message: "it is not declared",
    source: "web",
    receivedAtMs: Date.UTC(2026, 2, 1),
    ids: [],
    original: { note: `\x9b31m${"x".repeat(1000)}` },
  });
  const [what, original, ...more] = shown.split("\n");
  expect(what).toBe(
    "7  2026-03-01T00:00:00.000Z  event from web  undeclared at /properties/\ufffd[2J\ufffdfake: it is not declared",
  );
  expect(original).toMatch(/^ {4}\{"note":"\ufffd31mx+\.\.\.$/);
  expect(more).toEqual([]);
});
