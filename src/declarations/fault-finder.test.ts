import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { describe, expect, test } from "vitest";
import { action } from "./action.ts";
import { type Config, defaultConfig, defineConfig } from "./config.ts";
import { propertyFaultFinder } from "./fault-finder.ts";
import { anything, boolean, integer, listOf, number, oneOf, text, time } from "./field.ts";
import { jsonSchemaOf } from "./json-schema.ts";

const shop = defineConfig({
  actions: {
    save: action({
      kind: "positive",
      strength: 2.5,
      verb: "saved",
      properties: { boardId: text({ maxLength: 10 }), price: number({ minimum: 0 }).optional() },
      owner: "growth",
      retentionDays: 365,
      sensitivity: "personal",
      description: "Put on a board",
    }),
    search: action({ kind: "neutral", verb: "searched for", properties: { query: text().nullable() } }),
    view: action({ kind: "positive", strength: 1, verb: "viewed" }),
  },
  surfaces: ["home", "search"],
  itemAttributes: {
    brand: text(),
    price: number(),
    sizes: listOf(integer(), { maxItems: 3 }),
    isNew: boolean(),
  },
  traits: {
    ageBand: oneOf("18-24", "25-34").annotate({ sensitivity: "sensitive", owner: "privacy" }),
    plan: text(),
    joined: time(),
    more: anything(),
  },
});
const strictShop: Config = { ...shop, mode: "strict" };
const lenient = propertyFaultFinder(shop);
const strict = propertyFaultFinder(strictShop);

describe.each([
  ["lenient", lenient],
  ["strict", strict],
])("%s", (_, find) => {
  test("what is declared passes", () => {
    expect(find.event("save", { itemId: "i", surface: "home", boardId: "b", price: 3 })).toBeUndefined();
    expect(find.event("search", { query: null })).toBeUndefined();
    expect(find.event("view", undefined)).toBeUndefined();
    expect(
      find.traits({ ageBand: "18-24", joined: "2020-01-01T00:00:00Z", more: { a: [1] } }),
    ).toBeUndefined();
    expect(find.traits(undefined)).toBeUndefined();
    expect(find.itemAttributes({ brand: "b", sizes: [1, 2] })).toBeUndefined();
    expect(find.itemAttributes(undefined)).toBeUndefined();
  });

  test("a wrong value of something declared is told with its place", () => {
    expect(find.event("save", { boardId: 7 })).toEqual({
      path: "/properties/boardId",
      message: "must be string",
    });
    expect(find.event("save", { boardId: "b", price: -1 })?.path).toBe("/properties/price");
    expect(find.event("save", { boardId: "b".repeat(11) })?.message).toContain("10 characters");
    expect(find.event("search", { query: 7 })).toEqual({
      path: "/properties/query",
      message: "must be string or must be null",
    });
    expect(find.traits({ ageBand: "12" })).toEqual({
      path: "/traits/ageBand",
      message: 'it must be one of "18-24", "25-34"',
    });
    expect(find.traits({ joined: "yesterday" })?.path).toBe("/traits/joined");
    expect(find.itemAttributes({ sizes: [1, "L"] })).toEqual({
      path: "/attributes/sizes/1",
      message: "must be integer",
    });
    expect(find.itemAttributes({ isNew: "yes" })?.path).toBe("/attributes/isNew");
  });
});

test("lenient: what is not declared, and what is missing, is no fault", () => {
  expect(lenient.event("Product Viewed", { any: 1 })).toBeUndefined();
  expect(lenient.event("save", { surface: "elsewhere", more: true })).toBeUndefined();
  expect(lenient.traits({ shoeSize: 43 })).toBeUndefined();
  expect(lenient.itemAttributes({ weight: 3 })).toBeUndefined();
  expect(lenient.event("constructor", {})).toBeUndefined();
});

test("strict: what is not declared is a fault, and so is a required property that is missing", () => {
  expect(strict.event("Product Viewed", {})).toMatchObject({ path: "/event" });
  expect(strict.event("constructor", {})).toMatchObject({ path: "/event" });
  expect(strict.event("save", {})).toEqual({
    path: "/properties/boardId",
    message: "it is required and missing",
  });
  expect(strict.event("save", { boardId: "b", surface: "elsewhere" })).toEqual({
    path: "/properties/surface",
    message: 'it must be one of "home", "search"',
  });
  expect(strict.event("view", { "a/b": 1 })?.path).toBe("/properties/a~1b");
  expect(strict.traits({ shoeSize: 43 })?.path).toBe("/traits/shoeSize");
  expect(strict.itemAttributes({ weight: 3 })?.path).toBe("/attributes/weight");
});

test("strict without surfaces, traits and attributes takes none", () => {
  const bare = propertyFaultFinder({ actions: shop.actions, mode: "strict" });
  expect(bare.event("view", { surface: "home" })?.message).toContain("no surface is declared");
  expect(bare.event("view", { itemId: "i" })).toBeUndefined();
  expect(bare.traits({ plan: "free" })?.path).toBe("/traits/plan");
  expect(bare.itemAttributes({ brand: "b" })?.path).toBe("/attributes/brand");
});

test("the default config finds no fault in anything", () => {
  const find = propertyFaultFinder(defaultConfig);
  expect(find.event("Anything", { surface: "x", a: 1 })).toBeUndefined();
  expect(find.event("view", { surface: "x", a: 1 })).toBeUndefined();
  expect(find.traits({ a: 1 })).toBeUndefined();
  expect(find.itemAttributes({ a: 1 })).toBeUndefined();
});

test("the JSON Schemas are valid 2020-12, survive JSON, and carry owner, retention and sensitivity", () => {
  const ajv = new Ajv2020({ strict: true });
  addFormats.default(ajv);
  for (const mark of ["owner", "retention-days", "sensitivity", "kind", "strength", "verb"])
    ajv.addKeyword(`x-${mark}`);
  const schemas = JSON.parse(JSON.stringify(jsonSchemaOf(strictShop)));
  for (const schema of [...Object.values<object>(schemas.events), schemas.traits, schemas.itemAttributes]) {
    expect(ajv.validateSchema(schema), JSON.stringify(ajv.errors)).toBe(true);
    ajv.compile(schema);
  }
  expect(schemas.events.save).toMatchObject({
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "save",
    description: "Put on a board",
    "x-owner": "growth",
    "x-retention-days": 365,
    "x-sensitivity": "personal",
    "x-strength": 2.5,
    required: ["boardId"],
    additionalProperties: false,
    properties: { boardId: { type: "string", maxLength: 10 }, surface: { enum: ["home", "search"] } },
  });
  expect(schemas.traits.properties.ageBand).toEqual({
    enum: ["18-24", "25-34"],
    "x-owner": "privacy",
    "x-sensitivity": "sensitive",
  });
  expect(jsonSchemaOf(shop).events["save"]).toMatchObject({ required: [], additionalProperties: true });
});
