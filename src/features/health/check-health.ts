import { murmur3, type ProgressListener } from "#base";
import type { EntityKind } from "#declarations";
import { listUsers } from "#sequences";
import type { EntityPlan, FeaturePlan, PlannedFeature } from "../definition/plan.ts";
import { canonicalJson } from "../definition/version.ts";
import { CollectedRows, type PastEvents, readPast } from "../history/collect-rows.ts";
import { featuresAt } from "../history/features-at.ts";
import { CollectedItems } from "../items/collect-items.ts";
import { itemPrefix, userPartitions } from "../items/item-keys.ts";
import { readItems } from "../items/read-items.ts";
import type { Answer } from "../online/accumulation.ts";
import { requestFeatures } from "../online/feature-request.ts";
import { controlsFor } from "../online/may-use.ts";
import { readFeatures } from "../online/read-features.ts";
import type { OnlineValue } from "../online/value-table.ts";
import { featuresPrefix } from "../state/feature-keys.ts";
import { type FeatureBaseline, keptOf, newBaseline } from "./baseline.ts";
import { Distribution, indexByChance, type Quantiles, stabilityIndex } from "./drift.ts";
import { type Measure, measureOf } from "./measure.ts";
import { momentsBetween, type PastMoment, PastMoments } from "./past-moments.ts";
import { type Spread, spreadOf } from "./spread.ts";
import { type StateBytes, stateBytesOf } from "./state-bytes.ts";

/**
 * @file Whether what is served is what the log says, and how the values lie: for a sample of people every feature is read as a consumer
 * reads it, and walked from the log as of the same moment. Any difference is a fault: the target is exactly none.
 */
export interface HealthQuery {
  readonly plan: FeaturePlan;
  /** Service -> names. */
  readonly services: Readonly<Record<string, readonly string[]>>;
  /** People drawn at most, by hash of their ids and the seed. */
  readonly people: number;
  readonly seed: number;
  readonly nowMs: number;
  /** What drift is measured against. */
  readonly baseline?: FeatureBaseline;
}

export interface HealthReport {
  readonly at: string;
  /** Looked at; as many items as people, where there are features of items. */
  readonly people: number;
  readonly items: number;
  /** Values compared, and those that differed. */
  readonly compared: number;
  readonly skewed: number;
  readonly features: readonly FeatureHealth[];
  /** Part of the people for whom every feature of the service has a value. */
  readonly coverage: Readonly<Record<string, number>>;
  /** Of those looked at; absent of items where no feature is about them. */
  readonly stateBytes: { readonly people: StateBytes; readonly items?: StateBytes };
  /** For the next check to be measured against. */
  readonly baseline: FeatureBaseline;
}

export interface FeatureHealth {
  readonly name: string;
  readonly version: string;
  readonly entity: EntityKind;
  /** People, or items, for which the served value is another than the log's. */
  readonly skew: number;
  /** One of them, so that somebody can look. */
  readonly skewedUser?: string;
  readonly skewedItem?: string;
  readonly nullRate: number;
  /** Median age of the newest event reflected; `null` where none is. */
  readonly freshnessSeconds: number | null;
  /** Of numbers. */
  readonly quantiles: Quantiles;
  readonly measure: Measure;
  /** Against the baseline; `null` where there is none of this lineage. */
  readonly stabilityIndex: number | null;
  /** What the index reaches by chance alone, from samples of these sizes, 5 times of 100. */
  readonly indexByChance: number | null;
  /** Of numbers; absent where nobody has one. */
  readonly spread?: Spread;
  /** As of earlier moments, oldest first. */
  readonly past: readonly PastMoment[];
}

/** O(users + items + log): reads the log once. `past.state` does not change meanwhile: a snapshot. */
export async function checkHealth(
  past: PastEvents,
  query: HealthQuery,
  progress: ProgressListener,
): Promise<HealthReport> {
  const { plan, people, seed, nowMs, services } = query;
  const { catalogue, identity } = past;
  const names = [...plan.features.keys()];
  const request = requestFeatures(plan, names, catalogue);
  const sample = await drawPeople(past, people, seed);
  const drawn = drawItems(past, plan, people, seed);
  const collected = new CollectedRows(plan, past, new Set(sample.flatMap((one) => identity.idsOf(one))));
  const items = new CollectedItems(plan.items, catalogue, { items: new Set(drawn) });
  await readPast(past, drawn.length > 0 ? [collected, items] : [collected], progress);
  const served = await readFeatures(past, request, sample, nowMs);
  const rowsOf = sample.map((person) => collected.rowsOf(identity.idsOf(person)) ?? []);
  const firstMs = rowsOf.reduce((least, rows) => Math.min(least, rows[0]?.timestampMs ?? least), nowMs);
  const ofPeople = new Comparison(names, query.plan, momentsBetween(firstMs, nowMs));
  for (const [n, person] of sample.entries()) {
    const rows = rowsOf[n]!; // one for each
    const controls = await controlsFor(request, past.state, identity.idsOf(person));
    const walked = (atMs: number) => featuresAt(rows, request, atMs, catalogue, controls);
    const atMs = Math.max(nowMs, rows.at(-1)?.timestampMs ?? 0);
    ofPeople.take(person, served[n]!, walked(atMs), atMs); // one for each
    ofPeople.takePast(served[n]!, (timeMs) =>
      rows[0] && rows[0].timestampMs <= timeMs ? walked(timeMs) : undefined,
    );
  }
  const ofItems = await compareItems({ past, plan, drawn, nowMs, timesMs: ofPeople.past.timesMs }, items);
  const features = [...ofPeople.health(plan, query.baseline), ...ofItems.health(plan.items, query.baseline)];
  return {
    at: new Date(nowMs).toISOString(),
    people: sample.length,
    items: drawn.length,
    compared: ofPeople.compared + ofItems.compared,
    skewed: features.reduce((sum, { skew }) => sum + skew, 0),
    features,
    coverage: coverageOf(services, names, served),
    stateBytes: await takenBy(past, sample, drawn),
    baseline: newBaseline(nowMs, plan, new Map([...ofPeople.distributions, ...ofItems.distributions])),
  };
}

async function takenBy(
  { state, identity, log }: PastEvents,
  people: readonly string[],
  items: readonly number[],
): Promise<HealthReport["stateBytes"]> {
  const ofPeople = people.map((person) => identity.idsOf(person).map(featuresPrefix));
  const ofItems = items.map((item) => userPartitions(log).map((partition) => itemPrefix(item, partition)));
  return {
    people: await stateBytesOf(state, ofPeople),
    ...(items.length > 0 && { items: await stateBytesOf(state, ofItems) }),
  };
}

interface ItemsQuery {
  readonly past: PastEvents;
  readonly plan: FeaturePlan;
  readonly drawn: readonly number[];
  readonly nowMs: number;
  /** Earlier moments to look at, ascending. */
  readonly timesMs: readonly number[];
}

async function compareItems(
  { past, plan, drawn, nowMs, timesMs }: ItemsQuery,
  collected: CollectedItems,
): Promise<Comparison> {
  const { catalogue, log } = past;
  const names = [...plan.items.features.keys()];
  const comparison = new Comparison(names, plan, timesMs);
  if (drawn.length === 0) return comparison;
  const request = requestFeatures(plan.items, names, catalogue);
  const ids = drawn.map((item) => catalogue.at(item).itemId);
  const served = await readItems({ ...past, partitions: userPartitions(log) }, request, ids, nowMs);
  for (const [n, item] of drawn.entries()) {
    const atMs = Math.max(nowMs, collected.newestMs(item));
    const [walked] = collected.answersAt(item, [atMs], request);
    comparison.take(ids[n]!, served[n]!, walked, atMs); // one for each
    const earlier = collected.answersAt(item, timesMs, request);
    comparison.takePast(served[n]!, () => earlier.next().value ?? undefined); // as above, in the order of the times
  }
  return comparison;
}

/** What is served of each feature beside what the log says. */
class Comparison {
  readonly names: readonly string[];
  readonly counts: readonly FeatureCount[];
  readonly past: PastMoments;
  compared = 0;

  constructor(names: readonly string[], { definitions }: FeaturePlan, timesMs: readonly number[]) {
    const byName = new Map(definitions.map((definition) => [definition.name, definition]));
    const measures = names.map((name) => measureOf(byName.get(name)!, byName)); // one of its names
    this.names = names;
    this.past = new PastMoments(measures, timesMs);
    this.counts = measures.map((measure) => ({
      distribution: new Distribution(measure),
      agesMs: [],
      skewed: [],
    }));
  }

  /** By name. */
  get distributions(): (readonly [string, Distribution])[] {
    return this.names.map((name, n) => [name, this.counts[n]!.distribution]); // one for each
  }

  /** Of each feature, against the baseline where that has it. */
  health(plan: EntityPlan, baseline: FeatureBaseline | undefined): FeatureHealth[] {
    return this.names.map((name, n) => {
      const planned = plan.features.get(name)!; // one of its names
      const counted = this.counts[n]!; // one for each
      const before = keptOf(baseline, planned, counted.distribution.measure);
      const past = this.past.of(n, before ?? counted.distribution);
      return { ...healthOf(counted, planned, before), past };
    });
  }

  take(
    id: string,
    served: readonly OnlineValue[],
    walked: readonly (Answer | undefined)[] | undefined,
    atMs: number,
  ): void {
    for (const [n, counted] of this.counts.entries()) {
      const value = served[n]!; // one for each
      take(counted, value, atMs);
      if (value.isCut) continue; // told to be of a part
      if (value.status === "NOT_FOUND") continue; // refused, or never met
      this.compared++;
      if (!isSame(value, walked?.[n])) counted.skewed.push(id);
    }
  }

  /** What the log says of earlier moments; `undefined` of one before the first event. */
  takePast(
    served: readonly OnlineValue[],
    walkedAt: (timeMs: number) => readonly (Answer | undefined)[] | undefined,
  ): void {
    for (const [moment, timeMs] of this.past.timesMs.entries()) {
      const walked = walkedAt(timeMs);
      if (walked) this.past.take(moment, walked, (n) => served[n]!.status !== "NOT_FOUND"); // refused
    }
  }
}

interface FeatureCount {
  readonly distribution: Distribution;
  readonly agesMs: number[];
  readonly skewed: string[];
}

function take({ distribution, agesMs }: FeatureCount, { value, newestMs }: OnlineValue, atMs: number): void {
  distribution.take(value);
  if (newestMs !== undefined) agesMs.push(atMs - newestMs);
}

function isSame(served: Answer, walked: Answer | undefined): boolean {
  if (!walked) return false;
  return served.newestMs === walked.newestMs && canonicalJson(served.value) === canonicalJson(walked.value);
}

function healthOf(
  { distribution, agesMs, skewed }: FeatureCount,
  { definition: { name, entity }, version }: PlannedFeature,
  before: Distribution | undefined,
): Omit<FeatureHealth, "past"> {
  const { people, absent, measure } = distribution;
  const spread = spreadOf(distribution, before);
  const sorted = [...agesMs].sort((left, right) => left - right);
  const median = sorted[Math.floor((sorted.length - 1) / 2)];
  return {
    ...{ name, version, entity, measure },
    skew: skewed.length,
    ...(skewed[0] !== undefined &&
      (entity === "user" ? { skewedUser: skewed[0] } : { skewedItem: skewed[0] })),
    nullRate: people === 0 ? 0 : absent / people,
    freshnessSeconds: median === undefined ? null : median / 1000,
    quantiles: distribution.quantiles,
    stabilityIndex: before ? stabilityIndex(before, distribution) : null,
    indexByChance: before ? indexByChance(before, distribution) : null,
    ...(spread && { spread }),
  };
}

function coverageOf(
  services: HealthQuery["services"],
  names: readonly string[],
  served: readonly (readonly OnlineValue[])[],
): Record<string, number> {
  const covered = Object.entries(services).map(([service, members]) => {
    const places = members.map((name) => names.indexOf(name));
    const whole = served.filter((values) =>
      places.every((place) => values[place]?.status === "PRESENT"),
    ).length;
    return [service, served.length === 0 ? 0 : whole / served.length] as const;
  });
  return Object.fromEntries(covered);
}

const USERS_AT_ONCE = 1000;

/** The items whose hashes are least, where any feature is about them. */
function drawItems({ catalogue }: PastEvents, { items }: FeaturePlan, count: number, seed: number): number[] {
  if (items.features.size === 0) return [];
  return Array.from({ length: catalogue.itemCount }, (_, item) => ({
    item,
    hash: murmur3(catalogue.at(item).itemId, seed),
  }))
    .sort((left, right) => left.hash - right.hash)
    .slice(0, count)
    .map(({ item }) => item);
}

/** The people whose hashes are least: the same for a seed, whoever comes besides. */
async function drawPeople({ state, identity }: PastEvents, count: number, seed: number): Promise<string[]> {
  let drawn: { readonly person: string; readonly hash: number }[] = [];
  for (let after: string | undefined; ; ) {
    const users = await listUsers(state, USERS_AT_ONCE, after);
    after = users.at(-1);
    const people = new Set(users.map((userId) => identity.personOf(userId)));
    drawn = [
      ...drawn.filter(({ person }) => !people.has(person)),
      ...Array.from(people, (person) => ({ person, hash: murmur3(person, seed) })),
    ]
      .sort((left, right) => left.hash - right.hash)
      .slice(0, count);
    if (after === undefined) return drawn.map(({ person }) => person);
  }
}
