/** @file What does not compile. `tsc` is the judge: an `@ts-expect-error` without an error is one. */
import { describe, expectTypeOf, test } from "vitest";
import {
  type ActionName,
  action,
  anything,
  boolean,
  defaultActions,
  defineConfig,
  type ItemAttributesOf,
  integer,
  listOf,
  number,
  oneOf,
  type PropertiesOf,
  type SurfaceOf,
  type TraitsOf,
  text,
  time,
  type ValuesOf,
} from "#declarations";
import { createClient } from "./client.ts";
import type { Client } from "./types.ts";

const config = defineConfig({
  actions: {
    save: action({
      kind: "positive",
      strength: 2.5,
      verb: "saved",
      properties: { boardId: text(), price: number({ minimum: 0 }).optional() },
    }),
    search: action({ kind: "neutral", verb: "searched for", properties: { query: text().nullable() } }),
    view: action({ kind: "positive", strength: 1, verb: "viewed" }),
  },
  surfaces: ["home", "search"],
  itemAttributes: { brand: text(), price: number(), sizes: listOf(oneOf(1, 2, 3)) },
  traits: { ageBand: oneOf("18-24", "25-34"), isStaff: boolean() },
  mode: "strict",
});
type Given = typeof config;

/** Compiled and never run. */
const never = (_: () => unknown): void => {};
const client = createClient<Given>({ host: "http://127.0.0.1:7070", writeKey: "k" });

test("the types of a config are those of its declarations", () => {
  expectTypeOf<ActionName<Given>>().toEqualTypeOf<"save" | "search" | "view">();
  expectTypeOf<PropertiesOf<Given, "save">>().toEqualTypeOf<{
    boardId: string;
    price?: number | undefined;
  }>();
  expectTypeOf<PropertiesOf<Given, "search">>().toEqualTypeOf<{ query: string | null }>();
  expectTypeOf<SurfaceOf<Given>>().toEqualTypeOf<"home" | "search">();
  expectTypeOf<TraitsOf<Given>>().toEqualTypeOf<{
    readonly ageBand?: "18-24" | "25-34" | undefined;
    readonly isStaff?: boolean | undefined;
  }>();
  expectTypeOf<ItemAttributesOf<Given>>().toEqualTypeOf<{
    readonly brand?: string | undefined;
    readonly price?: number | undefined;
    readonly sizes?: readonly (1 | 2 | 3)[] | undefined;
  }>();
  const fields = { at: time(), count: integer(), more: anything().optional() };
  expectTypeOf<ValuesOf<typeof fields>>().toEqualTypeOf<{ at: string; count: number; more?: unknown }>();
});

test("a config without sections leaves them open", () => {
  const open = defineConfig({ actions: { ...defaultActions, save: action({ kind: "neutral", verb: "x" }) } });
  expectTypeOf<SurfaceOf<typeof open>>().toEqualTypeOf<string>();
  expectTypeOf<TraitsOf<typeof open>>().toEqualTypeOf<Readonly<Record<string, unknown>>>();
  expectTypeOf<"purchase">().toExtend<ActionName<typeof open>>();
});

describe("what compiles", () => {
  test("a client of the config", () => {
    never(() => client.track("ann", "save", { itemId: "i", surface: "home", boardId: "b", price: 3 }));
    never(() => client.track("ann", "save", { boardId: "b", price: undefined }));
    never(() => client.track({ anonymousId: "d" }, "view"));
    never(() => client.track("ann", "view", { itemId: "i" }, { timestamp: new Date(0) }));
    never(() => client.identify("ann", { ageBand: "18-24" }));
    never(() => client.items.put([{ itemId: "i", attributes: { price: 3, sizes: [1, 2] } }]));
    never(async () => {
      const profile = await client.profile("ann");
      expectTypeOf(profile?.traits.ageBand).toEqualTypeOf<"18-24" | "25-34" | undefined>();
    });
  });

  test("a client of the default actions, and one of any config", () => {
    never(() => createClient({ host: "http://h" }).track("ann", "purchase", { itemId: "i", value: 3 }));
    never(() => createClient({ host: "http://h" }).identify("ann", { anything: 1 }));
    expectTypeOf(createClient({ host: "http://h" })).toExtend<Client<{ actions: typeof defaultActions }>>();
  });
});

describe("what does not compile", () => {
  test("events", () => {
    // @ts-expect-error an action that is not declared
    never(() => client.track("ann", "purchase", { itemId: "i" }));
    // @ts-expect-error not an action of the default config
    never(() => createClient({ host: "http://h" }).track("ann", "Product Viewed"));
    // @ts-expect-error a property that is not declared
    never(() => client.track("ann", "save", { boardId: "b", bordId: "b" }));
    // @ts-expect-error a property of another action
    never(() => client.track("ann", "view", { query: "q" }));
    // @ts-expect-error a property of another type
    never(() => client.track("ann", "save", { boardId: 7 }));
    // @ts-expect-error an optional property of another type
    never(() => client.track("ann", "save", { boardId: "b", price: "3" }));
    // @ts-expect-error null where it is not declared
    never(() => client.track("ann", "save", { boardId: null }));
    // @ts-expect-error a required property is missing
    never(() => client.track("ann", "save", { itemId: "i" }));
    // @ts-expect-error all properties are missing
    never(() => client.track("ann", "save"));
    // @ts-expect-error a surface that is not declared
    never(() => client.track("ann", "view", { surface: "related" }));
    // @ts-expect-error the platform's own property of another type
    never(() => client.track("ann", "view", { dwellMs: "3s" }));
    // @ts-expect-error nobody
    never(() => client.track({}, "view"));
  });

  test("traits and items", () => {
    // @ts-expect-error a trait that is not declared
    never(() => client.identify("ann", { shoeSize: 43 }));
    // @ts-expect-error a value that is not among the choices
    never(() => client.identify("ann", { ageBand: "12-17" }));
    // @ts-expect-error an attribute that is not declared
    never(() => client.items.put({ itemId: "i", attributes: { weight: 3 } }));
    // @ts-expect-error an attribute of another type
    never(() => client.items.put({ itemId: "i", attributes: { price: "3" } }));
    // @ts-expect-error an element that is not among the choices
    never(() => client.items.put({ itemId: "i", attributes: { sizes: [4] } }));
    // @ts-expect-error no id
    never(() => client.items.put({ title: "t" }));
    // @ts-expect-error a trait that is not declared, read
    never(async () => (await client.profile("ann"))?.traits.shoeSize);
    // @ts-expect-error a request with a word mistyped
    never(() => client.recommendations({ user: "ann" }));
  });

  test("declarations", () => {
    // @ts-expect-error a strength on an action that is not positive
    never(() => action({ kind: "negative", strength: 1, verb: "hid" }));
    // @ts-expect-error a positive action without one
    never(() => action({ kind: "positive", verb: "saved" }));
    // @ts-expect-error an unknown kind
    never(() => action({ kind: "good", verb: "liked" }));
    // @ts-expect-error a property that is no field
    never(() => action({ kind: "neutral", verb: "x", properties: { a: "text" } }));
    // @ts-expect-error an unknown limit
    never(() => number({ min: 3 }));
    // @ts-expect-error an unknown mode
    never(() => defineConfig({ actions: {}, mode: "hard" }));
    // @ts-expect-error an unknown sensitivity
    never(() => text().annotate({ sensitivity: "high" }));
  });
});
