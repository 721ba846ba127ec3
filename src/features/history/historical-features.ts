import { PlatformError, type ProgressListener } from "#base";
import {
  type FeatureDefinition,
  type LabelDefinition,
  type NamedPurpose,
  PERSONALIZATION,
} from "#declarations";
import type { PersonRow } from "#storage";
import type { FeatureValue } from "../aggregation.ts";
import { planFeatures } from "../definition/plan.ts";
import type { FeatureVectors } from "../feature-vectors.ts";
import { requestFeatures } from "../online/feature-request.ts";
import { mayUse } from "../online/may-use.ts";
import { collectRows, type PastEvents } from "./collect-rows.ts";
import { featuresAt } from "./features-at.ts";

/** What a training set is made of. */
export interface HistoricalQuery {
  /** Definitions, which need not be applied: what is asked for, and what that is made of. */
  readonly definitions: readonly FeatureDefinition[];
  readonly actions: readonly string[];
  readonly purposes: readonly NamedPurpose[];
  /** In the order of the columns. */
  readonly names: readonly string[];
  readonly labels?: readonly LabelDefinition[];
  /** Whose features, as of when. */
  readonly rows: readonly PersonRow[];
}

/** One row of a training set. */
export interface HistoricalRow extends PersonRow {
  /** Its place among the rows asked for. */
  readonly position: number;
  /** By name; all `null` for a person who was not met yet, or who refuses now. */
  readonly values: readonly FeatureValue[];
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
  const wanted = new Set(rows.flatMap(({ userId }) => past.identity.idsOf(userId)));
  const plan = planFeatures([...definitions, ...labels.map(asFeature)], query);
  const collected = await collectRows(past, plan, wanted, progress);
  const request = requestFeatures(plan, names, past.catalogue);
  const labelRequest = requestFeatures(
    plan,
    labels.map(({ name }) => name),
    past.catalogue,
  );
  const byPerson = groupByPerson(rows, past);
  const nothing = names.map(() => null);

  function* generate(): Generator<HistoricalRow> {
    let done = 0;
    for (const [person, asked] of byPerson) {
      const ids = past.identity.idsOf(person);
      const events = collected.rowsOf(ids) ?? [];
      const choices = collected.choicesOf(ids);
      const isUsable = request.asked.map(
        ({ planned }) => planned !== undefined && mayUse(planned, plan, choices),
      );
      for (const row of asked) {
        const answers = featuresAt(events, request, row.timestampMs, past.catalogue);
        // Nothing is served of somebody before their first event.
        const isMet = events.length > 0 && events[0]!.timestampMs <= row.timestampMs;
        const values = !isMet ? nothing : answers.map((answer, n) => (isUsable[n] ? answer!.value : null)); // its name is known
        const told = labels.map(({ withinMs }, n) => {
          const endMs = row.timestampMs + withinMs;
          if (endMs > collected.newestMs) return null;
          return featuresAt(events, labelRequest, endMs, past.catalogue)[n]?.value ?? null;
        });
        yield { ...row, values, labels: told };
      }
      done += asked.length;
      progress({ stage: "joining features", done, total: rows.length });
    }
  }
  return generate();
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

type Asked = PersonRow & { readonly position: number };

function groupByPerson(rows: readonly PersonRow[], { identity }: PastEvents): Map<string, Asked[]> {
  const byPerson = new Map<string, Asked[]>();
  for (const [position, { userId, timestampMs }] of rows.entries()) {
    const person = identity.personOf(userId);
    const row = { userId, timestampMs, position };
    const known = byPerson.get(person);
    if (known) known.push(row);
    else byPerson.set(person, [row]);
  }
  for (const asked of byPerson.values()) asked.sort((left, right) => left.timestampMs - right.timestampMs);
  return byPerson;
}
