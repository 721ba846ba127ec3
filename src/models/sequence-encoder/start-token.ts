import type { Random } from "#base";
import type { AskedContext } from "#sequences";
import {
  add,
  type Expression,
  gather,
  input,
  matmul,
  mul,
  type NamedTensor,
  type Network,
  sum,
} from "#tensor";
import { timeFeatureCount, timeFeatures } from "./time-features.ts";

/**
 * @file The token in which somebody without a history comes: where, when and as whom they ask. It stands alone in its window, in the place of
 * an item, and is learned from what people engaged with first. What the network was not fitted on is left out of it.
 */
export interface StartConfig {
  /** Names of facts in the order of their rows, from 1. */
  readonly facts: readonly string[];
  /** Codes of surfaces that are told apart. */
  readonly surfaces: number;
}

/** Facts of one person that count: the first. */
const PLACES = 16;
/** A fact of fewer people means nothing yet. */
const MIN_PEOPLE = 3;
/** How often each part is left out while learning, so that a request may leave it out too. */
const LEFT_OUT = 0.2;

/** The facts that enough people share. */
export function sharedFacts(contexts: readonly AskedContext[]): string[] {
  const holders = new Map<string, number>();
  for (const { facts = [] } of contexts)
    for (const fact of new Set(facts)) holders.set(fact, (holders.get(fact) ?? 0) + 1);
  return [...holders].filter(([, count]) => count >= MIN_PEOPLE).map(([fact]) => fact);
}

/** As it is while learning: now and then without one of its parts. */
export function thinned({ facts, surface, timestampMs }: AskedContext, random: Random): AskedContext {
  const isKept = (): boolean => !random.chance(LEFT_OUT);
  return {
    ...(facts && { facts: facts.filter(isKept) }),
    ...(surface !== undefined && isKept() && { surface }),
    ...(timestampMs !== undefined && isKept() && { timestampMs }),
  };
}

/**
 * Tokens in which the rows that start are what {@link startInputs} says of them. `tokens`, (B, T, D), of such a row are of length 1 and say
 * nothing. Adds what each part of a context adds up to.
 */
export function withStartTokens(
  network: Network,
  tokens: Expression,
  { facts, surfaces }: StartConfig,
): Expression {
  const D = Number(tokens.shape.at(-1));
  const initial = { kind: "normal", deviation: 1 / Math.sqrt(D) } as const;
  const table = (name: string, rows: number) => network.parameter(`start.${name}`, [rows, D], initial);
  const known = gather(table("facts", facts.length + 1), input("startFacts", ["B", PLACES], "int32"));
  const parts = [
    gather(table("self", 1), input("startSelf", ["B", 1], "int32")), // (B, 1, D)
    gather(table("surfaces", surfaces + 1), input("startSurfaces", ["B", 1], "int32")),
    sum(mul(known, input("startShares", ["B", PLACES, 1])), 1),
    matmul(input("startTimes", ["B", 1, TIMES]), table("times", TIMES)),
  ];
  const start = mul(parts.reduce(add), input("starts", ["B", 1, 1]));
  return add(mul(tokens, input("goesOn", ["B", 1, 1])), start);
}

/** What {@link withStartTokens} takes in; a row without a context does not start. */
export function startInputs(
  contexts: readonly (AskedContext | undefined)[],
  { facts, surfaces }: StartConfig,
): Record<string, NamedTensor> {
  const B = contexts.length;
  const rows = new Map(facts.map((fact, position) => [fact, position + 1]));
  const known = new Int32Array(B * PLACES);
  const times = new Float32Array(B * TIMES);
  for (const [row, context] of contexts.entries()) {
    const own = (context?.facts ?? []).flatMap((fact) => rows.get(fact) ?? []).slice(0, PLACES);
    known.set(own, row * PLACES);
    const { timestampMs } = context ?? {};
    if (timestampMs !== undefined)
      times.set(timeFeatures(Float64Array.of(timestampMs), "absolute"), row * TIMES);
  }
  const codes = Int32Array.from(contexts, (context) => {
    const surface = context?.surface ?? surfaces;
    return surface < surfaces ? surface + 1 : 0;
  });
  return {
    startSelf: { shape: [B, 1], values: new Int32Array(B) },
    startFacts: { shape: [B, PLACES], values: known },
    startShares: { shape: [B, PLACES, 1], values: Float32Array.from(known, (row) => (row > 0 ? 1 : 0)) },
    startSurfaces: { shape: [B, 1], values: codes },
    startTimes: { shape: [B, 1, TIMES], values: times },
    starts: { shape: [B, 1, 1], values: Float32Array.from(contexts, (context) => (context ? 1 : 0)) },
    goesOn: { shape: [B, 1, 1], values: Float32Array.from(contexts, (context) => (context ? 0 : 1)) },
  };
}

const TIMES = timeFeatureCount("absolute");
