import { checkName, fail, requireObject } from "../config-fault.ts";
import type { DeclaredPurpose } from "../purpose.ts";
import { defaultPurposes } from "../purpose.ts";
import type { AggregateTree } from "./aggregate.ts";
import { checkDerived, type ValueShape } from "./check-derived.ts";
import { checkEntity } from "./check-entity.ts";
import { actionsOf, checkExpression, type DeclaredFields, isClosedKey } from "./check-expression.ts";
import { type ExpressionTree, isAboutItem, leavesOf } from "./expression.ts";
import type {
  AggregateDefinition,
  FeatureDefinition,
  LabelDefinition,
  SourceDefinition,
  WindowDefinition,
} from "./feature.ts";

/** @file Checks definitions of features as if no compiler had. The first fault is thrown, with the fix. */

/** The part of a config that features depend on. */
export interface FeatureContext extends DeclaredFields {
  readonly actions: Readonly<
    Record<string, DeclaredFields["actions"][string] & { readonly retentionDays?: number }>
  >;
  readonly purposes?: Readonly<Record<string, DeclaredPurpose>>;
  readonly features?: readonly FeatureDefinition[];
  readonly featureServices?: Readonly<Record<string, readonly string[]>>;
  readonly labels?: readonly LabelDefinition[];
}

const NAME = /^[a-z][a-z0-9_]{0,99}$/;
const NAME_FIX = "use lower-case letters, digits and _, beginning with a letter, at most 100";
const MAX_FEATURES = 2000;
const DAY_MS = 86_400_000;
/** State keeps every event of the longest window. */
const MAX_WINDOW_DAYS = 400;
const MAX_SESSION_MS = 2 * DAY_MS;

/** @throws PlatformError `invalid-config` that names the value and the fix */
export function checkFeatures(config: FeatureContext): void {
  const { features = [], featureServices = {}, labels = [] } = config;
  if (!Array.isArray(features))
    fail("features", features, "give a list: features: [feature(...), derived(...)]");
  if (!Array.isArray(labels)) fail("labels", labels, "give a list: labels: [label(...)]");
  if (features.length > MAX_FEATURES) fail("features: how many", features.length, `at most ${MAX_FEATURES}`);
  const names = new Set<string>();
  for (const definition of [...features, ...labels]) {
    requireObject(
      "features: one of them",
      definition,
      "declare it by feature(...), derived(...) or label(...)",
    );
    const { name } = definition as { readonly name?: unknown };
    if (typeof name !== "string" || !NAME.test(name)) fail("features: the name", name, NAME_FIX);
    if (names.has(name)) fail("features: the name", name, "it is there twice; name one otherwise");
    names.add(name);
  }
  const shapes = new Map<string, ValueShape>();
  for (const definition of features) checkCommon(definition);
  for (const definition of features)
    if (definition.kind === "aggregate") shapes.set(definition.name, checkAggregate(definition, config));
  for (const definition of labels) checkLabel(definition, config);
  checkDerived(features, labels, shapes);
  requireObject("featureServices", featureServices, 'give an object of name: ["feature", ...]');
  for (const [service, members] of Object.entries(featureServices)) {
    checkName("featureServices: the name", service, 100);
    const place = `featureServices.${service}`;
    if (!Array.isArray(members) || members.length === 0)
      fail(place, members, "give a list of names of features");
    for (const member of members)
      if (!features.some(({ name }) => name === member)) fail(place, member, "no feature has this name");
  }
}

function checkCommon(definition: FeatureDefinition): void {
  const { name, kind, view, ttlMs } = definition;
  const place = `features.${name}`;
  if (kind !== "aggregate" && kind !== "derived")
    fail(place, kind, "declare it by feature(...) or derived(...)");
  if (definition.entity !== "user" && definition.entity !== "item")
    fail(
      `${place}.entity`,
      definition.entity,
      "features are about user, item, or cross(...) of one of them and a key",
    );
  if (typeof view !== "string" || !NAME.test(view)) fail(`${place}.view`, view, NAME_FIX);
  if (ttlMs !== undefined && !(ttlMs > 0)) fail(`${place}.ttl`, ttlMs, 'give a duration such as "30d"');
}

function checkAggregate(definition: AggregateDefinition, config: FeatureContext): ValueShape {
  const { name, from, where, keyedBy, aggregate, window, purpose } = definition;
  const place = `features.${name}`;
  checkSource(place, from, where, config);
  if (!Object.hasOwn(config.purposes ?? defaultPurposes, purpose))
    fail(`${place}.purpose`, purpose, "it is not declared under purposes");
  if (keyedBy) checkExpression(`${place}.keyedBy`, keyedBy, from, config);
  if (keyedBy && isAboutItem(keyedBy) && keyedBy.op !== "item-tags" && keyedBy.op !== "item-attribute")
    fail(`${place}.keyedBy`, keyedBy.op, "of the item take item.topic or one attribute");
  for (const tree of where?.op === "all" ? where.of : where ? [where] : [])
    if (isAboutItem(tree) && !leavesOf(tree).every(isItemLeaf))
      fail(`${place}.where`, tree.op, "ask the event and the item each on its own: where(...).where(...)");
  const asksCatalogue = [where, keyedBy].some((tree) => tree && isAboutItem(tree));
  if (where && isAboutItem(where) && keyedBy && !isAboutItem(keyedBy))
    fail(`${place}.where`, where.op, "a condition on the item goes with a key of the item, or with none");
  const shape = checkAggregateTree(place, aggregate, from, config);
  checkEntity(definition);
  checkWindow(`${place}.window`, window);
  checkAgainstRetention(`${place}.window`, window, from, config);
  const isOpen =
    asksCatalogue ||
    (keyedBy && !isClosedKey(keyedBy, from, config)) ||
    (aggregate.kind === "top_k" && !isClosedKey(aggregate.of, from, config));
  if (window.kind === "lifetime" && isOpen)
    fail(
      `${place}.window`,
      window.kind,
      "what is told apart by item, or by any text, grows without bound over a lifetime; give it a window",
    );
  return keyedBy ? (shape === "number" ? "map" : "other") : shape;
}

/** What the catalogue answers, and what needs no answer. */
function isItemLeaf({ op }: ExpressionTree): boolean {
  return op === "item-tags" || op === "item-attribute" || op === "constant";
}

function checkLabel(definition: LabelDefinition, config: FeatureContext): void {
  const { name, kind, from, where, aggregate, withinMs } = definition;
  const place = `labels.${name}`;
  if (kind !== "label") fail(place, kind, "declare it by label(...)");
  checkSource(place, from, where, config);
  if (where && isAboutItem(where)) fail(`${place}.where`, where.op, "labels ask the events only");
  checkAggregateTree(place, aggregate, from, config);
  if (!(withinMs > 0)) fail(`${place}.within`, withinMs, 'give a duration such as "7d"');
}

function checkSource(
  place: string,
  from: SourceDefinition,
  where: ExpressionTree | undefined,
  config: FeatureContext,
): void {
  if (from?.kind !== "engagement" && from?.kind !== "identify")
    fail(`${place}.from`, from, "it is engagement, events(...) or identities");
  const stranger = actionsOf(from, config).find((action) => !Object.hasOwn(config.actions, action));
  if (stranger !== undefined)
    fail(`${place}.from`, stranger, "it is no declared action; declare it, or name another");
  if (where && checkExpression(`${place}.where`, where, from, config) !== "boolean")
    fail(`${place}.where`, where.op, "give something that is true or false");
}

function checkAggregateTree(
  place: string,
  tree: AggregateTree,
  from: SourceDefinition,
  config: FeatureContext,
): ValueShape {
  const at = `${place}.aggregate`;
  if (!("of" in tree)) {
    if (tree.kind !== "count" && tree.kind !== "time_since")
      fail(at, tree, "make it with count(), sum(...) and their like");
    return "number";
  }
  const type = checkExpression(at, tree.of, from, config);
  if (tree.of.op !== "item-tags" && leavesOf(tree.of).some(({ op }) => op === "item-tags"))
    fail(at, tree.of.op, "an item has several topics; aggregate item.topic itself");
  const isNumeric = !["last", "last_k", "top_k", "approx_unique_count"].includes(tree.kind);
  if (isNumeric && type !== "number") fail(at, type, `${tree.kind} is of numbers`);
  switch (tree.kind) {
    case "last_k":
    case "top_k":
      if (!(Number.isInteger(tree.k) && tree.k >= 1 && tree.k <= 1000))
        fail(`${at}.k`, tree.k, "it is a whole number from 1 to 1000");
      return type === "text" ? "texts" : "other";
    case "approx_percentile":
      if (!(tree.quantile >= 0 && tree.quantile <= 1))
        fail(`${at}.quantile`, tree.quantile, "it is from 0 to 1");
      return "number";
    case "histogram": {
      const { bounds } = tree;
      const isAscending = bounds.every(
        (bound, n) => Number.isFinite(bound) && (n === 0 || bound > bounds[n - 1]!),
      );
      if (bounds.length < 1 || bounds.length > 100 || !isAscending)
        fail(`${at}.bounds`, bounds, "give 1 to 100 ascending numbers");
      return "other";
    }
    case "decayed_sum":
      if (!(tree.halfLifeMs > 0)) fail(`${at}.halfLife`, tree.halfLifeMs, 'give a duration such as "7d"');
      return "number";
    case "last":
      return type === "number" ? "number" : "other";
    default:
      return "number";
  }
}

function checkWindow(place: string, window: WindowDefinition): void {
  if (window?.kind === "lifetime") return;
  if (window?.kind === "session") {
    const { gapMs, maxMs } = window;
    if (!(gapMs > 0 && maxMs >= gapMs && maxMs <= MAX_SESSION_MS))
      fail(
        place,
        { gapMs, maxMs },
        "the gap is above zero and at most the longest session, which is at most 48h",
      );
    return;
  }
  if (window?.kind !== "sliding" && window?.kind !== "fixed")
    fail(place, window, 'it is "lifetime", a duration such as "7d", fixed("1d") or session()');
  if (!(window.ms > 0 && window.ms <= MAX_WINDOW_DAYS * DAY_MS))
    fail(place, window.ms, `give a duration such as "7d", at most ${MAX_WINDOW_DAYS}d`);
}

/** What may be deleted cannot be counted on. */
function checkAgainstRetention(
  place: string,
  window: WindowDefinition,
  from: SourceDefinition,
  config: FeatureContext,
): void {
  for (const action of actionsOf(from, config)) {
    const days = config.actions[action]?.retentionDays;
    if (days === undefined) continue;
    const needed =
      window.kind === "lifetime" ? Number.POSITIVE_INFINITY : "ms" in window ? window.ms : window.maxMs;
    if (needed > days * DAY_MS)
      fail(
        place,
        window.kind,
        `it is longer than the ${days} days that ${action} is retained; take a window within them`,
      );
  }
}
