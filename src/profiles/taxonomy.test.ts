import { expect, test } from "vitest";
import { Catalogue } from "#events";
import { CatalogueItemSpace } from "./item-space.ts";
import { Taxonomy } from "./taxonomy.ts";

function catalogueOf(items: readonly (readonly string[])[]): Catalogue {
  const catalogue = new Catalogue();
  for (const [n, tags] of items.entries())
    catalogue.apply({ kind: "item", itemId: `i${n}`, input: { tags: [...tags] } });
  return catalogue;
}

const times = (count: number, tags: readonly string[]): string[][] =>
  Array.from({ length: count }, () => [...tags]);

const shop = catalogueOf([
  ...times(6, ["craft", "wood", "Hand-cut dovetails"]),
  ...times(5, ["craft", "wood", "turned bowls"]),
  ...times(4, ["craft", "clay"]),
  ...times(5, ["food", "bread"]),
  ["food", "wood", "turned bowls"],
  ["lone"],
  [],
]);

test("a tag stands below the smallest tag that nearly all of its items have too", () => {
  const taxonomy = new Taxonomy(shop);
  const pathOf = (tag: string): readonly string[] | undefined => taxonomy.named(tag)?.path;
  expect(pathOf("Hand-cut dovetails")).toEqual(["craft", "wood", "Hand-cut dovetails"]);
  expect(pathOf("turned bowls")).toEqual(["craft", "wood", "turned bowls"]); // five of six are craft
  expect(pathOf("bread")).toEqual(["food", "bread"]);
  expect(pathOf("lone")).toEqual(["lone"]); // one item says nothing of its place
  expect(taxonomy.named("wood")).toMatchObject({ level: 1, itemCount: 12 });
});

test("ids are made of names for addresses, and no two are alike", () => {
  const taxonomy = new Taxonomy(catalogueOf([["Café & Tea", "cafe tea", "木工", "!!"]]));
  expect(taxonomy.topics.map(({ topicId }) => topicId)).toEqual(["cafe-tea", "cafe-tea-2", "木工", "topic"]);
  expect(taxonomy.withId("cafe-tea-2")?.name).toBe("cafe tea");
});

test("an item is about topics of every level, and halves of two of one level", () => {
  const tags = ["craft", "wood", "Hand-cut dovetails", "turned bowls", "unheard of"];
  const about = new Taxonomy(shop).topicsOf({ ...shop.at(0), tags });
  expect(about.map(({ topic, level, score }) => [topic.name, level, score])).toEqual([
    ["Hand-cut dovetails", 2, 0.5],
    ["turned bowls", 2, 0.5],
    ["wood", 1, 1],
    ["craft", 0, 1],
  ]);
});

test("in the item space the same rare tags are nearer than a common one, and nothing in common is far", () => {
  const space = new CatalogueItemSpace(shop);
  const near = (left: number, right: number): number => {
    const [a, b] = [space.vectorOf(left)!, space.vectorOf(right)!];
    return a.reduce((sum, value, at) => sum + value * b[at]!, 0);
  };
  expect(near(0, 1)).toBeCloseTo(1, 6);
  expect(near(0, 6)).toBeLessThan(0.6); // craft and wood
  expect(near(0, 6)).toBeGreaterThan(near(0, 11)); // craft only
  expect(Math.abs(near(0, 15))).toBeLessThan(0.35);
  expect(space.vectorOf(shop.itemCount - 1)).toBeUndefined(); // nothing is known of it
});

test("an item put in after the space was made has its place, and a changed one moves", () => {
  const catalogue = catalogueOf([...times(5, ["food", "bread"]), ...times(5, ["craft", "clay"])]);
  const space = new CatalogueItemSpace(catalogue);
  catalogue.apply({ kind: "item", itemId: "late", input: { tags: ["craft", "clay"] } });
  expect(space.vectorOf(10)).toEqual(space.vectorOf(5));
  catalogue.apply({ kind: "item", itemId: "late", input: { tags: ["food", "bread"] } });
  expect(space.vectorOf(10)).toEqual(space.vectorOf(0));
});

test("factors of a model turn items of equal tags apart, and an item without any stays with what is said of it", () => {
  const catalogue = catalogueOf([...times(3, ["film"]), []]);
  const factors = Float32Array.from([1, 0, -1, 0, 0, 0, 0, 1]);
  const space = new CatalogueItemSpace(catalogue, {
    version: "factors@0001",
    vectors: { rows: 4, columns: 2, values: factors },
  });
  expect(space.vectorOf(0)).not.toEqual(space.vectorOf(1));
  expect(
    space
      .vectorOf(2)!
      .subarray(96)
      .every((value) => value === 0),
  ).toBe(true); // nobody engaged with it
  expect(space.vectorOf(3)).toBeDefined(); // nothing said, but engaged with
  expect(space.version).toBe("2-factors@0001");
});

test("a declared tree goes before what tags say, down to topics that no item has", () => {
  const taxonomy = new Taxonomy(shop, { parents: { bread: "baking", baking: "kitchen", clay: "hobby" } });
  expect(taxonomy.named("bread")?.path).toEqual(["kitchen", "baking", "bread"]);
  expect(taxonomy.named("clay")?.path).toEqual(["hobby", "clay"]);
  expect(taxonomy.named("wood")?.path).toEqual(["craft", "wood"]);
  expect(taxonomy.withId("baking")).toMatchObject({ level: 1, itemCount: 0 });
});

test("items without tags are filed by attributes that sort them, and not by those that tell each apart", () => {
  const catalogue = new Catalogue();
  for (let n = 0; n < 12; n++) {
    const attributes = { brand: n % 2 === 0 ? "Oak & Co" : "Claywork", sku: `sku-${n}`, condition: "as new" };
    catalogue.apply({ kind: "item", itemId: `p${n}`, input: { attributes } });
  }
  const taxonomy = new Taxonomy(catalogue);
  expect(taxonomy.topicsOf(catalogue.at(0)).map(({ topic }) => topic.name)).toEqual(["Oak & Co"]);
  const space = new CatalogueItemSpace(catalogue);
  expect(space.vectorOf(0)).toEqual(space.vectorOf(2));
  expect(space.vectorOf(0)).not.toEqual(space.vectorOf(1));
});

test("weights follow what an item is about now, as its topics do", () => {
  const catalogue = catalogueOf([["wood", "oak"], ["clay"], ["wood"]]);
  const taxonomy = new Taxonomy(catalogue);
  const weighed = (...rows: number[]) => {
    const weights = new Map();
    for (const row of rows) taxonomy.addScores(weights, row, 3);
    return Array.from(weights, ([{ name }, weight]) => [name, weight]);
  };
  expect(weighed(2, 0)).toEqual([
    ["wood", 4.5],
    ["oak", 1.5],
  ]);
  catalogue.apply({ kind: "item", itemId: "i2", input: { tags: ["clay"] } });
  expect(weighed(2, 0, 1)).toEqual([
    ["clay", 6],
    ["wood", 1.5],
    ["oak", 1.5],
  ]);
});

test("what tags say turns no declared tree around: two topics that always come together are below each other once", () => {
  const always = catalogueOf([
    ...times(5, ["woodworking", "joinery"]),
    ...times(5, ["aprons", "linen", "kitchen"]),
    ["kitchen"],
  ]);
  const parents = { joinery: "woodworking", kitchen: "home", home: "aprons" };
  const taxonomy = new Taxonomy(always, { parents });
  const pathOf = (tag: string): readonly string[] | undefined => taxonomy.named(tag)?.path;
  expect(pathOf("joinery")).toEqual(["woodworking", "joinery"]);
  expect(pathOf("woodworking")).toEqual(["woodworking"]); // and not below joinery, the first by name of two of one size
  expect(pathOf("kitchen")).toEqual(["aprons", "home", "kitchen"]);
  expect(pathOf("aprons")).toEqual(["aprons"]); // all of it is kitchen too, which was declared to lie below
  expect(pathOf("linen")).toEqual(["aprons", "linen"]);
});
