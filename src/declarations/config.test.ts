import { describe, expect, test } from "vitest";
import { PlatformError } from "#base";
import { action } from "./action.ts";
import {
  actionsOf,
  type Config,
  defaultConfig,
  defineConfig,
  purposesOf,
  sourcesOf,
  spokenTraitsOf,
} from "./config.ts";
import { integer, listOf, number, oneOf, text } from "./field.ts";
import { goal, goalsOf } from "./goal.ts";
import { defaultPurposes, purpose } from "./purpose.ts";
import { env, source } from "./source.ts";

const save = action({ kind: "positive", strength: 2.5, verb: "saved" });

/** What a config that no compiler has seen is refused with. */
function faultOf(config: unknown): string {
  try {
    defineConfig(config as Config);
  } catch (error) {
    expect(error).toBeInstanceOf(PlatformError);
    expect((error as PlatformError).code).toBe("invalid-config");
    return (error as PlatformError).message;
  }
  throw new Error("it was taken");
}

test("a trait that could harm people speaks for nobody", () => {
  const traits = {
    city: text(),
    email: text().annotate({ sensitivity: "personal" }),
    diagnosis: text().annotate({ sensitivity: "sensitive" }),
  };
  expect(spokenTraitsOf(defineConfig({ actions: { save }, traits }))).toEqual(["city", "email"]);
  expect(spokenTraitsOf({})).toEqual([]);
});

test("goals are named in the order of their declaration", () => {
  const goals = { paid: goal({ action: "save", withinDays: 7, owner: "growth" }) };
  expect(goalsOf(defineConfig({ actions: { save }, goals }))).toEqual([
    { name: "paid", action: "save", withinDays: 7 },
  ]);
  expect(goalsOf({})).toEqual([]);
});

test("a config comes back as it was given", () => {
  const config = defineConfig({ actions: { save }, surfaces: ["home"], mode: "strict" });
  expect(config).toEqual({ actions: { save }, surfaces: ["home"], mode: "strict" });
  expect(actionsOf(config)).toEqual([{ name: "save", kind: "positive", strength: 2.5, verb: "saved" }]);
  const capped = { actions: { seen: action({ kind: "impression", verb: "saw", maxRows: 500 }) } };
  expect(actionsOf(defineConfig(capped))[0]).toMatchObject({ name: "seen", maxRows: 500 });
});

test("the actions of a config can be handed to another thread", () => {
  expect(structuredClone(actionsOf(defaultConfig))).toEqual(actionsOf(defaultConfig));
});

test("purposes are declared beside the actions; without any, the three built in are in force", () => {
  const { advertising, personalization } = defaultPurposes;
  const config = defineConfig({
    actions: {},
    purposes: { personalization, research: purpose({ default: "denied", owner: "lab" }) },
  });
  expect(purposesOf(config)).toEqual([
    { name: "personalization", default: "granted" },
    { name: "research", default: "denied" },
  ]);
  expect(purposesOf(defaultConfig).map(({ name }) => name)).toEqual([
    "personalization",
    "analytics",
    "advertising",
  ]);
  expect(advertising.default).toBe("denied");
});

test("the default config declares the actions that were built in", () => {
  const lines = actionsOf(defaultConfig).map(({ name, kind, strength, verb }) =>
    [name, kind, strength, verb].join("|"),
  );
  expect(defaultConfig.mode).toBe("lenient");
  expect(lines).toEqual([
    "impression|impression|0|saw",
    "view|positive|1|viewed",
    "watch|positive|1|watched",
    "close-up|positive|1|looked closely at",
    "click|positive|1|clicked",
    "listen|positive|1|listened to",
    "review|positive|2|reviewed",
    "like|positive|2|liked",
    "bookmark|positive|2.5|bookmarked",
    "save|positive|2.5|saved",
    "follow|positive|3|followed",
    "share|positive|3|shared",
    "comment|positive|4|commented on",
    "add-to-cart|positive|3|added to the cart",
    "purchase|positive|4|bought",
    "hide|negative|0|hid",
    "dislike|negative|0|disliked",
    "search|neutral|0|searched for",
    "notification-open|neutral|0|opened a notification about",
  ]);
});

test("sources are declared by name, their keys by the variables that hold them", () => {
  const config = defineConfig({
    actions: { save },
    sources: {
      web: source({ owner: "growth", writeKey: env("KEY_WEB") }),
      "ios app": source({ writeKey: env("KEY_IOS"), description: "version 4 on" }),
    },
  });
  expect(sourcesOf(config)).toEqual([
    { name: "web", variable: "KEY_WEB" },
    { name: "ios app", variable: "KEY_IOS" },
  ]);
  expect(sourcesOf(defaultConfig)).toEqual([]);
});

test("a source that is declared wrongly is named, and a key written into the config is not shown", () => {
  const fault = (sources: unknown): string => faultOf({ actions: { save }, sources });
  const web = { writeKey: env("KEY_WEB") };
  expect(fault({ web: { writeKey: "sk-secret" } })).toMatch(
    /^sources\.web\.writeKey is not the name .*env\(/,
  );
  expect(fault({ web: { writeKey: env("sk-secret") } })).not.toContain("sk-secret");
  expect(fault({ web: {} })).toMatch(/^sources\.web\.writeKey/);
  expect(fault({ web: { writeKey: env("INKLING_WRITE_KEY") } })).toMatch(/the platform reads its own key/);
  expect(fault({ web: { writeKey: env("INKLING_API_KEY") } })).toMatch(/the platform reads its own key/);
  expect(fault({ web, app: web })).toMatch(/^sources\.app\.writeKey is "KEY_WEB": web has it/);
  expect(fault({ web: { ...web, key: "x" } })).toMatch(/key.*writeKey, owner, description/);
  expect(fault({ web: { ...web, owner: "" } })).toMatch(/^sources\.web\.owner/);
  expect(fault({ " web": web })).toMatch(/blanks/);
  expect(fault({ web: "KEY_WEB" })).toMatch(/^sources\.web is "KEY_WEB"/);
  expect(fault(["web"])).toMatch(/^sources is/);
});

describe("a fault names the value and the fix", () => {
  const withAction = (part: object): unknown => ({ actions: { save: { ...save, ...part } } });
  test.each<[string, unknown, string]>([
    ["no object", "x", 'the config is "x": export default'],
    ["an unknown setting", { actions: {}, surface: [] }, 'the config is "surface": it is no setting here'],
    ["no actions", { mode: "strict" }, "actions is undefined: give an object"],
    ["actions as a list", { actions: [save] }, "actions is ["],
    [
      "an action that is no object",
      { actions: { save: "saved" } },
      'actions.save is "saved": declare it by action(',
    ],
    [
      "a name with a comma",
      { actions: { "a,b": save } },
      'the name is "a,b": filters divide names by commas',
    ],
    ["a name with blanks", { actions: { " save": save } }, "without blanks around it"],
    ["an empty name", { actions: { "": save } }, "without blanks around it"],
    ["a name too long", { actions: { ["x".repeat(101)]: save } }, "101 characters, at most 100 can arrive"],
    ["a control character", { actions: { "a\u0000b": save } }, "control character"],
    ["half a character", { actions: { "a\ud800b": save } }, "half a character"],
    ["a word of JavaScript's", { actions: { constructor: save } }, "means something to JavaScript"],
    ["an unknown kind", withAction({ kind: "good" }), 'actions.save.kind is "good": it is one of impression'],
    [
      "a negative strength",
      withAction({ strength: -1 }),
      "actions.save.strength is -1: it is a number from 0",
    ],
    ["a strength that is no number", withAction({ strength: Number.NaN }), "actions.save.strength is NaN"],
    ["a positive action of strength 0", withAction({ strength: 0 }), "a positive action has one above 0"],
    [
      "a strength that is not positive's",
      withAction({ kind: "negative" }),
      "actions.save.strength is 2.5: only a positive action has one, this is negative; leave it out",
    ],
    ["no verb", withAction({ verb: " " }), 'actions.save.verb is " ": give the past tense'],
    ["an unknown annotation", withAction({ retention: 3 }), 'actions.save is "retention": it is no setting'],
    [
      "no retention",
      withAction({ retentionDays: 0 }),
      "actions.save.retentionDays is 0: give whole days from 1",
    ],
    [
      "no rows",
      withAction({ maxRows: 0 }),
      "actions.save.maxRows is 0: it is a whole number from 1 to 16384",
    ],
    ["half a row", withAction({ maxRows: 2.5 }), "actions.save.maxRows is 2.5"],
    ["more rows than are kept", withAction({ maxRows: 16_385 }), "actions.save.maxRows is 16385"],
    [
      "a cap on what is counted with others",
      { actions: { page: { ...save, maxRows: 9 } } },
      "actions.page.maxRows is 9: messages of that type are counted with it",
    ],
    ["half a day", withAction({ retentionDays: 1.5 }), "actions.save.retentionDays is 1.5"],
    ["an unknown sensitivity", withAction({ sensitivity: "high" }), "one of normal, personal, sensitive"],
    ["an owner that is no text", withAction({ owner: 7 }), "actions.save.owner is 7: give a text"],
    ["a property that is no field", withAction({ properties: { a: "text" } }), "properties.a is"],
    [
      "a property that engagements have already",
      withAction({ properties: { dwellMs: number() } }),
      'actions.save.properties is "dwellMs": every engagement may carry it already',
    ],
    ["surfaces that are no list", { actions: {}, surfaces: "home" }, 'surfaces is "home": give a list'],
    [
      "a surface twice",
      { actions: {}, surfaces: ["home", "home"] },
      'surfaces[1] is "home": it is there twice',
    ],
    ["a surface too long", { actions: {}, surfaces: ["x".repeat(65)] }, "at most 64"],
    [
      "a goal that nobody can reach",
      { actions: {}, goals: { paid: goal({ action: "pay", withinDays: 7 }) } },
      'goals.paid.action is "pay": it is one of the declared actions',
    ],
    [
      "a goal without an end",
      { actions: { save }, goals: { paid: goal({ action: "save", withinDays: 0 }) } },
      "goals.paid.withinDays is 0: give whole days from 1 to 90",
    ],
    [
      "vectors that are never refreshed",
      { actions: {}, vectors: { refreshHours: 0 } },
      "vectors.refreshHours is 0: give hours above 0",
    ],
    [
      "models that are fitted without a pause",
      { actions: {}, models: { refitHours: -1 } },
      "models.refitHours is -1: give hours above 0",
    ],
    ["no personalization", { actions: {}, purposes: {} }, "purposes is []: personalization is missing"],
    [
      "a purpose without a default",
      { actions: {}, purposes: { ...defaultPurposes, research: {} } },
      "purposes.research.default is undefined: it is one of granted, denied",
    ],
    [
      "seventeen purposes",
      {
        actions: {},
        purposes: {
          ...defaultPurposes,
          ...Object.fromEntries(Array.from({ length: 14 }, (_, n) => [`p${n}`, { default: "denied" }])),
        },
      },
      "purposes: how many is 17: at most 16 can be told apart",
    ],
    ["an unknown mode", { actions: {}, mode: "hard" }, 'mode is "hard": it is "strict" or "lenient"'],
    ["a choice twice", { actions: {}, traits: { a: oneOf("x", "x") } }, "oneOf has it twice"],
    ["no choice", { actions: {}, traits: { a: oneOf() } }, "oneOf needs a value"],
    [
      "limits crossed",
      { actions: {}, traits: { a: number({ minimum: 3, maximum: 2 }) } },
      "it is above maximum 2",
    ],
    [
      "a limit that is no number",
      { actions: {}, traits: { a: integer({ minimum: Number.NaN }) } },
      "give a number",
    ],
    ["a negative length", { actions: {}, traits: { a: text({ maxLength: -1 }) } }, "a whole number from 0"],
    [
      "a trait's retention",
      { actions: {}, traits: { a: text().annotate({ retentionDays: -1 }) } },
      "traits.a.retentionDays is -1",
    ],
    [
      "limits within a list",
      { actions: {}, itemAttributes: { a: listOf(text({ minLength: -1 })) } },
      "from 0",
    ],
    ["limits below a null", { actions: {}, traits: { a: text({ minLength: -1 }).nullable() } }, "from 0"],
  ])("%s", (_, config, message) => {
    expect(faultOf(config)).toContain(message);
  });
});
