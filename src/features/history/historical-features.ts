import { PlatformError, type ProgressListener } from "#base";
import {
  type FeatureDefinition,
  type LabelDefinition,
  type NamedPurpose,
  PERSONALIZATION,
} from "#declarations";
import type { PersonControls } from "#sequences";
import type { FeatureValue } from "../aggregation.ts";
import { type EntityPlan, type FeaturePlan, type PlannedFeature, planFeatures } from "../definition/plan.ts";
import type { FeatureVectors } from "../feature-vectors.ts";
import { CollectedItems } from "../items/collect-items.ts";
import type { Answer } from "../online/accumulation.ts";
import { crossKey, type EntityRow } from "../online/entity-rows.ts";
import { reflectsItems, requestFeatures } from "../online/feature-request.ts";
import { controlsFor, mayUse } from "../online/may-use.ts";
import { CollectedRows, type PastEvents, readPast } from "./collect-rows.ts";
import { PersonWalk } from "./person-walk.ts";

/** What a training set is made of. */
export interface HistoricalQuery {
  /** Definitions, which need not be applied: what is asked for, and what that is made of. */
  readonly definitions: readonly FeatureDefinition[];
  readonly actions: readonly string[];
  readonly purposes: readonly NamedPurpose[];
  /** Topics that nothing is said of; default: those that are sensitive everywhere. */
  readonly isSensitive?: (topic: string) => boolean;
  /** In the order of the columns. */
  readonly names: readonly string[];
  readonly labels?: readonly LabelDefinition[];
  /** Whose features, as of when: of a person, of an item, or of both. */
  readonly rows: readonly HistoricalAsk[];
}

/** Whose features, and the moment they are of. */
export interface HistoricalAsk extends EntityRow {
  readonly timestampMs: number;
}

/** One row of a training set. */
export interface HistoricalRow extends HistoricalAsk {
  /** Its place among the rows asked for. */
  readonly position: number;
  /** By name; all `null` for a person who was not met yet, or who refuses now. */
  readonly values: readonly FeatureValue[];
  /** By name, whether the person's newest choice refuses what it is for. */
  readonly refused: readonly boolean[];
  /** By name, when the person last muted or had forgotten what the value could be of; -Infinity where never. What `values` say is without it. */
  readonly controlledMs: readonly number[];
  /** By label; `null` where the label's time is not over at the newest event there is. */
  readonly labels: readonly FeatureValue[];
}

/**
 * Features of people as of the times given: each value reflects events up to its row's time and none later, so it is what would have been served
 * then, late arrivals included. Rows come person by person, each in the order of time. Reads everything the features need into memory
 * once (20 to 40 bytes an event); O(log + rows x events of a person in the longest window).
 * @throws PlatformError `invalid-request` for a name that no definition has
 */
export async function getHistoricalFeatures(
  past: PastEvents,
  query: HistoricalQuery,
  progress: ProgressListener,
): Promise<Generator<HistoricalRow>> {
  const { definitions, names, labels = [], rows } = query;
  const unknown = names.find((name) => !definitions.some((definition) => definition.name === name));
  if (unknown !== undefined) throw new PlatformError("invalid-request", `no feature is called "${unknown}"`);
  const plan = planFeatures([...definitions, ...labels.map(asFeature)], query);
  const { collected, items } = await collectFor(rows, names, plan, past, progress);
  const request = requestFeatures(plan, names, past.catalogue);
  const ofItems = itemValues(rows, names, plan.items, items, past);
  const labelRequests = labels.map(({ name }) => requestFeatures(plan, [name], past.catalogue));
  const byPerson = groupByPerson(rows, past);
  const nothing = names.map(() => null);
  const reflected = request.asked.map(({ planned }) => planned !== undefined && reflectsItems(planned, plan));
  const controls = new Map<string, PersonControls>();
  for (const person of request.saysItems ? byPerson.keys() : []) {
    const said = await controlsFor(request, past.state, past.identity.idsOf(person));
    if (said && !said.isEmpty) controls.set(person, said);
  }

  function* generate(): Generator<HistoricalRow> {
    let done = 0;
    for (const [person, asked] of byPerson) {
      const ids = person === "" ? [] : past.identity.idsOf(person);
      const events = collected.rowsOf(ids) ?? [];
      const choices = collected.choicesOf(ids);
      const refused = request.asked.map(
        ({ planned }) => planned !== undefined && !mayUse(planned, plan, choices),
      );
      const newestMs = controls.get(person)?.newestMs ?? Number.NEGATIVE_INFINITY;
      const controlledMs = reflected.map((isReflected) =>
        isReflected ? newestMs : Number.NEGATIVE_INFINITY,
      );
      const walk = new PersonWalk(events, request, past.catalogue, controls.get(person));
      const labelWalks = labelRequests.map((one) => new PersonWalk(events, one, past.catalogue));
      for (const row of asked) {
        const answers = walk.at(row.timestampMs);
        // Nothing is served of somebody before their first event.
        const isMet = events.length > 0 && events[0]!.timestampMs <= row.timestampMs;
        const valueAt = (n: number): FeatureValue => {
          const { planned } = request.asked[n]!; // one for each
          return planned && !refused[n] ? valueFor(answers[n]!, planned, row) : null; // its name is known
        };
        const values = ofItems(row.position, isMet ? nothing.map((_, n) => valueAt(n)) : nothing);
        const told = labels.map(({ withinMs }, n) => {
          const endMs = row.timestampMs + withinMs;
          if (endMs > collected.newestMs || person === "") return null;
          return labelWalks[n]!.at(endMs)[0]?.value ?? null; // one for each
        });
        yield { ...row, values, refused, controlledMs, labels: told };
      }
      done += asked.length;
      progress({ stage: "joining features", done, total: rows.length });
    }
  }
  return generate();
}

/** Reads the past once, for people and, where features of them are asked for, items. */
async function collectFor(
  rows: readonly HistoricalAsk[],
  names: readonly string[],
  plan: FeaturePlan,
  past: PastEvents,
  progress: ProgressListener,
): Promise<{ collected: CollectedRows; items: CollectedItems }> {
  const { identity, catalogue } = past;
  const people = new Set(rows.flatMap(({ userId }) => (userId === undefined ? [] : identity.idsOf(userId))));
  const wanted = new Set(
    rows.flatMap(({ itemId }) => (itemId === undefined ? [] : (catalogue.rowOf(itemId) ?? []))),
  );
  const collected = new CollectedRows(plan, past, people);
  const items = new CollectedItems(plan.items, catalogue, { items: wanted });
  const asksItems = names.some((name) => plan.items.features.has(name));
  await readPast(past, asksItems ? [collected, items] : [collected], progress);
  return { collected, items };
}

/** Puts the values of features of items in the places of a row's values. */
function itemValues(
  rows: readonly HistoricalAsk[],
  names: readonly string[],
  plan: EntityPlan,
  items: CollectedItems,
  { catalogue }: PastEvents,
): (position: number, values: readonly FeatureValue[]) => readonly FeatureValue[] {
  const places = [...names.keys()].filter((n) => plan.features.has(names[n]!)); // a place among them
  if (places.length === 0) return (_, values) => values;
  const request = requestFeatures(
    plan,
    places.map((n) => names[n]!),
    catalogue,
  ); // as above
  const byItem = new Map<number, number[]>();
  for (const [position, { itemId }] of rows.entries()) {
    const item = itemId === undefined ? undefined : catalogue.rowOf(itemId);
    if (item !== undefined) byItem.set(item, [...(byItem.get(item) ?? []), position]);
  }
  const found = new Map<number, readonly FeatureValue[]>();
  for (const [item, positions] of byItem) {
    positions.sort((left, right) => rows[left]!.timestampMs - rows[right]!.timestampMs); // positions of rows
    const times = positions.map((position) => rows[position]!.timestampMs); // as above
    for (const answers of items.answersAt(item, times, request)) {
      const position = positions.shift()!; // one for each time
      if (answers)
        found.set(
          position,
          answers.map((answer, n) => valueFor(answer!, request.asked[n]!.planned!, rows[position]!)), // all known
        );
    }
  }
  return (position, values) => {
    const own = found.get(position);
    if (!own) return values;
    const filled = [...values];
    for (const [n, place] of places.entries()) filled[place] = own[n]!; // one for each
    return filled;
  };
}

/** Of a feature that is about a pair, the value under the row's key. */
function valueFor(answer: Answer, planned: PlannedFeature, row: EntityRow): FeatureValue {
  if (!answer.under) return answer.value;
  const key = crossKey(planned, row);
  return key === undefined ? null : answer.under(key).value;
}

/** A training set as numbers: row n of `vectors`, shape (rows, features), and of `labels`, shape (rows, labels), is row n of those asked for. */
export interface HistoricalVectors {
  readonly vectors: Float64Array;
  readonly labels: Float64Array;
}

/** As {@link getHistoricalFeatures}, for a model: the same numbers, bit for bit, that it is asked with ({@link FeatureVectors}). */
export async function getHistoricalVectors(
  past: PastEvents,
  wanted: FeatureVectors,
  query: Omit<HistoricalQuery, "names">,
  progress: ProgressListener,
): Promise<HistoricalVectors> {
  const width = query.labels?.length ?? 0;
  const vectors = new Float64Array(query.rows.length * wanted.size);
  const labels = new Float64Array(query.rows.length * width);
  const rows = await getHistoricalFeatures(past, { ...query, names: wanted.names }, progress);
  for (const { position, values, labels: told } of rows) {
    wanted.write(values, vectors, position * wanted.size);
    for (let n = 0; n < width; n++) labels[position * width + n] = (told[n] as number | null) ?? Number.NaN; // labels are numbers
  }
  return { vectors, labels };
}

/** A label at t is the feature over its time, seen from the end of that. */
function asFeature({ name, from, where, aggregate, withinMs }: LabelDefinition): FeatureDefinition {
  return {
    kind: "aggregate",
    name,
    entity: "user",
    view: "label",
    from,
    ...(where && { where }),
    aggregate,
    window: { kind: "sliding", ms: withinMs },
    purpose: PERSONALIZATION,
  };
}

type Asked = HistoricalAsk & { readonly position: number };

/** The rows about nobody are under "". */
function groupByPerson(rows: readonly HistoricalAsk[], { identity }: PastEvents): Map<string, Asked[]> {
  const byPerson = new Map<string, Asked[]>();
  for (const [position, asked] of rows.entries()) {
    const person = asked.userId === undefined ? "" : identity.personOf(asked.userId);
    const row = { ...asked, position };
    const known = byPerson.get(person);
    if (known) known.push(row);
    else byPerson.set(person, [row]);
  }
  for (const asked of byPerson.values()) asked.sort((left, right) => left.timestampMs - right.timestampMs);
  return byPerson;
}
