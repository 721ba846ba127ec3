import {
  type AggregateDefinition,
  type DerivedDefinition,
  type EntityKind,
  type ExpressionTree,
  type FeatureDefinition,
  isAboutItem,
  leavesOf,
  type NamedPurpose,
  sensitiveTopics,
  type WindowDefinition,
} from "#declarations";
import type { Aggregation } from "../aggregation.ts";
import { aggregationOf } from "../aggregations/aggregations.ts";
import { canonicalJson, lineageOf, versionOf } from "./version.ts";

/**
 * @file Definitions as the runtimes work with them. Features that read the same events share what is kept of them:
 *
 *     source   an action (or `identify`): which columns of its events are kept
 *     stream   the events of some sources for which a condition holds and which a purpose may use
 *     tally     a stream aggregated by a key: what tiles have a part for; features that differ in their window share it
 */
export interface FeaturePlan extends EntityPlan {
  readonly version: string;
  /** Of every entity. */
  readonly definitions: readonly FeatureDefinition[];
  /** Of features of items; what else is here is of people. */
  readonly items: EntityPlan;
}

/** What is computed of one kind of entity. */
export interface EntityPlan {
  readonly entity: EntityKind;
  readonly sources: readonly Source[];
  readonly tallies: readonly Tally[];
  readonly features: ReadonlyMap<string, PlannedFeature>;
  /** How far back rows are kept behind a user's newest; 0 when nothing asks for rows. */
  readonly horizonMs: number;
  /** Topics that nothing is said of: of people, for what is said of an item is what it is. */
  readonly isSensitive: (topic: string) => boolean;
}

/** The feature of a name, whatever it is about. */
export function plannedFeature({ features, items }: FeaturePlan, name: string): PlannedFeature | undefined {
  return features.get(name) ?? items.features.get(name);
}

export interface Source {
  /** Its number in rows. */
  readonly index: number;
  /** Name of the action; `undefined` for `identify`. */
  readonly action: string | undefined;
  readonly columns: readonly Column[];
  /** The column of the item; -1 where none is kept. */
  readonly itemColumn: number;
  readonly streams: readonly Stream[];
  /** Whether a window needs its rows after they are counted in lifetimes. */
  readonly keepsRows: boolean;
}

/** A property, a trait, the number of the item, the edition of what was said of it when the event came, or the user's id. */
export type Column =
  | { readonly op: "property" | "trait"; readonly name: string }
  | { readonly op: "item" | "edition" | "user"; readonly name: "" };

export interface Stream {
  readonly purpose: NamedPurpose;
  /** What the event itself must say. */
  readonly where?: ExpressionTree;
  readonly tallies: readonly Tally[];
}

export interface Tally {
  /** Its number in parts. */
  readonly index: number;
  readonly aggregation: Aggregation;
  /** What each event contributes; `undefined` where the event alone counts. */
  readonly value: ExpressionTree | undefined;
  /** By what it is told apart: not at all, by something the event says, or by its item (the catalogue's word comes later). */
  readonly keyKind: "none" | "value" | "item";
  readonly key: ExpressionTree | undefined;
  /** Asked over a lifetime. */
  readonly isLifetime: boolean;
  /** Asked over windows that tiles help with. */
  readonly isTiled: boolean;
  /** The windows it is asked over. */
  readonly windows: readonly WindowDefinition[];
}

export type PlannedFeature = PlannedAggregate | PlannedDerived;

export interface PlannedAggregate {
  readonly kind: "aggregate";
  readonly definition: AggregateDefinition;
  readonly version: string;
  readonly lineage: string;
  readonly tally: Tally;
  readonly window: WindowDefinition;
  /** Where the tally is kept by item: what each item must be, and the keys it counts under. */
  readonly itemWhere: ExpressionTree | undefined;
  readonly itemKey: ExpressionTree | undefined;
  readonly purpose: NamedPurpose;
}

export interface PlannedDerived {
  readonly kind: "derived";
  readonly definition: DerivedDefinition;
  readonly version: string;
  /** Changes with what it is made of too: values of two lineages are of two features. */
  readonly lineage: string;
}

export interface PlanContext {
  /** Names of the declared actions. */
  readonly actions: readonly string[];
  readonly purposes: readonly NamedPurpose[];
  /** Default: those that are sensitive everywhere. */
  readonly isSensitive?: ((topic: string) => boolean) | undefined;
}

/** Definitions are checked: see `defineConfig`. The same definitions make the same plan, whatever their order. */
export function planFeatures(definitions: readonly FeatureDefinition[], context: PlanContext): FeaturePlan {
  const sorted = [...definitions].sort((left, right) => (left.name < right.name ? -1 : 1));
  return {
    version: versionOf(sorted.map((definition) => versionOf(definition))),
    definitions: sorted,
    ...planEntity("user", sorted, context),
    items: planEntity("item", sorted, context),
  };
}

function planEntity(
  entity: EntityKind,
  definitions: readonly FeatureDefinition[],
  context: PlanContext,
): EntityPlan {
  const builder = new PlanBuilder(entity, context);
  const byName = new Map(definitions.map((definition) => [definition.name, definition]));
  for (const definition of definitions)
    if (definition.entity === entity) builder.add(definition, lineageOf(definition.name, byName));
  return builder.finish();
}

/** What a definition means for state. */
interface Parts {
  readonly eventWhere: ExpressionTree | undefined;
  readonly itemWhere: ExpressionTree | undefined;
  readonly keyKind: Tally["keyKind"];
  readonly tallyKey: ExpressionTree | undefined;
  readonly itemKey: ExpressionTree | undefined;
}

function partsOf({ where, keyedBy }: AggregateDefinition): Parts {
  const conjuncts = where?.op === "all" ? where.of : where ? [where] : [];
  const eventWhere = conjunction(conjuncts.filter((tree) => !isAboutItem(tree)));
  const itemWhere = conjunction(conjuncts.filter(isAboutItem));
  const isByItem =
    itemWhere !== undefined || (keyedBy !== undefined && (isAboutItem(keyedBy) || keyedBy.op === "item-id"));
  if (isByItem) return { eventWhere, itemWhere, keyKind: "item", tallyKey: undefined, itemKey: keyedBy };
  const keyKind = keyedBy ? "value" : "none";
  return { eventWhere, itemWhere, keyKind, tallyKey: keyedBy, itemKey: undefined };
}

function conjunction(of: readonly ExpressionTree[]): ExpressionTree | undefined {
  return of.length > 1 ? { op: "all", of } : of[0];
}

type Open<Shape> = { -readonly [Key in keyof Shape]: Shape[Key] };

class PlanBuilder {
  readonly #entity: EntityKind;
  readonly #context: PlanContext;
  readonly #tallies = new Map<string, Open<Tally>>();
  readonly #streams = new Map<
    string,
    Open<Stream> & { tallies: Tally[]; readonly actions: readonly (string | undefined)[] }
  >();
  readonly #features = new Map<string, PlannedFeature>();
  #horizonMs = 0;

  constructor(entity: EntityKind, context: PlanContext) {
    this.#entity = entity;
    this.#context = context;
  }

  add(definition: FeatureDefinition, lineage: string): void {
    const version = versionOf(definition);
    if (definition.kind === "derived") {
      this.#features.set(definition.name, { kind: "derived", definition, version, lineage });
      return;
    }
    const { window, name } = definition;
    const parts = partsOf(definition);
    const purpose = this.#purposeOf(definition);
    const tally = this.#tallyOf(definition, parts, purpose);
    tally.isLifetime ||= window.kind === "lifetime";
    tally.windows = [...tally.windows, window];
    tally.isTiled ||= window.kind === "sliding" || window.kind === "fixed";
    if (window.kind !== "lifetime")
      this.#horizonMs = Math.max(this.#horizonMs, window.kind === "session" ? window.maxMs : window.ms);
    const { itemWhere, itemKey } = parts;
    this.#features.set(name, {
      kind: "aggregate",
      definition,
      version,
      lineage,
      tally,
      window,
      itemWhere,
      itemKey,
      purpose,
    });
  }

  finish(): EntityPlan {
    const kept = [...this.#features.values()].flatMap((planned) =>
      planned.kind === "aggregate" && planned.window.kind !== "lifetime" ? [planned.tally] : [],
    );
    const actions = [...new Set([...this.#streams.values()].flatMap((stream) => stream.actions))].sort();
    const sources = actions.map((action, index): Source => {
      const streams = [...this.#streams.values()].filter((stream) => stream.actions.includes(action));
      const tallies = streams.flatMap((stream) => stream.tallies);
      const columns = columnsOf(tallies);
      return {
        index,
        action,
        streams,
        columns,
        itemColumn: columns.findIndex(({ op }) => op === "item"),
        keepsRows: tallies.some((tally) => kept.includes(tally)),
      };
    });
    return {
      entity: this.#entity,
      sources,
      tallies: [...this.#tallies.values()],
      isSensitive: this.#entity === "user" ? (this.#context.isSensitive ?? sensitiveTopics()) : () => false,
      features: this.#features,
      horizonMs: this.#horizonMs,
    };
  }

  #purposeOf({ purpose }: AggregateDefinition): NamedPurpose {
    return (
      this.#context.purposes.find(({ name }) => name === purpose) ?? { name: purpose, default: "denied" }
    );
  }

  #tallyOf(definition: AggregateDefinition, parts: Parts, purpose: NamedPurpose): Open<Tally> {
    const { from, aggregate } = definition;
    const { eventWhere, keyKind, tallyKey } = parts;
    const actions =
      from.kind === "identify" ? [undefined] : [...(from.actions ?? this.#context.actions)].sort();
    const streamId = canonicalJson([actions, eventWhere ?? null, purpose.name]);
    let stream = this.#streams.get(streamId);
    if (!stream) {
      stream = { purpose, ...(eventWhere && { where: eventWhere }), tallies: [], actions };
      this.#streams.set(streamId, stream);
    }
    const tallyId = canonicalJson([streamId, keyKind, tallyKey ?? null, aggregate]);
    let tally = this.#tallies.get(tallyId);
    if (!tally) {
      const value = "of" in aggregate ? aggregate.of : undefined;
      const aggregation = aggregationOf(aggregate);
      const index = this.#tallies.size;
      const asked = { isLifetime: false, isTiled: false, windows: [] };
      tally = { index, aggregation, value, keyKind, key: tallyKey, ...asked };
      this.#tallies.set(tallyId, tally);
      stream.tallies.push(tally);
    }
    return tally;
  }
}

/** What must be kept of an event so that its tallies can be updated later. */
function columnsOf(tallies: readonly Tally[]): readonly Column[] {
  const columns = new Map<string, Column>();
  const add = (column: Column): void => void columns.set(`${column.op} ${column.name}`, column);
  for (const { keyKind, key, value } of tallies) {
    if (keyKind === "item") add({ op: "item", name: "" });
    for (const leaf of [key, value].flatMap((tree) => (tree ? leavesOf(tree) : []))) {
      const isOfItem = leaf.op === "item-tags" || leaf.op === "item-attribute";
      if (leaf.op === "item-id" || isOfItem) add({ op: "item", name: "" });
      if (isOfItem) add({ op: "edition", name: "" });
      if (leaf.op === "user-id") add({ op: "user", name: "" });
      else if (leaf.op === "property" || leaf.op === "trait") add({ op: leaf.op, name: leaf.name });
    }
  }
  return [...columns].sort(([left], [right]) => (left < right ? -1 : 1)).map(([, column]) => column);
}
