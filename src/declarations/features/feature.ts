import { PERSONALIZATION } from "../purpose.ts";
import { type Aggregate, type AggregateTree, type Duration, durationMs } from "./aggregate.ts";
import type { Derived, DerivedTree } from "./derived.ts";
import {
  all,
  type Expression,
  type ExpressionTree,
  equals,
  event,
  isOneOf,
  type Scalar,
} from "./expression.ts";

/** @file Definitions of features: plain data with inferred value types. One definition is read by every runtime. */

/** Which events: engagements of the actions named (of every declared one without names), or what `identify` says of people. */
export type SourceDefinition =
  | { readonly kind: "engagement"; readonly actions?: readonly string[] }
  | { readonly kind: "identify" };

/**
 * Which times, seen from the moment t of the question. Sliding: (t - ms, t]. Fixed: from the last whole multiple of `ms` since 1970 in
 * UTC. Session: the newest events at most `gapMs` apart, back to `maxMs` at most; over when the newest is older than `gapMs`.
 */
export type WindowDefinition =
  | { readonly kind: "lifetime" }
  | { readonly kind: "sliding" | "fixed"; readonly ms: number }
  | { readonly kind: "session"; readonly gapMs: number; readonly maxMs: number };

/** What is said of a feature beside what it is; it does not change the version. */
export interface FeatureNotes {
  readonly description?: string;
  readonly owner?: string;
  readonly tags?: readonly string[];
}

interface CommonDefinition<Name extends string> extends FeatureNotes {
  readonly name: Name;
  /** Whom or what it is about. */
  readonly entity: EntityKind;
  /** Feast's feature view: the part of a reference before the colon. */
  readonly view: string;
  /** Read as OUTSIDE_MAX_AGE when the newest event it reflects is older. */
  readonly ttlMs?: number;
}

export interface AggregateDefinition<Name extends string = string> extends CommonDefinition<Name> {
  readonly kind: "aggregate";
  readonly from: SourceDefinition;
  readonly where?: ExpressionTree;
  readonly keyedBy?: ExpressionTree;
  /** It is about the entity and the key together: what is read is the value under one key, not the map. */
  readonly isCross?: true;
  readonly aggregate: AggregateTree;
  readonly window: WindowDefinition;
  /** What it is used for: events that may not be used for it are not in it. */
  readonly purpose: string;
}

export interface DerivedDefinition<Name extends string = string> extends CommonDefinition<Name> {
  readonly kind: "derived";
  readonly expression: DerivedTree;
}

/** What happens after the moment asked about: for training sets only, never served, and no feature may be made of it. */
export interface LabelDefinition<Name extends string = string> extends FeatureNotes {
  readonly kind: "label";
  readonly name: Name;
  readonly from: SourceDefinition;
  readonly where?: ExpressionTree;
  readonly aggregate: AggregateTree;
  /** Over (t, t + ms]. */
  readonly withinMs: number;
}

declare const featureType: unique symbol;

/** A definition and the type of its value. */
export type FeatureDefinition<Name extends string = string, Value = unknown> = (
  | AggregateDefinition<Name>
  | DerivedDefinition<Name>
) & { readonly [featureType]?: Value };

export type EntityKind = "user" | "item";

/** Whom or what a feature is about: `user`, or `item`, all events of an item whoever they are of. */
export interface Entity {
  readonly entity: EntityKind;
}

/** A person: every id of theirs. */
export const user = { entity: "user" } as const;

/** An entity and a further key together. */
export interface CrossEntity extends Entity {
  readonly key: Expression;
}

/** A person and a topic, `cross(user, item.topic)`, a person and an item, `cross(user, event.itemId)`, an item and a surface. */
export function cross({ entity }: Entity, key: Expression): CrossEntity {
  return { entity, key };
}

/** The name under which a cross entity's key is asked for; `undefined` for what cannot be one. */
export function joinKeyOf(key: ExpressionTree): string | undefined {
  switch (key.op) {
    case "item-tags":
      return "topic";
    case "item-id":
      return "item_id";
    case "item-attribute":
    case "property":
      return key.name;
    case "action":
      return "action";
    default:
      return undefined;
  }
}

/** Where a feature's events come from; `where` narrows it. */
export interface EventSource {
  readonly from: SourceDefinition;
  readonly condition?: Expression<boolean>;
  /** Events for which all of it holds: `{ action: "save", surface: ["home", "search"] }`, or an expression. */
  where(conditions: Conditions | Expression<boolean>): EventSource;
}

/** Name of a property (or `action`) -> the value it must have, or one of several. */
export type Conditions = Readonly<Record<string, Scalar | readonly Scalar[]>>;

/** Every declared action. */
export const engagement: EventSource = makeSource({ kind: "engagement" });
/** What `identify` says. */
export const identities: EventSource = makeSource({ kind: "identify" });

/** The named actions. */
export function events(...actions: readonly string[]): EventSource {
  return makeSource({ kind: "engagement", actions });
}

function makeSource(from: SourceDefinition, condition?: Expression<boolean>): EventSource {
  return {
    from,
    ...(condition && { condition }),
    where: (conditions) => {
      if (isExpression(conditions)) return makeSource(from, both(condition, conditions));
      const { action, ...others } = conditions;
      const narrowed: SourceDefinition =
        action === undefined ? from : { kind: "engagement", actions: [action].flat().map(String) };
      const more = Object.entries(others).map(([name, value]) => conditionOn(name, value));
      return makeSource(narrowed, more.reduce<Expression<boolean> | undefined>(both, condition));
    },
  };
}

function isExpression(conditions: Conditions | Expression<boolean>): conditions is Expression<boolean> {
  return "tree" in conditions && typeof conditions["tree"] === "object";
}

function both(left: Expression<boolean> | undefined, right: Expression<boolean>): Expression<boolean> {
  return left ? all(left, right) : right;
}

function conditionOn(name: string, value: Scalar | readonly Scalar[]): Expression<boolean> {
  const values = typeof value === "object" ? value : [value];
  const [first] = values;
  const of: Expression =
    name === "itemId"
      ? event.itemId
      : typeof first === "number"
        ? event.number(name)
        : typeof first === "boolean"
          ? event.boolean(name)
          : event.text(name);
  return values.length === 1 ? equals(of, first as Scalar) : isOneOf(of, values); // there is one
}

/** `7d`: sliding, to the millisecond. */
export type Window = Duration | "lifetime" | WindowDefinition;

/** From the last whole multiple of the duration in UTC: `fixed("1d")` is today. */
export function fixed(duration: Duration): WindowDefinition {
  return { kind: "fixed", ms: durationMs(duration) };
}

/** The visit that is going on: events at most `gap` apart. */
export function session(gap: Duration = "30m", most: Duration = "24h"): WindowDefinition {
  return { kind: "session", gapMs: durationMs(gap), maxMs: durationMs(most) };
}

/** What every builder takes. */
interface CommonInput extends FeatureNotes {
  readonly view?: string;
  readonly ttl?: Duration;
}

interface AggregateInput<Value> extends CommonInput {
  readonly entity?: Entity | CrossEntity;
  readonly from: EventSource;
  readonly aggregate: Aggregate<Value>;
  readonly window?: Window;
  readonly purpose?: string;
}

/** Declares a feature. Its values are checked by `defineConfig`. With `keyedBy` it is a map from each key to a value. */
export function feature<const Name extends string, Value>(
  name: Name,
  input: AggregateInput<Value> & {
    readonly keyedBy: Expression;
    readonly entity?: Entity & { readonly key?: never };
  },
): FeatureDefinition<Name, Readonly<Record<string, Value>>>;
export function feature<const Name extends string, Value>(
  name: Name,
  input: AggregateInput<Value> & { readonly keyedBy?: never },
): FeatureDefinition<Name, Value>;
export function feature(
  name: string,
  input: AggregateInput<unknown> & { readonly keyedBy?: Expression },
): FeatureDefinition {
  const { from, aggregate, window = "lifetime", purpose = PERSONALIZATION, ...common } = input;
  const isCross = input.entity !== undefined && "key" in input.entity;
  const keyedBy = isCross ? (input.entity as CrossEntity).key : input.keyedBy; // it has a key
  return {
    kind: "aggregate",
    ...commonOf(name, common),
    from: from.from,
    ...(from.condition && { where: from.condition.tree }),
    ...(keyedBy && { keyedBy: keyedBy.tree }),
    ...(isCross && { isCross }),
    aggregate: aggregate.tree,
    window: windowOf(window),
    purpose,
  };
}

/** Declares a feature that is computed of others when it is read: of others of the same entity. */
export function derived<const Name extends string, Value>(
  name: Name,
  of: Derived<Value>,
  common: CommonInput & { readonly entity?: Entity } = {},
): FeatureDefinition<Name, Value> {
  return { kind: "derived", ...commonOf(name, common), expression: of.tree };
}

/** Declares a label: what a training row is to foretell. */
export function label<const Name extends string>(
  name: Name,
  {
    from,
    aggregate,
    within,
    ...notes
  }: FeatureNotes & {
    readonly from: EventSource;
    readonly aggregate: Aggregate<number>;
    readonly within: Duration;
  },
): LabelDefinition<Name> {
  return {
    kind: "label",
    name,
    ...notes,
    from: from.from,
    ...(from.condition && { where: from.condition.tree }),
    aggregate: aggregate.tree,
    withinMs: durationMs(within),
  };
}

function commonOf<Name extends string>(
  name: Name,
  {
    entity: { entity } = user,
    view = entity,
    ttl,
    description,
    owner,
    tags,
  }: CommonInput & { readonly entity?: Entity },
): CommonDefinition<Name> {
  return {
    name,
    entity,
    view,
    ...(ttl !== undefined && { ttlMs: durationMs(ttl) }),
    ...(description !== undefined && { description }),
    ...(owner !== undefined && { owner }),
    ...(tags !== undefined && { tags }),
  };
}

function windowOf(window: Window): WindowDefinition {
  if (typeof window !== "string") return window;
  return window === "lifetime" ? { kind: "lifetime" } : { kind: "sliding", ms: durationMs(window) };
}
