import { expect, test } from "vitest";
import { SystemClock } from "#base";
import { Catalogue, IdentityGraph } from "#events";
import { planFeatures } from "../definition/plan.ts";
import { OnlineFeatures } from "./online-features.ts";

const nobody = new OnlineFeatures({
  state: { get: async (keys) => keys.map(() => undefined), scan: async () => [] },
  log: { partitionCount: 2, start: () => 0, read: async () => [] },
  catalogue: new Catalogue(),
  identity: new IdentityGraph(),
  clock: new SystemClock(),
  plan: planFeatures([], { actions: [], purposes: [] }),
  partitions: [1],
  services: {},
});

test("the same names are worked out once, and a name with a comma in it is not two names", async () => {
  const two = ["saves_7d", "views_1d"];
  const one = ["saves_7d,views_1d"];
  expect(nobody.asked(two)).toBe(nobody.asked([...two]));
  for (const names of [two, one, two]) {
    expect(nobody.asked(names).names).toEqual(names);
    expect((await nobody.asked(names).read(["ann"])).columns).toBe(names.length);
  }
});

test("a service is what was declared, not what every object has", () => {
  expect(["constructor", "__proto__", "toString"].map((name) => nobody.membersOf(name))).toEqual([
    ...[undefined, undefined, undefined],
  ]);
});
