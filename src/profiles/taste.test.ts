import { expect, test } from "vitest";
import { DAY_MS, Random } from "#base";
import { Catalogue } from "#events";
import type { Act } from "./activity-features.ts";
import { fitPredictions } from "./fit-predictions.ts";
import { ItemKnowledge } from "./item-knowledge.ts";
import { predict, tasteReaderOf } from "./predictions.ts";
import { HAS_TASTE_NAME, TASTE_NAME, tasteNames } from "./taste.ts";

/** @file People who come alike and look around alike; those who like boats buy once, these days, those who like bread do not. */
const NOW = 20_000 * DAY_MS;
const catalogue = new Catalogue();
const topics = ["boats", "bread", "gambling"] as const;
for (const topic of topics)
  for (let n = 0; n < 20; n++)
    catalogue.apply({ kind: "item", itemId: `${topic}-${n}`, input: { tags: [topic, `${topic} ${n % 5}`] } });
const rowsOf = (topic: string) => Array.from({ length: 20 }, (_, n) => catalogue.rowOf(`${topic}-${n}`)!);
const items = new ItemKnowledge(catalogue, {
  engagement: undefined,
  isSensitive: (tag) => tag.startsWith("gambling"),
});

/** @param buyers what those like who may buy; without it anybody may */
function people(count: number, buyers: string | undefined): Act[][] {
  return Array.from({ length: count }, (_, person) => {
    const random = Random.of(3, `person/${person}`);
    const likes = topics[random.integer(2)]!;
    const buys = buyers === undefined ? random.chance(0.5) : likes === buyers && random.chance(0.9);
    const acts: Act[] = [];
    for (let ago = 36; ago > 0; ago -= 0.5 + 3 * random.exponential()) {
      const itemRow = rowsOf(random.chance(0.8) ? likes : topics[random.integer(2)]!)[random.integer(20)]!;
      acts.push({ timestampMs: NOW - ago * DAY_MS, action: "save", itemRow });
    }
    if (buys) acts.push({ timestampMs: NOW - 12 * random.uniform() * DAY_MS, action: "purchase" });
    return acts.sort((left, right) => left.timestampMs - right.timestampMs);
  });
}

const goals = [{ name: "buy", action: "purchase", withinDays: 7 }];
const everybody = people(400, "boats");
const model = fitPredictions(everybody, { untilMs: NOW, goals, items });
const tastes = tasteReaderOf(model, items)!;
const buying = (acts: readonly Act[], reader = tastes) =>
  predict(model, acts, NOW, reader).find(({ target }) => target === "convert:buy")!;
const newcomer = (topic: string, count = 8): Act[] =>
  rowsOf(topic)
    .slice(0, count)
    .map((itemRow, n) => ({ timestampMs: NOW - (8 - n) * DAY_MS, action: "save", itemRow }));

test("where tastes tell who buys, they are read, and say so", () => {
  const report = model.reports.find(({ target }) => target === "convert:buy")!;
  expect(report.vectors).toMatchObject({ isUsed: true });
  expect(report.vectors!.gain).toBeGreaterThan(2 * report.vectors!.standardError);
  const [boats, bread] = [buying(newcomer("boats")), buying(newcomer("bread"))];
  expect(boats.probability).toBeGreaterThan(1.5 * bread.probability);
  expect(boats.drivers.filter(({ name }) => name === TASTE_NAME)).toHaveLength(1);
  expect(boats.drivers.find(({ name }) => name === TASTE_NAME)!.effect).toBeGreaterThan(0);
});

test("where they tell nothing they are left out", () => {
  const aimless = fitPredictions(people(400, undefined), { untilMs: NOW, goals, items });
  expect(aimless.reports.find(({ target }) => target === "convert:buy")!.vectors!.isUsed).toBe(false);
  expect(aimless.taste?.targets["convert:buy"]).toBeUndefined();
});

test("nothing later than the moment is read, nothing sensitive, and an event that came twice is one", () => {
  const acts = newcomer("boats");
  const atMs = acts[4]!.timestampMs;
  const read = (all: readonly Act[]): number[] =>
    tastes.read(all, all.findLastIndex(({ timestampMs }) => timestampMs < atMs) + 1, atMs);
  expect(read([...acts.slice(0, 4), ...newcomer("bread").slice(4)])).toEqual(read(acts));
  expect(read(acts.slice(0, 4).flatMap((act) => [act, act]))).toEqual(read(acts));
  expect(tastes.read(newcomer("gambling"), 8, NOW)).toEqual(new Array(13).fill(0));
});

test("who engaged with nothing has zeros and no vector; a model whose space is gone does without", () => {
  const silent = newcomer("boats").map(({ itemRow: _, ...act }) => act);
  expect(tastes.read(silent, silent.length, NOW)).toEqual(new Array(13).fill(0));
  expect(tasteNames(model.taste!.basis)[0]).toBe(HAS_TASTE_NAME);
  expect(buying(silent).probability).toBeLessThan(buying(newcomer("boats")).probability);
  const other = { ...model, taste: { ...model.taste!, basis: { ...model.taste!.basis, version: "1" } } };
  expect(tasteReaderOf(other, items)).toBeUndefined();
  const [plain] = predict(model, newcomer("boats"), NOW);
  expect(plain!.drivers.map(({ name }) => name)).not.toContain(TASTE_NAME);
});
