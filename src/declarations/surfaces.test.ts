import { describe, expect, test } from "vitest";
import { PlatformError } from "#base";
import {
  type DeclaredSurface,
  defaultActions,
  defaultSurface,
  defineConfig,
  itemsWhere,
  number,
  oneOf,
  surface,
} from "./builders.ts";
import { type SurfaceOf, surfacesOf } from "./config.ts";
import { propertyFaultFinder } from "./fault-finder.ts";

const attributes = { price: number(), format: oneOf("photo", "video") };
const item = itemsWhere(attributes);
const personal = { kind: "model", model: "personal" } as const;
const actions = defaultActions;

const full = surface({
  sources: [
    personal,
    { kind: "neighbours", newest: 3, budget: 100 },
    { kind: "popular-now", halfLifeHours: 6, onThisSurface: true, name: "trending" },
    { kind: "fresh", days: 3, timeoutMs: 50 },
  ],
  filters: { fatigue: { impressions: 3, hours: 24 }, tags: { none: ["x"] } },
  scorer: { kind: "fusion", model: "personal" },
  diversity: { kind: "window", size: 10, penalty: 0.95, alike: 0.5, likeness: "tags" },
  quotas: { trending: { within: 10, atMost: 3 }, fresh: { within: 10, atLeast: 1 } },
  rules: [
    { kind: "pin", when: item.hasTag("news"), place: 0 },
    { kind: "boost", when: item.all(item.is("format", "video"), item.atMost("price", 10)), by: 1.5 },
    { kind: "bury", when: item.not(item.any(item.atLeast("price", 1), item.hasTag("free"))) },
  ],
  exploration: { places: [4, 9], share: 0.5, source: "fresh" },
  shadow: { sources: [personal], diversity: { kind: "mmr", lambda: 0.7, likeness: "vectors" }, share: 0.2 },
});

test("surfaces are declared by names or with stages; in strict mode either way no others may appear", () => {
  const staged = defineConfig({
    actions,
    mode: "strict",
    itemAttributes: attributes,
    surfaces: { home: full },
  });
  expect(surfacesOf(staged)).toEqual(new Map([["home", full]]));
  const named = defineConfig({ actions, mode: "strict", surfaces: ["home", "search"] });
  expect([...surfacesOf(named)]).toEqual([
    ["home", defaultSurface],
    ["search", defaultSurface],
  ]);
  for (const config of [staged, named]) {
    const faults = propertyFaultFinder(config);
    expect(faults.event("view", { surface: "home" })).toBeUndefined();
    expect(faults.event("view", { surface: "attic" })).toMatchObject({ path: "/properties/surface" });
  }
  expect(surfacesOf(defineConfig({ actions })).size).toBe(0);
});

test("the names of surfaces, attributes and their values are known to the compiler", () => {
  const config = defineConfig({ actions, surfaces: { home: full, search: defaultSurface } });
  const names: SurfaceOf<typeof config>[] = ["home", "search"];
  // @ts-expect-error no such surface
  names.push("attic");
  // @ts-expect-error no such value
  item.is("format", "painting");
  // @ts-expect-error no such attribute
  item.is("colour", "red");
  // @ts-expect-error not a number
  item.atMost("format", 3);
  // @ts-expect-error no such kind of source
  surface({ sources: [{ kind: "magic" }] });
  expect(names).toContain("home");
});

/** The fault of a surface like the full one but for what is given. */
function faultOf(changes: object): string {
  try {
    const given = { ...full, ...changes } as DeclaredSurface; // as it may come from a .mjs file
    defineConfig({ actions, itemAttributes: attributes, surfaces: { home: given } });
  } catch (error) {
    if (error instanceof PlatformError) return `${error.code}: ${error.message}`;
    throw error;
  }
  return "none";
}

describe("a fault names the place, the value and the fix", () => {
  test.each<[object, RegExp]>([
    [{}, /^none$/],
    [{ sources: [] }, /surfaces\.home\.sources is \[\]: give at least one/],
    [
      { sources: [{ kind: "magic" }] },
      /sources\[0\]\.kind is "magic": it is one of model, vector, neighbours/,
    ],
    [{ sources: [{ kind: "vector", of: "then" }] }, /sources\[0\]\.of is "then": it is one of now, long/],
    [{ gains: { maturity: { old: 2 } } }, /gains\.maturity is "old": it is no setting here/],
    [{ gains: { freshness: { most: -1, halfLifeDays: 2 } } }, /freshness\.most is -1: give a number from 0/],
    [
      { sources: [{ kind: "model" }] },
      /sources\[0\]\.model is undefined: give "personal", "cold-start" or the name/,
    ],
    [{ sources: [personal, personal] }, /sources\[1\]\.name is "personal": another source has it/],
    [{ sources: [{ ...personal, days: 3 }] }, /sources\[0\] is "days": it is no setting here/],
    [{ sources: [{ ...personal, budget: 0 }] }, /budget is 0: give a whole number from 1 to 10000/],
    [{ filters: { fatigue: { impressions: 3 } } }, /fatigue\.hours is undefined: give a number/],
    [{ filters: { tags: { none: "x" } } }, /filters\.tags\.none is "x": give a list of tags/],
    [{ scorer: { kind: "model" } }, /scorer\.model is undefined/],
    [{ scorer: { kind: "ranker" } }, /scorer\.model is undefined/],
    [{ scorer: { kind: "ranker", model: "ranker", utility: { save: "much" } } }, /utility\.save is "much"/],
    [{ scorer: { kind: "model", model: "ranker", utility: {} } }, /utility/],
    [
      { diversity: { kind: "mmr", lambda: 2, likeness: "tags" } },
      /diversity\.lambda is 2: give a number from 0 to 1/,
    ],
    [
      { diversity: { kind: "mmr", lambda: 1, likeness: "mood" } },
      /likeness is "mood": it is one of tags, vectors/,
    ],
    [{ quotas: { attic: { within: 3 } } }, /quotas: the source is "attic": it is one of personal/],
    [
      { quotas: { fresh: { within: 3, atMost: 4 } } },
      /quotas\.fresh\.atMost is 4: give a whole number from 0 to 3/,
    ],
    [{ rules: [{ kind: "pin", when: item.hasTag("x") }] }, /rules\[0\]\.place is undefined/],
    [{ rules: [{ kind: "bury", when: {} }] }, /rules\[0\]\.when\.kind is undefined: make it by itemsWhere/],
    [
      { rules: [{ kind: "bury", when: { kind: "not", of: { kind: "is", attribute: "colour", value: 1 } } }] },
      /rules\[0\]\.when\.of\.attribute is "colour": itemAttributes declares price, format/,
    ],
    [{ exploration: { places: [-1], share: 0.5, source: "fresh" } }, /exploration\.places\[0\] is -1/],
    [{ exploration: { places: [1], share: 0.5, source: "attic" } }, /exploration\.source is "attic"/],
    [{ shadow: { sources: [personal], shadow: {} } }, /shadow\.shadow is "shadow": a shadow has none/],
    [{ shadow: { sources: [personal], share: 3 } }, /shadow\.share is 3/],
  ])("%j", (changes, fault) => {
    expect(faultOf(changes)).toMatch(fault);
  });
});

test("no surface is called as the shadow of one", () => {
  const surfaces = { home: full, "home:shadow": full };
  const declare = () => defineConfig({ actions, itemAttributes: attributes, surfaces });
  expect(declare).toThrow('surfaces: the name is "home:shadow": the shadow of a surface is called so');
});
