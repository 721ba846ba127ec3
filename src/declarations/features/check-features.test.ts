import { describe, expect, test } from "vitest";
import { PlatformError } from "#base";
import { action } from "../action.ts";
import { type Config, defineConfig, type FeaturesOf } from "../config.ts";
import { defaultActions } from "../default-actions.ts";
import { listOf, number, oneOf, text } from "../field.ts";
import { approxUniqueCount, average, count, last, lastK, sum, topK } from "./aggregate.ts";
import { add, at, type DerivedTree, divide, entropy, meanVector, orElse } from "./derived.ts";
import { above, equals, event, item, trait } from "./expression.ts";
import {
  cross,
  derived,
  engagement,
  events,
  type FeatureDefinition,
  feature,
  identities,
  label,
  session,
  user,
} from "./feature.ts";
import { attributesOf } from "./item-attributes.ts";
import { standardFeatures, standardLabels } from "./standard.ts";

const actions = {
  save: action({
    kind: "positive",
    strength: 2,
    verb: "saved",
    properties: { price: number(), plan: oneOf("a", "b") },
  }),
  view: action({ kind: "positive", strength: 1, verb: "viewed", retentionDays: 10 }),
};

function faultOf(config: Omit<Config, "actions">): string {
  try {
    defineConfig({ actions, itemAttributes: { colour: text() }, ...config });
  } catch (error) {
    expect(error).toBeInstanceOf(PlatformError);
    expect((error as PlatformError).code).toBe("invalid-config");
    return (error as PlatformError).message;
  }
  throw new Error("it was taken");
}

/** As no builder makes it. */
function derivedOf(name: string, expression: DerivedTree): FeatureDefinition {
  return { ...derived(name, orElse(saves, 0)), kind: "derived", expression } as FeatureDefinition;
}

const saves = feature("saves", { from: events("save"), aggregate: count() });
const byTopic = feature("by_topic", {
  from: events("save"),
  keyedBy: item.topic,
  aggregate: count(),
  window: "7d",
});

describe("a definition is refused with the value and the fix", () => {
  const one = (definition: FeatureDefinition) => ({ features: [definition] });
  test.each<readonly [string, Omit<Config, "actions">, RegExp]>([
    ["twice the same name", { features: [saves, saves] }, /"saves": it is there twice/],
    ["a name that is no name", one({ ...saves, name: "No" }), /"No": use lower-case letters/],
    [
      "an action nobody declared",
      one(feature("f", { from: events("sale"), aggregate: count() })),
      /"sale": it is no declared action/,
    ],
    [
      "a number read as text",
      one(feature("f", { from: events("save"), aggregate: last(event.text("price")) })),
      /declared as number and read as text/,
    ],
    [
      "a sum of texts",
      one({ ...saves, aggregate: { kind: "sum", of: event.surface.tree } } as FeatureDefinition),
      /sum is of numbers/,
    ],
    [
      "a comparison of two types",
      one(
        feature("f", {
          from: events("save").where({
            tree: { op: "above", left: event.value.tree, right: { op: "constant", value: "x" } },
          }),
          aggregate: count(),
        }),
      ),
      /compares number with text/,
    ],
    [
      "a trait of an engagement",
      one(feature("f", { from: engagement, aggregate: last(trait.text("plan")) })),
      /traits come from identities/,
    ],
    [
      "an item of an identify",
      one(feature("f", { from: identities, keyedBy: item.topic, aggregate: count(), window: "1d" })),
      /identities have no action and no item/,
    ],
    [
      "an item attribute of another type",
      one(
        feature("f", {
          from: events("save"),
          keyedBy: item.number("colour"),
          aggregate: count(),
          window: "1d",
        }),
      ),
      /declared as text and read as number/,
    ],
    [
      "an item's condition with an event's key",
      one(
        feature("f", {
          from: events("save").where(equals(item.text("colour"), "red")),
          keyedBy: event.surface,
          aggregate: count(),
          window: "1d",
        }),
      ),
      /goes with a key of the item/,
    ],
    [
      "a condition that mixes event and item",
      one(
        feature("f", {
          from: events("save").where({
            tree: { op: "any", of: [above(event.value, 1).tree, equals(item.text("colour"), "red").tree] },
          }),
          aggregate: count(),
          window: "1d",
        }),
      ),
      /each on its own/,
    ],
    [
      "a topic inside a value",
      one(
        feature("f", {
          from: events("save"),
          aggregate: topK(equals(item.topic, "art"), 2),
        }),
      ),
      /aggregate item.topic itself/,
    ],
    [
      "an item attribute aggregated as another type",
      one(feature("f", { from: events("save"), aggregate: average(item.number("colour")) })),
      /declared as text and read as number/,
    ],
    [
      "a map that grows for ever",
      one(feature("f", { from: events("save"), keyedBy: event.itemId, aggregate: count() })),
      /grows without bound/,
    ],
    [
      "as many texts as there are",
      one(feature("f", { from: events("save"), aggregate: topK(event.itemId, 3) })),
      /grows without bound/,
    ],
    [
      "a window that is none",
      one(feature("f", { from: events("save"), aggregate: count(), window: "7 days" as "7d" })),
      /"7d", at most 400d/,
    ],
    [
      "a window longer than what is retained",
      one(feature("f", { from: engagement, aggregate: count(), window: "30d" })),
      /longer than the 10 days that view is retained/,
    ],
    [
      "a lifetime of what is not retained",
      one(feature("f", { from: events("view"), aggregate: count() })),
      /longer than the 10 days/,
    ],
    [
      "a visit of a week",
      one(feature("f", { from: events("save"), aggregate: count(), window: session("1h", "7d") })),
      /longest session/,
    ],
    [
      "a list of none",
      one(feature("f", { from: events("save"), aggregate: lastK(event.itemId, 0) })),
      /whole number from 1 to 1000/,
    ],
    [
      "a purpose nobody declared",
      one(feature("f", { from: events("save"), aggregate: count(), purpose: "spying" })),
      /"spying": it is not declared/,
    ],
    ["a derived feature of nothing", one(derived("f", add(saves, 1))), /"saves": no feature has this name/],
    [
      "a cycle",
      {
        features: [
          derivedOf("a", { op: "log1p", of: { op: "feature", name: "b" } }),
          derivedOf("b", { op: "log1p", of: { op: "feature", name: "a" } }),
        ],
      },
      /"a -> b -> a": it is made of itself/,
    ],
    ["itself", one(derivedOf("a", { op: "feature", name: "a" })), /"a -> a": it is made of itself/],
    [
      "a map where a number is needed",
      { features: [byTopic, derived("f", add(byTopic as never, 1))] },
      /takes a number and is given a value that is map/,
    ],
    [
      "a feature of a label",
      {
        features: [derived("f", orElse({ tree: { op: "feature", name: "soon" } }, 0))],
        labels: [label("soon", { from: events("save"), aggregate: count(), within: "7d" })],
      },
      /"soon": it is a label, which tells the future/,
    ],
    [
      "a label that is over at once",
      { labels: [label("soon", { from: events("save"), aggregate: count(), within: "0d" })] },
      /give a duration/,
    ],
    [
      "a service of what is not there",
      { features: [saves], featureServices: { home: ["clicks"] } },
      /"clicks": no feature has this name/,
    ],
    ["what no builder made", { features: [{ name: "x" } as never] }, /declare it by feature\(/],
  ])("%s", (_, config, message) => expect(faultOf(config)).toMatch(message));
});

test("values are typed by their definitions", () => {
  const config = defineConfig({
    actions,
    features: [
      saves,
      byTopic,
      feature("plan", { from: events("save"), aggregate: last(event.text("plan")) }),
      feature("paid", { from: events("save"), aggregate: sum(event.number("price")) }),
      derived("rate", divide(saves, 2)),
      derived("art", at(byTopic, "art")),
      derived("spread", entropy(byTopic)),
    ],
  });
  const values: FeaturesOf<typeof config> = {
    ...{ saves: 1, by_topic: { art: 2 }, plan: "a", paid: 1.5, rate: 0.5, art: 2, spread: 0 },
  };
  // @ts-expect-error a count is no text
  const wrong: typeof values.saves = "1";
  // @ts-expect-error a mean vector is made of ids
  expect(() => defineConfig({ actions, features: [saves, derived("v", meanVector(saves))] })).toThrow(
    /takes a texts/,
  );
  expect([values.plan, wrong]).toEqual(["a", "1"]);
});

test("an item's attributes are aggregated by the names and types they are declared with", () => {
  const itemAttributes = { colour: oneOf("red", "blue"), price: number(), sizes: listOf(number()) };
  const { colour, price, ...others } = attributesOf(itemAttributes);
  expect(others).toEqual({});
  // @ts-expect-error nobody declared it
  expect(attributesOf(itemAttributes).weight).toBeUndefined();
  // @ts-expect-error a text has no average
  const wrong = feature("wrong", { from: events("save"), aggregate: average(colour) });
  expect(() => defineConfig({ actions, itemAttributes, features: [wrong] })).toThrow("average is of numbers");
  const config = defineConfig({
    actions,
    itemAttributes,
    features: [
      feature("mean_price", { from: events("save"), aggregate: average(price), window: "7d" }),
      feature("colours", { from: events("save"), aggregate: lastK(colour, 3, { distinct: true }) }),
      feature("topics", { from: events("save"), aggregate: lastK(item.topic, 3, { distinct: true }) }),
    ],
  });
  const values: FeaturesOf<typeof config> = { mean_price: 1, colours: ["red"], topics: ["art"] };
  // @ts-expect-error no such colour
  values.colours satisfies readonly "green"[];
  expect(values.mean_price).toBe(1);
});

test("the standard library is taken with any declared actions, and leaves out what they do not allow", () => {
  const names = (given: Config["actions"]) => {
    const { features } = defineConfig({
      actions: given,
      features: standardFeatures(given),
      labels: standardLabels(given),
    });
    return features.map(({ name }) => name);
  };
  const all = names(defaultActions);
  expect(all).toEqual(
    expect.arrayContaining([
      "did_add_to_cart_7d",
      "since_save",
      "topic_affinity_90d",
      "prevalence_14d",
      "revisits_of_kept_30d",
    ]),
  );
  const { hide, view, impression, save } = defaultActions;
  expect(names({ hide })).toEqual([
    "did_hide_1d",
    "did_hide_7d",
    "did_hide_30d",
    "did_hide_ever",
    "since_hide",
  ]);
  expect(names({ view })).not.toContain("prevalence_14d");
  expect(names({ view })).not.toContain("revisits_of_kept_30d");
  expect(names({ view, save, impression })).toContain("prevalence_14d");
});

test.each([
  [
    "people by name",
    feature("bad", { entity: item, from: events("save"), aggregate: topK(event.userId, 3), window: "7d" }),
    "people are only counted",
  ],
  [
    "people of a person",
    feature("bad", { from: events("save"), aggregate: approxUniqueCount(event.userId) }),
    "people are only counted",
  ],
  [
    "an item's visit",
    feature("bad", { entity: item, from: events("save"), aggregate: count(), window: session() }),
    "visits are of people",
  ],
  [
    "an item's topic as a key",
    feature("bad", {
      entity: item,
      from: events("save"),
      keyedBy: item.topic,
      aggregate: count(),
      window: "7d",
    }),
    "about one item already",
  ],
  [
    "an item by the second",
    feature("bad", { entity: item, from: events("save"), aggregate: count(), window: "90s" }),
    "whole 5 minutes",
  ],
  [
    "a pair with the hour",
    feature("bad", { entity: cross(user, event.hour), from: events("save"), aggregate: count() }),
    "cross with item.topic",
  ],
  [
    "a pair with any item, for ever",
    feature("bad", { entity: cross(user, event.itemId), from: events("save"), aggregate: count() }),
    "give it a window",
  ],
] as const)("of items and pairs, %s is refused with the fix", (_, one, fix) => {
  expect(() => defineConfig({ actions, features: [one] })).toThrow(fix);
});

test("a derived feature is of features of one entity, and a pair's value has the type of one key", () => {
  const saves = feature("item_saves", { entity: item, from: events("save"), aggregate: count() });
  const half = derived("half", divide(saves, 2));
  expect(() => defineConfig({ actions, features: [saves, half] })).toThrow("derive with { entity: item }");
  const config = defineConfig({
    actions,
    features: [
      saves,
      derived("half", divide(saves, 2), { entity: item }),
      feature("of_topic", {
        entity: cross(user, item.topic),
        from: events("save"),
        aggregate: count(),
        window: "7d",
      }),
    ],
  });
  const value: FeaturesOf<typeof config>["of_topic"] = 1;
  expect(value).toBe(1);
  expect(config.features.map(({ entity, view }) => [entity, view])).toEqual([
    ["item", "item"],
    ["item", "item"],
    ["user", "user"],
  ]);
});
