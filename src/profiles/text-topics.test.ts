import { expect, test } from "vitest";
import { Random } from "#base";
import { Catalogue } from "#events";
import { dot } from "#numeric";
import { CatalogueItemSpace } from "./item-space.ts";
import { Taxonomy } from "./taxonomy.ts";
import { textSpaceOf } from "./text-space.ts";
import { TextTopics } from "./text-topics.ts";

/**
 * @file Planted texts: eight subjects of twelve words each, two and two in fields that share words of their own, and chatter that is
 * everywhere. No tags.
 */
const subjects = ["joinery", "turning", "sourdough", "pastry", "roses", "ferns", "sails", "knots"] as const;
const COUNT = subjects.length;
const wordOf = (group: string, n: number): string => `${group}${"abcdefghijklmnopqrstuvwx"[n]}`;

function article(subject: number, random: Random): { title: string; text: string } {
  const field = ["workshop", "kitchen", "garden", "harbour"][Math.floor(subject / 2)]!;
  const own = (): string => wordOf(subjects[subject]!, random.integer(12));
  const words = Array.from({ length: 40 }, (_, n) =>
    n % 4 === 0
      ? wordOf("chatter", random.integer(6))
      : n % 4 === 1
        ? wordOf(field, random.integer(24))
        : own(),
  );
  return { title: `${subjects[subject]} ${own()}`, text: words.join(" ") };
}

const random = new Random(7);
const articles = Array.from({ length: 320 }, (_, n) => article(n % COUNT, random));
const catalogue = new Catalogue();
for (const [n, input] of articles.entries()) catalogue.apply({ kind: "item", itemId: `a${n}`, input });

test("texts of one subject lie near, of one field nearer than of another; a new text has its place at once", () => {
  const space = textSpaceOf(catalogue.items())!;
  const mean = (left: number, right: number): number => {
    let sum = 0;
    for (let n = 0; n < 10; n++)
      sum += dot(
        space.vectorOf(articles[left + COUNT * n]!)!,
        space.vectorOf(articles[right + 160 + COUNT * n]!)!,
      );
    return sum / 10;
  };
  expect(mean(0, 0)).toBeGreaterThan(0.6);
  expect(mean(0, 1)).toBeGreaterThan(mean(0, 2) + 0.05);
  const late = space.vectorOf(article(3, random))!;
  const nearest = articles.map((one) => dot(space.vectorOf(one)!, late));
  expect(nearest.indexOf(Math.max(...nearest)) % COUNT).toBe(3);
  expect(space.vectorOf({ title: "unheard of" })).toBeUndefined();
});

test("texts too short to be compared make no space, and where most items have vectors words are not asked", () => {
  expect(textSpaceOf(articles.map(({ title }) => ({ title })))).toBeUndefined();
  const given = new Catalogue();
  for (const [n, input] of articles.entries())
    given.apply({ kind: "item", itemId: `a${n}`, input: { ...input, vector: [1, n % 4] } });
  expect(new CatalogueItemSpace(given).text).toBeUndefined();
});

test("topics found in texts stand in groups, are named by their words, and hold the items of one subject", () => {
  const { text } = new CatalogueItemSpace(catalogue);
  const found = (): Taxonomy => new Taxonomy(catalogue, { texts: new TextTopics(catalogue.items(), text!) });
  const taxonomy = found();
  const ofSubject = subjects.map((_, subject) => {
    const ids = articles.flatMap((_, n) => {
      const [deepest] = n % COUNT === subject ? taxonomy.topicsOf(catalogue.at(n)) : [];
      return deepest ? [deepest.topic.topicId] : [];
    });
    return new Set(ids);
  });
  for (const [subject, ids] of ofSubject.entries()) {
    expect(ids.size).toBeGreaterThan(0);
    for (const id of ids) {
      const topic = taxonomy.withId(id)!;
      expect(topic.name).toMatch(new RegExp(`${subjects[subject]}`));
      expect(topic).toMatchObject({ level: 1, isTag: false });
      for (const other of ofSubject.filter((one) => one !== ids)) expect(other.has(id)).toBe(false);
    }
  }
  expect(found().topics).toEqual(taxonomy.topics); // the same every time
});
