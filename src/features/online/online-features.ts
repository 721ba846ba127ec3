import { type Clock, LeastRecentlyUsed } from "#base";
import { type EntityKind, inputsOf } from "#declarations";
import { type FeaturePlan, type PlannedFeature, plannedFeature } from "../definition/plan.ts";
import type { FeatureVectors } from "../feature-vectors.ts";
import { readItems } from "../items/read-items.ts";
import { type EntityRow, joinKeysOf, namesByEntity, valueFor } from "./entity-rows.ts";
import type { FeatureContext } from "./feature-context.ts";
import { type FeatureRequest, requestFeatures } from "./feature-request.ts";
import { type PastQuery, type PastValue, readPastValues } from "./past-values.ts";
import { readTable } from "./read-features.ts";
import { NOT_FOUND, type OnlineValue, type ValueTable } from "./value-table.ts";

export interface OnlineFeaturesParts extends FeatureContext {
  readonly clock: Clock;
  readonly plan: FeaturePlan;
  /** Those of the log that hold events. */
  readonly partitions: readonly number[];
  /** Service -> names of its features. */
  readonly services: Readonly<Record<string, readonly string[]>>;
}

/** Names that are asked for, worked out once: the same object is given again for as long as it is kept. */
export interface AskedFeatures {
  readonly names: readonly string[];
  /** Whether people are all that has to be known to answer. */
  readonly isOfPeople: boolean;
  /** Of people, in the order given. */
  read(userIds: readonly string[]): Promise<ValueTable>;
}

interface KnownRequest extends AskedFeatures {
  readonly request: FeatureRequest;
}

/** Requests worked out lately that are kept. */
const KEPT_REQUESTS = 200;

/** The features of people and items now: those whose definitions are applied to the folder. */
export class OnlineFeatures {
  readonly #parts: OnlineFeaturesParts;
  readonly #requests = {
    user: new LeastRecentlyUsed<string, KnownRequest>(KEPT_REQUESTS),
    item: new LeastRecentlyUsed<string, KnownRequest>(KEPT_REQUESTS),
  };

  constructor(parts: OnlineFeaturesParts) {
    this.#parts = parts;
  }

  /** Of people. */
  get names(): readonly string[] {
    return [...this.#parts.plan.features.keys()];
  }

  /** Of items. */
  get itemNames(): readonly string[] {
    return [...this.#parts.plan.items.features.keys()];
  }

  get services(): Readonly<Record<string, readonly string[]>> {
    return this.#parts.services;
  }

  /** Names of the features of a service; `undefined` where none is called so. */
  membersOf(service: string): readonly string[] | undefined {
    const { services } = this.#parts;
    return Object.hasOwn(services, service) ? services[service] : undefined;
  }

  planned(name: string): PlannedFeature | undefined {
    return plannedFeature(this.#parts.plan, name);
  }

  get version(): string {
    return this.#parts.plan.version;
  }

  /** Whether everything the feature is made of is declared for the purpose. */
  isFor(name: string, purpose: string): boolean {
    const planned = this.planned(name);
    if (planned?.kind === "aggregate") return planned.purpose.name === purpose;
    return (
      planned !== undefined &&
      inputsOf(planned.definition.expression).every((input) => this.isFor(input, purpose))
    );
  }

  /** What is asked for by each row, whatever the features are about; a row that does not say whom or what is NOT_FOUND. */
  async readRows(names: readonly string[], rows: readonly EntityRow[]): Promise<OnlineValue[][]> {
    const { plan } = this.#parts;
    const nowMs = this.#parts.clock.nowMs();
    const known = names.map((reference) => nameIn(reference, plan));
    const places = namesByEntity(known, plan);
    const values = rows.map(() => names.map(() => NOT_FOUND));
    for (const entity of ["user", "item"] as const) {
      const own = places[entity];
      if (own.length === 0) continue;
      const idOf = (row: EntityRow): string | undefined => (entity === "user" ? row.userId : row.itemId);
      const ids = [...new Set(rows.flatMap((row) => idOf(row) ?? []))];
      const asked = own.map((place) => names[place]!); // a place among them
      const read = entity === "user" ? await this.read(asked, ids) : await this.readItems(asked, ids);
      const byId = new Map(ids.map((id, n) => [id, read[n]!])); // one for each
      for (const [r, row] of rows.entries()) {
        const found = byId.get(idOf(row) ?? "");
        if (!found) continue;
        for (const [n, place] of own.entries())
          values[r]![place] = valueFor(row, this.planned(known[place]!)!, found[n]!, nowMs); // one for each
      }
    }
    return values;
  }

  /** By item, in the order given, the features in the order asked. */
  readItems(names: readonly string[], itemIds: readonly string[]): Promise<OnlineValue[][]> {
    const { request } = this.#requestFor(names, "item");
    return readItems(this.#parts, request, itemIds, this.#parts.clock.nowMs());
  }

  /** By person, in the order given, the features in the order asked: each a name, or `view:name`. */
  async read(names: readonly string[], userIds: readonly string[]): Promise<OnlineValue[][]> {
    return (await this.asked(names).read(userIds)).toRows();
  }

  /** Of one person at earlier moments, as far as what it is made of is kept. */
  readPast(name: string, userId: string, query: PastQuery): Promise<PastValue[]> {
    const { request } = this.#requestFor([name], "user");
    return readPastValues(this.#parts, request, userId, query);
  }

  /** Each a name, or `view:name`. */
  asked(names: readonly string[]): AskedFeatures {
    return this.#requestFor(names, "user");
  }

  /** As numbers for a model: shape (rows, features), row-major. Whoever was never met is all NaN. */
  async vectors(wanted: FeatureVectors, rows: readonly EntityRow[]): Promise<Float64Array> {
    const out = new Float64Array(rows.length * wanted.size);
    for (const [n, answers] of (await this.readRows(wanted.names, rows)).entries())
      wanted.write(
        answers.map(({ value }) => value),
        out,
        n * wanted.size,
      );
    return out;
  }

  #requestFor(names: readonly string[], entity: EntityKind): KnownRequest {
    const id = names.join(",");
    const known = this.#requests[entity].get(id);
    if (known && isSameList(known.names, names)) return known;
    const { plan, catalogue, clock } = this.#parts;
    const found = names.map((reference) => nameIn(reference, plan));
    const request = requestFeatures(entity === "user" ? plan : plan.items, found, catalogue);
    const made: KnownRequest = {
      names: [...names],
      request,
      read: (userIds) => readTable(this.#parts, request, userIds, clock.nowMs()),
      isOfPeople: found.every((name) => {
        const planned = plannedFeature(plan, name);
        return !planned || joinKeysOf(planned).join() === "user_id";
      }),
    };
    this.#requests[entity].set(id, made);
    return made;
  }
}

/** Names may be any text: of two lists that are joined alike one may have a comma in a name. */
function isSameList(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((name, n) => name === right[n]);
}

/** The name in a reference; one under another view is a name nobody has. */
function nameIn(reference: string, plan: FeaturePlan): string {
  const colon = reference.indexOf(":");
  if (colon < 0) return reference;
  const name = reference.slice(colon + 1);
  return plannedFeature(plan, name)?.definition.view === reference.slice(0, colon) ? name : reference;
}
