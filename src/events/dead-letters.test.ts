import { mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { type EventLog, SegmentedEventLog } from "#storage";
import { decodeDeadLetter, encodeDeadLetter, MAX_ORIGINAL_BYTES, type NewDeadLetter } from "./dead-letter.ts";
import { DeadLetters } from "./dead-letters.ts";

const NOW = Date.parse("2026-03-01T12:00:00Z");
const SMALL = { maxBytes: 40_000, segmentBytes: 4000 };

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "inkling-dead-letters-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}

async function open(folder: string, { maxBytes, segmentBytes } = SMALL): Promise<DeadLetters> {
  const log = await SegmentedEventLog.open(folder, { partitionCount: 1, segmentBytes });
  return DeadLetters.open({ log, maxBytes, segmentBytes, onNotice: () => {} });
}

function letterOf(original: unknown, code: string = "undeclared", source?: string): NewDeadLetter {
  const fault = { position: 3, code: code as "undeclared", path: "/event", message: "it is not declared" };
  return { kind: "event", receivedAtMs: NOW, fault, original, ...(source !== undefined && { source }) };
}

async function allOf(letters: DeadLetters, code?: string, limit = 7): Promise<unknown[]> {
  const found: unknown[] = [];
  for (let before: number | undefined; ; ) {
    const page = await letters.page({
      limit,
      ...(code !== undefined && { code }),
      ...(before !== undefined && { before }),
    });
    found.push(...page.letters.map(({ original }) => original));
    expect(page.letters.length === limit || page.next === undefined).toBe(true);
    if (page.next === undefined) return found;
    before = page.next;
  }
}

async function bytesIn(folder: string): Promise<number> {
  const names = await readdir(join(folder, "partition-0"));
  const sizes = await Promise.all(
    names.map(async (name) => (await stat(join(folder, "partition-0", name))).size),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

test("a letter is two lines of JSON", () => {
  const bytes = encodeDeadLetter(letterOf({ userId: "anna", note: "a\nb" }, "undeclared", "web"));
  expect(Buffer.from(bytes).toString()).toBe(
    '{"version":1,"kind":"event","code":"undeclared","path":"/event","message":"it is not declared","source":"web",' +
      '"receivedAtMs":1772366400000,"ids":["anna"]}\n{"userId":"anna","note":"a\\nb"}',
  );
  expect(decodeDeadLetter(12, bytes)).toEqual({
    id: 12,
    kind: "event",
    code: "undeclared",
    path: "/event",
    message: "it is not declared",
    source: "web",
    receivedAtMs: NOW,
    ids: ["anna"],
    original: { userId: "anna", note: "a\nb" },
  });
});

test("whatever may stand in a batch can be kept, and what is too large or too deep is cut", () => {
  for (const original of [7, null, "text", [], [1], true, { userId: 8, anonymousId: "" }, { a: "\ud800" }]) {
    expect(decodeDeadLetter(0, encodeDeadLetter(letterOf(original)))).toMatchObject({ original });
  }
  expect(decodeDeadLetter(0, encodeDeadLetter(letterOf({ userId: 8 }))).ids).toEqual(["8"]);
  const large = encodeDeadLetter(letterOf({ text: "é".repeat(MAX_ORIGINAL_BYTES / 2), userId: "anna" }));
  expect(large.length).toBeLessThan(10_000);
  expect(decodeDeadLetter(0, large)).toMatchObject({
    ids: ["anna"],
    excerpt: expect.stringContaining("éé"),
  });
  const deep = JSON.parse(`${'{"a":'.repeat(100_000)}1${"}".repeat(100_000)}`);
  expect(decodeDeadLetter(0, encodeDeadLetter(letterOf({ deep, userId: "anna" })))).not.toHaveProperty(
    "original",
  );
});

test("letters are found newest first, page by page, by reason, and as before when opened again", async () => {
  const folder = await newFolder();
  let letters = await open(folder, { maxBytes: 1e6, segmentBytes: 4000 });
  const codes = ["undeclared", "invalid-event", "missing-user"];
  const sent = Array.from({ length: 300 }, (_, n) => ({
    n,
    code: n % 100 === 50 ? codes[2]! : codes[n % 2]!,
  }));
  await Promise.all(sent.map(({ n, code }) => letters.keep([letterOf(n, code)])));
  const naive = (code?: string): number[] =>
    sent
      .filter((one) => code === undefined || one.code === code)
      .map(({ n }) => n)
      .reverse();
  for (let opened = 0; opened < 2; opened++) {
    expect(await allOf(letters)).toEqual(naive());
    for (const code of [...codes, "no-such"]) expect(await allOf(letters, code)).toEqual(naive(code));
    expect(Object.fromEntries(letters.counts)).toEqual(
      Object.fromEntries(codes.map((code) => [code, naive(code).length])),
    );
    expect((await letters.page({ limit: 2, before: 0 })).letters).toEqual([]);
    expect((await letters.page({ limit: 2, before: 1e9 })).letters).toHaveLength(2);
    await letters.close();
    letters = await open(folder, { maxBytes: 1e6, segmentBytes: 4000 });
  }
  await letters.close();
});

test("they never take more than they may: the oldest go, and every number agrees with what is left", async () => {
  const folder = await newFolder();
  let letters = await open(folder);
  const total = 1500;
  for (let n = 0; n < total; n += 5) {
    await letters.keep(
      Array.from({ length: 5 }, (_, k) =>
        letterOf({ n: n + k, pad: "x".repeat((n * 7) % 300) }, `code-${k % 3}`),
      ),
    );
    expect(await bytesIn(folder)).toBeLessThanOrEqual(SMALL.maxBytes);
  }
  for (let opened = 0; opened < 2; opened++) {
    const kept = (await allOf(letters)) as { n: number }[];
    expect(kept.map(({ n }) => n)).toEqual(Array.from({ length: kept.length }, (_, k) => total - 1 - k));
    expect(kept.length).toBeGreaterThan(40);
    expect(letters.dropped).toBe(total - kept.length);
    expect([...letters.counts.values()].reduce((sum, count) => sum + count)).toBe(kept.length);
    expect(letters.bytes + 16 * (await readdir(join(folder, "partition-0"))).length).toBe(
      await bytesIn(folder),
    );
    await letters.close();
    letters = await open(folder);
  }
  await letters.close();
});

test("what is removed is gone from the files, the counts and the pages, and its room is free", async () => {
  const folder = await newFolder();
  let letters = await open(folder);
  for (let n = 0; n < 60; n++) await letters.keep([letterOf(`secret-${n}-`, n % 2 ? "odd" : "even")]);
  const before = letters.bytes;
  expect(await letters.remove((id) => id % 3 === 0)).toBe(20);
  expect(await letters.remove((id) => id % 3 === 0)).toBe(0);
  expect(letters.bytes).toBeLessThan(before);
  for (let opened = 0; opened < 2; opened++) {
    const left = Array.from({ length: 60 }, (_, n) => n).filter((n) => n % 3 !== 0);
    expect(await allOf(letters)).toEqual(left.map((n) => `secret-${n}-`).reverse());
    expect(Object.fromEntries(letters.counts)).toEqual({ odd: 20, even: 20 });
    const runs: number[] = [];
    for await (const run of letters.runs("odd")) runs.push(...run.map(({ id }) => id));
    expect(runs).toEqual(left.filter((n) => n % 2));
    expect(letters.bytes + 16 * (await readdir(join(folder, "partition-0"))).length).toBe(
      await bytesIn(folder),
    );
    await letters.close();
    letters = await open(folder);
  }
  await letters.close();
  for (const name of await readdir(join(folder, "partition-0"))) {
    const text = (await readFile(join(folder, "partition-0", name))).toString("latin1");
    expect(text).not.toMatch(/secret-(0|3|30|57)-/);
  }
});

test("keeping, dropping, removing and reading at once leave one truth", async () => {
  const folder = await newFolder();
  const letters = await open(folder);
  const work: Promise<unknown>[] = [];
  for (let n = 0; n < 400; n++) {
    work.push(letters.keep([letterOf({ n, pad: "x".repeat(200) })]));
    if (n % 20 === 0) work.push(letters.remove((id) => id % 10 === 5));
    if (n % 7 === 0)
      work.push(
        letters.page({ limit: 30 }),
        letters.count(0, letters.end, () => true),
      );
    if (n % 50 === 0) await Promise.all(work);
  }
  await Promise.all(work);
  await letters.remove((id) => id % 10 === 5);
  const kept = (await allOf(letters)) as { n: number }[];
  expect(letters.dropped).toBeGreaterThan(0);
  expect(letters.lost).toBe(0);
  expect(kept.map(({ n }) => n)).toEqual(
    Array.from({ length: 400 }, (_, k) => 399 - k).filter((n) => n >= letters.dropped && n % 10 !== 5),
  );
  await letters.close();
  const again = await open(folder);
  expect(await allOf(again)).toEqual(kept);
  await again.close();
});

test("letters that cannot be written are counted and told of, and hold nobody up", async () => {
  const folder = await newFolder();
  const log = await SegmentedEventLog.open(folder, { partitionCount: 1 });
  const full: Pick<EventLog, "append"> = { append: () => Promise.reject(new Error("the disk is full")) };
  const broken = new Proxy(log, {
    get: (target, name) => {
      if (name === "append") return full.append;
      const value = Reflect.get(target, name, target) as unknown;
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
  const notices: string[] = [];
  const letters = await DeadLetters.open({
    log: broken,
    ...SMALL,
    onNotice: (notice) => notices.push(notice),
  });
  await letters.keep([letterOf(1), letterOf(2)]);
  expect(letters.lost).toBe(2);
  expect(letters.counts.size).toBe(0);
  expect(notices).toEqual([expect.stringContaining("the disk is full")]);
  await letters.close();
});
