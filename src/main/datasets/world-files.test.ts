import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { SegmentMessage, TrackMessage } from "#api";
import { DAY_MS, ignoreProgress } from "#base";
import { createWorld, type PersonRow, withWorldSettings, worldPresets } from "#datasets";
import { writeWorld } from "./world-files.ts";

/** @file What stands in the files is what is true of the world in memory, and the document names every field of them. */
const config = withWorldSettings(worldPresets.responsive, {
  ...{ peopleCount: 120, days: 40, itemsBefore: 800, itemsPerDay: 10 },
  dynamics: { purchases: { clickShare: 0.4 } },
});
const world = createWorld(config);
const { truth } = world;
let folder: string;
let people: readonly PersonRow[];
let events: readonly SegmentMessage[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "inkling-world-files-"));
  const stages = new Map<string, number>();
  const progress = ({ stage, done, total }: { stage: string; done: number; total: number }): void =>
    void stages.set(stage, done / total);
  await writeWorld(folder, world, { truthOnly: false, progress });
  expect([...stages.keys()].map((stage) => stage.slice("writing ".length))).toEqual([
    ...["items", "events", "truth/items", "truth/people"],
  ]);
  people = await readLines("truth/people.jsonl");
  events = await readLines("events.jsonl");
});

afterAll(() => rm(folder, { recursive: true, force: true, maxRetries: 3 }));

async function readLines<Row>(name: string): Promise<Row[]> {
  const text = await readFile(join(folder, name), "utf8");
  return text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
}

function linesOf(rows: Iterable<object>): string {
  return Array.from(rows, (row) => `${JSON.stringify(row)}\n`).join("");
}

test("items and events are those that the world tells, and its settings make the same world again", async () => {
  expect(await readFile(join(folder, "items.jsonl"), "utf8")).toBe(linesOf(world.items()));
  const [row] = await readLines<ReturnType<typeof truth.worldRow>>("truth/world.json");
  expect(row).toEqual(truth.worldRow());
  const again = createWorld(row!.config);
  expect(await readFile(join(folder, "events.jsonl"), "utf8")).toBe(linesOf(again.messages()));
  expect(people).toEqual(people.map((_, index) => again.truth.personRow(index)));
  const items = await readLines<{ readonly direction: number[]; readonly quality: number }>(
    "truth/items.jsonl",
  );
  for (const [at, { direction, quality }] of items.entries()) {
    expect(quality / truth.item(at).quality).toBeCloseTo(1, 5);
    expect(direction[0]).toBeCloseTo(truth.item(at).direction[0]!, 5);
  }
});

const ASKED = 12;

test("presence, sessions, stages and forecasts of the file are those of the truth", () => {
  for (const [index, row] of people.entries()) {
    const person = truth.person(index);
    const lived = truth.life(person);
    const { channel, cohort, notified } = person.temper!;
    expect(row).toMatchObject({
      userId: person.userId,
      channel,
      cohort,
      notifications: { kind: notified!.kind },
    });
    const there = lived.slice(row.days.first);
    expect(row.days.presence).toEqual(there.map(({ presence }) => presence));
    expect(row.days.sessions).toEqual(there.map(({ sessions }) => sessions.length));
    expect(row.days.satisfaction).toHaveLength(config.days - row.days.first);
    for (const [at, { hazards, morning }] of there.entries()) {
      expect(row.days.leave[at]! / hazards.leave).toBeCloseTo(1, 5);
      expect(row.notifications!.sentOn.includes(row.days.first + at)).toBe(morning.isNotified);
    }
    const isAsked = index < ASKED; // each answer plays a life
    for (const { day, returnIn7, churnIn28 } of isAsked ? row.forecasts : []) {
      const [week, month] = [truth.returns(person, day, 7), truth.returns(person, day, 28)];
      expect(returnIn7.given).toBeCloseTo(week.given, 5);
      expect(returnIn7.observed).toBeCloseTo(week.observed, 5);
      expect(churnIn28.observed).toBeCloseTo(1 - month.observed, 5);
    }
    for (const [at, { stages, topic }] of row.interests.entries()) {
      const interest = person.interests[at]!;
      expect(topic).toEqual(truth.leafPaths[interest.leaf]);
      for (let timeMs = world.startMs; timeMs < world.endMs; timeMs += 3 * DAY_MS)
        expect(stages?.findLast(({ from }) => Date.parse(from) <= timeMs)?.stage).toBe(
          truth.stageAt(interest, timeMs),
        );
    }
  }
});

test("every purchase among the events is one of the file's conversions, and as many come as their probabilities say", () => {
  const tracks = events.filter((event): event is TrackMessage => event.type === "track");
  const bought = new Set(
    tracks
      .filter(({ event }) => event === "purchase")
      .map(({ userId, timestamp, properties }) => `${userId} ${properties!.itemId} ${timestamp}`),
  );
  const all = people.flatMap(({ userId, conversions }) => conversions.map((one) => ({ userId, ...one })));
  const told = all.filter(({ boughtAt }) => boughtAt !== null);
  expect(new Set(told.map(({ userId, itemId, boughtAt }) => `${userId} ${itemId} ${boughtAt}`))).toEqual(
    bought,
  );
  expect(bought.size).toBeGreaterThan(30);
  const early = all.filter(({ clickedAt }) => Date.parse(clickedAt) < world.endMs - 7 * DAY_MS);
  const expected = early.reduce((sum, { probability }) => sum + probability, 0);
  const came = early.filter(({ boughtAt }) => boughtAt !== null).length;
  expect(Math.abs(came - expected)).toBeLessThan(3 * Math.sqrt(expected));
});

test("the document names every field of the files and no other", async () => {
  const document = await readFile("docs/world-truth.md", "utf8");
  const told = new Set<string>();
  for (const row of document.matchAll(/^\| (`.*?`) \|/gm))
    for (const [, path] of row[1]!.matchAll(/`([^`]+)`/g)) told.add(path!);
  const found = new Set<string>();
  const { config: _, ...row } = truth.worldRow(); // settings are documented where they are declared
  for (const each of [...people, ...(await readLines<object>("truth/items.jsonl")), { config: 0, ...row }])
    collectPaths(each, "", found);
  expect([...told].sort()).toEqual([...found].sort());
});

test("a folder that holds something is refused, and left as it is", async () => {
  const taken = join(folder, "taken");
  await mkdir(taken);
  await writeFile(join(taken, "thesis.tex"), "all my work");
  const writing = writeWorld(taken, world, { truthOnly: true, progress: ignoreProgress });
  await expect(writing).rejects.toMatchObject({
    code: "invalid-config",
    message: expect.stringContaining("thesis.tex"),
  });
});

/** `a.b` of plain values, `a[]` of lists, `a[].b` of what is in them. */
function collectPaths(value: unknown, path: string, into: Set<string>): void {
  if (value === null) return;
  if (Array.isArray(value)) {
    into.add(`${path}[]`);
    for (const one of value) if (!Array.isArray(one)) collectPaths(one, `${path}[]`, into);
    return;
  }
  if (typeof value !== "object") return void into.add(path);
  for (const [name, inner] of Object.entries(value))
    collectPaths(inner, path === "" ? name : `${path}.${name}`, into);
}
