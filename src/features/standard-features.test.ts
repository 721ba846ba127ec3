/** @file The standard library over people whose right answer can be said in a sentence, and what is not bounded by their events. */
import { expect, test } from "vitest";
import { DAY_MS, type EventId, HOUR_MS, type UserId } from "#base";
import { count, defaultActions, events, feature, purposesOf, standardFeatures } from "#declarations";
import { Catalogue, encodeEvent, IdentityGraph, type StoredEvent, viewEvent } from "#events";
import type { StateOperation, StateReader } from "#storage";
import type { FeatureValue } from "./aggregation.ts";
import { planFeatures } from "./definition/plan.ts";
import { CollectedRows } from "./history/collect-rows.ts";
import { featuresAt } from "./history/features-at.ts";
import { requestFeatures } from "./online/feature-request.ts";
import { readFeatures } from "./online/read-features.ts";
import { FeatureState } from "./state/apply-features.ts";
import { MAX_ROWS } from "./state/directory.ts";

const NOON = Date.UTC(2026, 2, 4, 12); // a Wednesday
const purposes = purposesOf({ actions: defaultActions });
const actions = Object.keys(defaultActions);
const catalogue = new Catalogue();
for (const [itemId, tags] of [
  ["cup", ["craft"]],
  ["vase", ["craft"]],
  ["map", ["travel"]],
] as const)
  catalogue.apply({ kind: "item", itemId, input: { tags: [...tags], vector: [tags.length, 0] } });

let made = 0;
function act(name: string, itemId: string, daysAgo: number, hour = 12): StoredEvent {
  const timestampMs = NOON - daysAgo * DAY_MS + (hour - 12) * HOUR_MS;
  return {
    ...{ kind: "track", eventId: `e${made++}` as EventId, userId: "ann" as UserId, name },
    ...{ timestampMs, receivedAtMs: timestampMs, traits: {}, rest: {} },
    properties: { itemId, surface: "home", dwellMs: 1000 },
  };
}

/** Every standard feature at noon. */
function featuresOf(events: readonly StoredEvent[]): Readonly<Record<string, FeatureValue | undefined>> {
  const plan = planFeatures(standardFeatures(defaultActions), { actions, purposes });
  const rows = new CollectedRows(plan, { catalogue, identity: new IdentityGraph() });
  for (const [offset, event] of events.entries()) rows.take(viewEvent(encodeEvent(event)), offset);
  const names = [...plan.features.keys()];
  const answers = featuresAt(rows.rowsOf(["ann"])!, requestFeatures(plan, names, catalogue), NOON, catalogue);
  return Object.fromEntries(names.map((name, n) => [name, answers[n]?.value]));
}

test("who views the same craft every Wednesday at nine has one topic, one weekday and one hour", () => {
  const found = featuresOf([0, 7, 14, 21].map((days) => act("view", days === 0 ? "vase" : "cup", days, 9)));
  expect(found).toMatchObject({
    ...{ did_view_1d: 1, did_view_7d: 1, did_view_30d: 4, did_view_ever: 4, since_view: 3 * 3600 },
    ...{ engagements_30d: 4, active_days_30d: 4, engagements_per_active_day: 1, items_30d: 2 },
    ...{ topics_30d: 1, topic_entropy_30d: 0, top_topic: "craft", topic_shares_90d: { craft: 1 } },
    ...{ hour_entropy_90d: 0, usual_hour: "9", weekday_entropy_90d: 0, usual_weekday: "3" },
    ...{
      surface_shares_30d: { home: 1 },
      last_items: ["vase", "cup", "cup", "cup"],
      interest_embedding: [1, 0],
    },
    ...{ session_engagements: 0, dwell_30d: 1000, engagement_trend: (30 / 7) * 0.25 },
  });
  const affinity = found["topic_affinity_90d"] as { craft: number };
  const ages = [0, 7, 14, 21].map((days) => (days * 24 + 3) / 24);
  expect(affinity.craft).toBeCloseTo(
    ages.reduce((sum, days) => sum + 2 ** (-days / 14), 0),
    12,
  );
});

test("a visit is what is close together, saves that are come back to are told, and so is a topic people are tired of", () => {
  const found = featuresOf([
    act("purchase", "map", 40),
    act("view", "map", 3),
    act("view", "map", 2),
    act("view", "cup", 2),
    ...Array.from({ length: 10 }, () => act("impression", "cup", 1)),
    ...[11.9, 11.8, 11.7].map((hour) => act("view", "cup", 0, hour)),
    act("impression", "map", 0),
  ]);
  expect(found).toMatchObject({
    ...{ session_engagements: 3, session_items: 1, session_by_topic: { craft: 3 } },
    revisits_of_kept_30d: 2,
    topic_rate_7d: { craft: 4 / 20, travel: 2 / 11 },
    engagement_rate_15d: 6 / 11,
    prevalence_14d: 3 - 0, // today three views for one impression, yesterday none for ten
  });
});

test("what one id keeps for windows is bounded; a window that asks for more says so", async () => {
  const busy = feature("views_30d", { from: events("view"), aggregate: count(), window: "30d" });
  const recent = feature("views_1d", { from: events("view"), aggregate: count(), window: "1d" });
  const plan = planFeatures([busy, recent], { actions, purposes });
  const features = new FeatureState(plan, catalogue);
  const state = new MapState();
  const total = MAX_ROWS + 9000;
  for (let from = 0; from < total; from += 20_000) {
    const arrivals = Array.from({ length: Math.min(20_000, total - from) }, (_, n) => {
      const at = act("view", "cup", (20 * (total - from - n)) / total);
      return {
        offset: from + n,
        event: viewEvent(encodeEvent({ ...at, timestampMs: Math.floor(at.timestampMs) })),
      };
    });
    state.write(await features.apply(new Map([["ann", arrivals]]), 1, state));
  }
  const request = requestFeatures(plan, ["views_30d", "views_1d"], catalogue);
  const [[month, day] = []] = await readFeatures(
    {
      state,
      catalogue,
      identity: new IdentityGraph(),
      log: { partitionCount: 2, start: () => 0, read: async () => [] },
    },
    request,
    ["ann"],
    NOON,
  );
  expect(month).toMatchObject({ status: "OUTSIDE_MAX_AGE", isCut: true });
  expect(day).toMatchObject({ status: "PRESENT", value: expect.closeTo(total / 20, -1) });
  expect(state.bytes).toBeLessThan(40 * MAX_ROWS);
});

/** State in a map. */
class MapState implements StateReader {
  readonly #entries = new Map<string, { readonly key: Uint8Array; readonly value: Uint8Array }>();

  get bytes(): number {
    return [...this.#entries.values()].reduce((sum, { key, value }) => sum + key.length + value.length, 0);
  }

  async get(keys: readonly Uint8Array[]) {
    return keys.map((key) => this.#entries.get(textOf(key))?.value);
  }

  async scan({ prefix }: { readonly prefix: Uint8Array }) {
    const found = [...this.#entries].filter(([name]) => name.startsWith(textOf(prefix)));
    return found.sort(([left], [right]) => (left < right ? -1 : 1)).map(([, entry]) => entry);
  }

  write(operations: readonly StateOperation[]): void {
    for (const operation of operations) {
      if (operation.kind === "put") this.#entries.set(textOf(operation.key), operation);
      else this.#entries.delete(textOf(operation.key));
    }
  }
}

function textOf(key: Uint8Array): string {
  return Buffer.from(key).toString("latin1");
}
