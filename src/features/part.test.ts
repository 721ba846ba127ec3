import { expect, test } from "vitest";
import { Random } from "#base";
import { action, count, defineConfig, event, events, feature, integer, last, lastK } from "#declarations";
import { Catalogue } from "#events";
import { planFeatures } from "./definition/plan.ts";
import type { FeatureRow } from "./feature-row.ts";
import { Part, RowReader } from "./part.ts";

const names = Array.from({ length: 10 }, (_, n) => `f${n}`);
const properties = Object.fromEntries(names.map((name) => [name, integer()]));
const { features } = defineConfig({
  actions: {
    view: action({ kind: "neutral", verb: "viewed", properties }),
    save: action({ kind: "neutral", verb: "saved", properties }),
  },
  features: [
    ...names.map((name) => feature(name, { from: events("view"), aggregate: last(event.number(name)) })),
    feature("views", { from: events("view"), aggregate: count() }),
    feature("newest", { from: events("view", "save"), aggregate: lastK(event.number("f1"), 3) }),
    feature("saves_by", {
      from: events("save"),
      keyedBy: event.number("f2"),
      aggregate: count(),
      window: "30d",
    }),
    feature("saved", { from: events("save"), aggregate: last(event.number("f9")) }),
  ],
});
const plan = planFeatures(features, {
  actions: ["view", "save"],
  purposes: [{ name: "personalization", default: "granted" }],
});
const reader = new RowReader(plan, new Catalogue(), () => true);

/** The part of rows of these times; the place in the log is that in the list. */
function partOf(timesMs: readonly number[], random: Random): Part {
  const part = new Part();
  for (const [offset, timestampMs] of timesMs.entries()) {
    const source = plan.sources[random.integer(2)]!;
    const columns = source.columns.map(() => random.integer(500));
    const streams = Uint8Array.of(255);
    const row: FeatureRow = { source, timestampMs, offset, streams, columns };
    reader.visit(row, (tally, key, value) => part.add(tally, key, value, row));
  }
  return part;
}

test("what is written is read again, whole or only what is wanted, whichever events its tallies share", () => {
  const random = Random.of(1, "parts");
  for (let round = 0; round < 300; round++) {
    const timesMs = Array.from({ length: random.integer(6) }, () => 1e12 + random.integer(3));
    const bytes = partOf(timesMs, random).encode(plan);
    const whole = Part.decode(bytes, plan);
    expect(whole.encode(plan)).toEqual(bytes);
    const wanted = plan.tallies
      .slice(0, random.integer(plan.tallies.length))
      .map(() => random.integer(2) === 1);
    const some = Part.decode(bytes, plan, wanted);
    for (const [n, tally] of plan.tallies.entries())
      expect(some.of(tally)).toEqual(wanted[n] ? whole.of(tally) : undefined);
  }
});

test("ten values of one event take its time and place once", () => {
  const part = new Part();
  const source = plan.sources.find((one) => one.action === "view")!;
  const columns = source.columns.map(() => 5);
  const row = { source, timestampMs: 1.7e12, offset: 1e6, streams: Uint8Array.of(255), columns };
  reader.visit(row, (tally, key, value) => part.add(tally, key, value, row));
  const lasts = names.map((name) => {
    const planned = plan.features.get(name);
    if (planned?.kind !== "aggregate") throw new Error(`${name} is an aggregate`);
    return planned.tally;
  });
  const [step, time, value, again, place] = [1, 6, 1, 1, 3];
  expect(part.encode({ tallies: lasts })).toHaveLength(
    step + time + value + again + place + 9 * (step + value),
  );
});
