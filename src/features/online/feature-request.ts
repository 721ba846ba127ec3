import { type ExpressionTree, inputsOf, type NamedPurpose, type WindowDefinition } from "#declarations";
import type { Catalogue, Item } from "#events";
import type { Aggregation } from "../aggregation.ts";
import { compileExpression, type Evaluate } from "../definition/compile-expression.ts";
import type { EntityPlan, PlannedAggregate, PlannedFeature, Tally } from "../definition/plan.ts";
import { canonicalJson } from "../definition/version.ts";
import { attributeOf } from "../feature-row.ts";
import { RowReader } from "../part.ts";

/**
 * @file Which features are asked for, worked out once: what has to be read for them and how it reaches them. Whoever asks for the same
 * features again uses the same request.
 */
export interface FeatureRequest {
  readonly plan: EntityPlan;
  /** Those asked for, in order; `undefined` for a name that no feature has. */
  readonly asked: readonly Asked[];
  /** Of each its cell, -1 where it has none, and how long it is told for. Numbers in a row: a read that has woken up has few of its objects near. */
  readonly askedCells: readonly number[];
  readonly ttlsMs: readonly number[];
  /** Aggregates that are needed, each once. */
  readonly cells: readonly CellPlan[];
  /** By name of an aggregate. */
  readonly cellOf: ReadonlyMap<string, number>;
  /** By cell, its place among the windows. */
  readonly cellWindows: readonly number[];
  /** By cell, its aggregation, where it is a lifetime's single value: nothing else has to be known to tell it. */
  readonly plain: readonly (Aggregation | undefined)[];
  /** The different windows among them. */
  readonly windows: readonly WindowDefinition[];
  /** By tally, which cells it updates. */
  readonly cellsOf: readonly (readonly number[])[];
  /** By tally, the only cell it updates, where that is a lifetime's single value: what is stored of it tells the value. -1 for others. */
  readonly toldCells: readonly number[];
  /** By tally, how its value is told, where it has such a cell. */
  readonly tellers: readonly (Teller | undefined)[];
  readonly rows: RowReader;
  /** By tally, whether it is needed; ends with the last that is. */
  readonly tallies: readonly boolean[];
  /** By source, whether any of its rows is needed. */
  readonly sources: readonly boolean[];
  readonly needsLifetime: boolean;
  /** Whether a window is a session. */
  readonly hasSessions: boolean;
  /** What its events are used for. */
  readonly purposes: readonly NamedPurpose[];
  /** Whether a value depends on which items they were, so that what a person muted has to be left out. */
  readonly saysItems: boolean;
}

/** The value of a state as it was written. */
export type Teller = NonNullable<Aggregation["tell"]>;

export interface Asked {
  readonly name: string;
  readonly planned: PlannedFeature | undefined;
  /** Of an aggregate. */
  readonly cell: number | undefined;
}

export interface CellPlan {
  readonly planned: PlannedAggregate;
  /** Its place among the windows. */
  readonly window: number;
  /** For a tally kept by item: the keys an item counts under; none when it does not count. */
  readonly keysOfItem: ((item: Item) => readonly string[] | "all") | undefined;
}

/** Whether a value of it depends on which items they were. A derived one does where any does that it is made of. */
export function reflectsItems(planned: PlannedFeature, plan: EntityPlan): boolean {
  if (plan.entity !== "user") return false;
  if (planned.kind === "aggregate") return planned.tally.keyKind === "item" || saysItems(planned.tally);
  return inputsOf(planned.definition.expression).some((name) => {
    const input = plan.features.get(name);
    return input !== undefined && reflectsItems(input, plan);
  });
}

/** Whether its values are items or topics by name. */
export function saysItems({ value }: Tally): boolean {
  return value?.op === "item-id" || value?.op === "item-tags";
}

export function requestFeatures(
  plan: EntityPlan,
  names: readonly string[],
  catalogue: Catalogue,
): FeatureRequest {
  const needed = new Map<string, PlannedAggregate>();
  const need = (name: string): void => {
    const planned = plan.features.get(name);
    if (planned?.kind === "aggregate") needed.set(name, planned);
    else if (planned) for (const input of inputsOf(planned.definition.expression)) need(input);
  };
  for (const name of names) need(name);
  const windows = new Map<string, WindowDefinition>();
  for (const { window } of needed.values()) windows.set(canonicalJson(window), window);
  const windowNames = [...windows.keys()];
  const cells = Array.from(
    needed.values(),
    (planned): CellPlan => ({
      planned,
      window: windowNames.indexOf(canonicalJson(planned.window)),
      keysOfItem: planned.tally.keyKind === "item" ? keysOfItem(planned, plan) : undefined,
    }),
  );
  const cellsOf: number[][] = [];
  for (const [n, { planned }] of cells.entries()) {
    const known = cellsOf[planned.tally.index];
    if (known) known.push(n);
    else cellsOf[planned.tally.index] = [n];
  }
  const cellOf = new Map(cells.map(({ planned }, n) => [planned.definition.name, n]));
  const toldCells = Array.from(cellsOf, (found) =>
    found?.length === 1 && isPlain(cells[found[0]!]!) ? found[0]! : -1,
  );
  const asked = names.map((name) => ({ name, planned: plan.features.get(name), cell: cellOf.get(name) }));
  return {
    plan,
    asked,
    askedCells: asked.map(({ cell = -1 }) => cell),
    ttlsMs: asked.map(({ planned }) => planned?.definition.ttlMs ?? Number.POSITIVE_INFINITY),
    cells,
    cellOf,
    cellWindows: cells.map(({ window }) => window),
    plain: cells.map((cell) => (isPlain(cell) ? cell.planned.tally.aggregation : undefined)),
    tallies: Array.from(cellsOf, (found) => found !== undefined),
    windows: [...windows.values()],
    cellsOf,
    toldCells,
    tellers: toldCells.map((cell) => (cell < 0 ? undefined : tellerOf(cells[cell]!.planned.tally))),
    rows: new RowReader(plan, catalogue, ({ index }: Tally) => cellsOf[index] !== undefined),
    sources: plan.sources.map(({ streams }) =>
      streams.some(({ tallies }) => tallies.some(({ index }) => cellsOf[index] !== undefined)),
    ),
    needsLifetime: cells.some(({ planned }) => planned.window.kind === "lifetime"),
    hasSessions: cells.some(({ planned }) => planned.window.kind === "session"),
    purposes: [...new Map(cells.map(({ planned: { purpose } }) => [purpose.name, purpose])).values()],
    saysItems: cells.some(({ planned }) => reflectsItems(planned, plan)),
  };
}

function isPlain({ planned: { definition, tally, window } }: CellPlan): boolean {
  return window.kind === "lifetime" && !definition.keyedBy && tally.keyKind === "none" && !saysItems(tally);
}

function tellerOf({ aggregation }: Tally): Teller {
  return aggregation.tell ?? ((bytes, atMs) => aggregation.finalize(aggregation.read(bytes), atMs));
}

/** Under which keys an item counts: `all` where no key is asked for; none of a person's where nothing may be said of what it is about. */
function keysOfItem(
  { itemWhere, itemKey }: PlannedAggregate,
  { isSensitive }: EntityPlan,
): (item: Item) => readonly string[] | "all" {
  const holds = itemWhere && compileForItem(itemWhere);
  const keys = itemKey && keysIn(itemKey);
  return (item) => {
    if (item.tags.some(isSensitive) || (holds && holds(item) !== true)) return [];
    return keys ? keys(item) : "all";
  };
}

function keysIn(tree: ExpressionTree): (item: Item) => readonly string[] {
  if (tree.op === "item-tags") return ({ tags }) => [...new Set(tags)];
  if (tree.op === "item-id") return ({ itemId }) => [itemId];
  const evaluate = compileForItem(tree);
  return (item) => {
    const key = evaluate(item);
    return key === null ? [] : [String(key)];
  };
}

/** A condition on tags holds when any of the item's tags makes it hold. */
function compileForItem(tree: ExpressionTree): Evaluate<Item> {
  if (tree.op === "one-of" && tree.of.op === "item-tags")
    return ({ tags }) => tags.some((tag) => tree.values.includes(tag));
  if (tree.op === "equals" && tree.left.op === "item-tags" && tree.right.op === "constant") {
    const { value } = tree.right;
    return ({ tags }) => tags.some((tag) => tag === value);
  }
  return compileExpression<Item>(tree, (leaf) => {
    if (leaf.op === "item-attribute") {
      const { name, type } = leaf;
      return (item) => attributeOf(item, name, type);
    }
    if (leaf.op === "item-tags") return ({ tags }) => tags[0] ?? null;
    return () => null; // what the event said is settled by then
  });
}
