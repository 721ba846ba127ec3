/**
 * @file What a feature is, said in the fewest lines: filter an array, fold it. Shares no code with the platform but the definitions. Sums are
 * made of whole numbers of 2 ^ -1074, which every double is, and rounded once.
 */
import type { AggregateDefinition, AggregateTree, ExpressionTree, Scalar } from "#declarations";
import type { StoredEvent } from "#events";

/** An event in the order of the log, what the catalogue says of its item now, and what it had said when the event came. */
export interface OracleEvent {
  readonly event: StoredEvent;
  readonly offset: number;
  readonly tags: readonly string[];
  readonly price: number | undefined;
  readonly said: { readonly tags: readonly string[]; readonly price?: number };
}

type Values = readonly { readonly value: Scalar; readonly atMs: number; readonly offset: number }[];

export function oracleValue(
  definition: AggregateDefinition,
  events: readonly OracleEvent[],
  ids: ReadonlySet<string>,
  atMs: number,
): unknown {
  const { from, where, keyedBy, aggregate, window, purpose } = definition;
  const startsMs = definition.entity === "item" ? atHop : (_: number, fromMs: number): number => fromMs + 1;
  // Of an item, what one id chose holds for its events alone: its people are not looked for.
  const isOfPerson = definition.entity === "user";
  const choices = events.filter(
    ({ event }) => event.kind === "identify" && saidOf(event, purpose) !== undefined,
  );
  const choicesFor = ({ event: { userId } }: OracleEvent): OracleEvent[] =>
    choices.filter(({ event }) => (isOfPerson ? ids.has(event.userId) : event.userId === userId));
  let chosen = events
    .filter((one) => ids.has(one.event.userId) && isUsable(one, choicesFor(one), purpose))
    .filter(({ event }) => (from.kind === "identify" ? event.kind === "identify" : event.kind === "track"))
    .filter(({ event }) => from.kind === "identify" || !from.actions || from.actions.includes(event.name))
    .filter((one) => !where || evaluate(where, one).includes(true))
    .filter(({ event }) => event.timestampMs <= atMs)
    .sort((left, right) => left.event.timestampMs - right.event.timestampMs || left.offset - right.offset);
  if (window.kind === "sliding")
    chosen = chosen.filter(({ event }) => event.timestampMs >= startsMs(window.ms, atMs - window.ms));
  if (window.kind === "fixed")
    chosen = chosen.filter(({ event }) => event.timestampMs >= atMs - (atMs % window.ms));
  const counted = chosen.flatMap((one) => {
    const keys = keyedBy ? evaluate(keyedBy, one) : [""];
    const then = { ...one, tags: one.said.tags, price: one.said.price };
    const said = "of" in aggregate ? evaluate(aggregate.of, then) : [true];
    const { timestampMs: when } = one.event;
    return said.map((value) => ({ keys, value, atMs: when, offset: one.offset }));
  });
  // A visit is one of all that counts, whatever its key.
  const visit = window.kind === "session" ? visitOf(counted, atMs, window) : counted;
  if (!keyedBy) return fold(aggregate, visit, atMs);
  const keys = [...new Set(visit.flatMap((one) => one.keys))];
  const under = (key: Scalar): Values => visit.filter((one) => one.keys.includes(key));
  return Object.fromEntries(keys.map((key) => [String(key), fold(aggregate, under(key), atMs)]));
}

/** Windows of items begin on whole 5 minutes, hours or days. */
function atHop(windowMs: number, fromMs: number): number {
  const hour = 3_600_000;
  const hop = windowMs <= 12 * hour ? hour / 12 : windowMs <= 12 * 24 * hour ? hour : 24 * hour;
  return fromMs - (fromMs % hop);
}

function visitOf<Of extends { readonly atMs: number }>(
  all: readonly Of[],
  atMs: number,
  { gapMs, maxMs }: { gapMs: number; maxMs: number },
): Of[] {
  const visit: Of[] = [];
  let later = atMs;
  for (const one of [...all].reverse()) {
    if (later - one.atMs > gapMs || one.atMs <= atMs - maxMs) break;
    visit.unshift(one);
    later = one.atMs;
  }
  return visit;
}

/**
 * By its own word; else by what its id had said by then, in the order of the log. Where the person had chosen otherwise at its time than
 * the id alone, whenever either came to be known, the person's choice counts. `choices`: in the order of the log, of the person's ids.
 */
function isUsable({ event, offset }: OracleEvent, choices: readonly OracleEvent[], purpose: string): boolean {
  const word = saidOf(event, purpose);
  if (word !== undefined) return word;
  const { timestampMs } = event;
  const ofId = choices.filter((other) => other.event.userId === event.userId);
  const byPerson = standing(choices, timestampMs, purpose);
  if (byPerson !== standing(ofId, timestampMs, purpose)) return byPerson;
  const before = ofId.filter((other) => other.offset <= offset);
  return standing(before, timestampMs, purpose);
}

/** What was chosen last by a time; a refusal wins a tie. */
function standing(choices: readonly OracleEvent[], atMs: number, purpose: string): boolean {
  const newest = choices
    .filter(({ event }) => event.timestampMs <= atMs)
    .sort(
      (left, right) =>
        left.event.timestampMs - right.event.timestampMs ||
        Number(saidOf(right.event, purpose)) - Number(saidOf(left.event, purpose)),
    )
    .at(-1);
  return newest ? saidOf(newest.event, purpose)! : purpose !== "advertising";
}

function saidOf({ rest }: StoredEvent, purpose: string): boolean | undefined {
  const context = rest["context"] as
    | { consent?: { categoryPreferences?: Record<string, boolean> } }
    | undefined;
  return context?.consent?.categoryPreferences?.[purpose];
}

/** Every value: an item has several tags. */
function evaluate(tree: ExpressionTree, one: OracleEvent): Scalar[] {
  const { event, tags, price } = one;
  const typed = (value: unknown, type: string): Scalar[] =>
    typeof value !== (type === "text" ? "string" : type)
      ? []
      : [typeof value === "number" ? value + 0 : (value as Scalar)]; // there is one zero, as in JSON
  const when = new Date(event.timestampMs);
  switch (tree.op) {
    case "property":
      return typed(event.properties[tree.name], tree.type);
    case "trait":
      return typed(event.traits[tree.name], tree.type);
    case "action":
      return [event.name];
    case "item-id":
      return typed(event.properties["itemId"], "text");
    case "user-id":
      return [event.userId];
    case "item-tags":
      return [...tags];
    case "item-attribute":
      return price === undefined ? [] : [price];
    case "hour":
      return [when.getUTCHours()];
    case "weekday":
      return [when.getUTCDay()];
    case "day":
      return [Math.floor(event.timestampMs / 86_400_000)];
    case "constant":
      return [tree.value];
    case "equals":
      return [
        evaluate(tree.left, one)[0] !== undefined &&
          evaluate(tree.left, one)[0] === evaluate(tree.right, one)[0],
      ];
    case "above":
      return [evaluate(tree.left, one).some((left) => left > evaluate(tree.right, one)[0]!)];
    case "at-least":
      return [evaluate(tree.left, one).some((left) => left >= evaluate(tree.right, one)[0]!)];
    case "one-of":
      return [evaluate(tree.of, one).some((value) => tree.values.includes(value))];
    case "all":
      return [tree.of.every((part) => evaluate(part, one)[0] === true)];
    case "not":
      return [evaluate(tree.of, one)[0] !== true];
    case "choose": {
      const chosen = tree.cases[String(evaluate(tree.of, one)[0])] ?? tree.otherwise;
      return chosen === null ? [] : [chosen];
    }
    default:
      throw new Error(`the oracle does not know ${tree.op}`);
  }
}

/** Newest first; those of one event in the order it has them. */
function newestFirst(values: Values): Scalar[] {
  return [...values]
    .sort((left, right) => right.atMs - left.atMs || right.offset - left.offset)
    .map(({ value }) => value);
}

function fold(tree: AggregateTree, values: Values, atMs: number): unknown {
  const plain = values.map(({ value }) => value);
  const numbers = plain as number[];
  switch (tree.kind) {
    case "count":
      return values.length;
    case "time_since":
      return values.length === 0 ? null : (atMs - Math.max(...values.map((one) => one.atMs))) / 1000;
    case "sum":
      return exactSum(numbers);
    case "average":
      return numbers.length === 0 ? null : exactSum(numbers) / numbers.length;
    case "min":
      return numbers.length === 0 ? null : Math.min(...numbers);
    case "max":
      return numbers.length === 0 ? null : Math.max(...numbers);
    case "last":
      return newestFirst(values)[0] ?? null;
    case "last_k": {
      const newest = newestFirst(values);
      return (tree.isDistinct ? [...new Set(newest)] : newest).slice(0, tree.k);
    }
    case "approx_unique_count":
      return new Set(plain).size; // few: exact
    case "approx_percentile":
      return percentile(
        [...numbers].sort((left, right) => left - right),
        tree.quantile,
      );
    case "histogram":
      return [...tree.bounds, Number.POSITIVE_INFINITY].map(
        (bound, n) =>
          numbers.filter(
            (value) => value < bound && value >= (tree.bounds[n - 1] ?? Number.NEGATIVE_INFINITY),
          ).length,
      );
    case "top_k": {
      const times = (value: Scalar): number => plain.filter((other) => other === value).length;
      return [...new Set(plain)]
        .sort((left, right) => times(right) - times(left) || (String(left) < String(right) ? -1 : 1))
        .slice(0, tree.k);
    }
    case "decayed_sum": {
      if (values.length === 0) return 0;
      const wholes = values.map((one) => Math.floor(one.atMs / tree.halfLifeMs));
      const base = Math.max(...wholes);
      const terms = values.map(
        (one, n) =>
          numbers[n]! *
          2 ** ((one.atMs - wholes[n]! * tree.halfLifeMs) / tree.halfLifeMs) *
          2 ** (wholes[n]! - base),
      );
      const now = Math.floor(atMs / tree.halfLifeMs);
      return (
        0 + exactSum(terms) * 2 ** (base - now) * 2 ** -((atMs - now * tree.halfLifeMs) / tree.halfLifeMs)
      );
    }
  }
}

const GAMMA = 1.01 / 0.99;

function percentile(sorted: readonly number[], quantile: number): number | null {
  const value = sorted[Math.floor(quantile * (sorted.length - 1))];
  if (value === undefined || value === 0) return value ?? null;
  const bucket = (magnitude: number): number => Math.ceil(Math.log(magnitude) / Math.log(GAMMA));
  const alike = sorted.filter((other) => other !== 0 && other > 0 === value > 0);
  const lowest = Math.max(...alike.map((other) => bucket(Math.abs(other)))) - 2047;
  return (Math.sign(value) * 2 * GAMMA ** Math.max(bucket(Math.abs(value)), lowest)) / (GAMMA + 1);
}

/** Every double is a whole number of 2 ^ -1074; whole numbers add up without error. */
function exactSum(terms: readonly number[]): number {
  const total = terms.reduce((sum, term) => sum + wholeOf(term), 0n);
  const magnitude = total < 0n ? -total : total;
  const excess = Math.max(0, magnitude.toString(2).length - 1000);
  const lost = magnitude & ((1n << BigInt(excess)) - 1n);
  const kept = (magnitude >> BigInt(excess)) | (lost > 0n ? 1n : 0n); // what is lost still decides ties
  const value = Number(kept) * 2 ** (excess - 537) * 2 ** -537;
  return total < 0n ? -value : value;
}

function wholeOf(term: number): bigint {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, term);
  const bits = view.getBigUint64(0);
  const exponent = (bits >> 52n) & 0x7ffn;
  const fraction = bits & 0xfffffffffffffn;
  const magnitude = exponent === 0n ? fraction : (fraction | 0x10000000000000n) << (exponent - 1n);
  return bits >> 63n ? -magnitude : magnitude;
}
