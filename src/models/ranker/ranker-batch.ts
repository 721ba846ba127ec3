import type { History } from "#sequences";
import type { NamedTensor } from "#tensor";
import { SPAN_FEATURES, writeSpanFeatures } from "../sequence-encoder/time-features.ts";
import type { RankerShape } from "./ranker-network.ts";

/** Added to the score of a place that is not read. */
const HIDDEN = -1e9;

/** One request as the network takes it in. */
export interface RankerRow {
  readonly acts: History;
  /** Positions of the acts that are read, newest first. */
  readonly places: readonly number[];
  readonly timeMs: number;
  readonly surface: number;
  readonly candidates: ArrayLike<number>;
  /** Row of what the list is about, among items and what is described beside them. */
  readonly about: number;
  /** (candidates, facts) scaled. */
  readonly facts: Float32Array;
}

type Inputs = Record<string, NamedTensor>;

/**
 * Requests as inputs of the network: histories of T places, newest first, place 0 being no act, padded to the longest; C candidates, padded
 * with no item, which is row `none`. What a graph does not ask for it does not take.
 */
export function rankerInputs(
  rows: readonly RankerRow[],
  shape: Omit<RankerShape, "items">,
  none: number,
): Inputs {
  const G = rows.length;
  const T = 1 + Math.max(...rows.map(({ places }) => places.length));
  const C = Math.max(1, ...rows.map(({ candidates }) => candidates.length));
  const { actions, surfaces, facts: width, columns } = shape;
  const items = new Int32Array(G * T).fill(none);
  const codes = { actions: new Int32Array(G * T), surfaces: new Int32Array(G * T) };
  const times = new Float32Array(G * T * SPAN_FEATURES);
  const hidden = new Float32Array(G * T).fill(HIDDEN);
  const candidates = new Int32Array(G * C).fill(none);
  const facts = new Float32Array(G * C * width);
  for (const [row, { acts, places, timeMs, ...asked }] of rows.entries()) {
    hidden[row * T] = 0;
    for (const [at, place] of places.entries()) {
      const to = row * T + 1 + at;
      items[to] = acts.itemRows[place]!;
      codes.actions[to] = codeOf(acts.actions?.[place], actions);
      codes.surfaces[to] = codeOf(acts.surfaces?.[place], surfaces);
      if (acts.timestampsMs)
        writeSpanFeatures(Math.max(0, timeMs - acts.timestampsMs[place]!), times, to * SPAN_FEATURES);
      hidden[to] = 0;
    }
    for (let at = 0; at < asked.candidates.length; at++) candidates[row * C + at] = asked.candidates[at]!;
    facts.set(asked.facts, row * C * width);
  }
  const newest = new Float32Array(T * columns);
  for (let column = 0; column < Math.min(columns, T - 1); column++)
    newest[(column + 1) * columns + column] = 1;
  const slot = new Float32Array(T);
  slot[0] = 1;
  return {
    items: { shape: [G, T], values: items },
    actions: { shape: [G, T], values: codes.actions },
    surfaces: { shape: [G, T], values: codes.surfaces },
    times: { shape: [G, T, SPAN_FEATURES], values: times },
    hidden: { shape: [G, 1, T], values: hidden },
    candidates: { shape: [G, C], values: candidates },
    facts: { shape: [G, C, width], values: facts },
    about: { shape: [G, 1], values: Int32Array.from(rows, ({ about }) => about) },
    place: { shape: [G, 1], values: Int32Array.from(rows, ({ surface }) => codeOf(surface, surfaces)) },
    newest: { shape: [T, columns], values: newest },
    slot: { shape: [1, T, 1], values: slot },
  };
}

/** Row 0 is for what the network does not know; code `c` has row `c + 1`. */
function codeOf(code: number | undefined, known: number): number {
  return code !== undefined && code < known ? code + 1 : 0;
}

/** The vectors of items, one after another, (D) each, as the network that answers wants them; `place` writes one of them. */
export function vectorsOf(
  { shape, values }: NamedTensor,
  place: (item: number, into: Float32Array, at: number) => void,
  D: number,
): NamedTensor {
  const vectors = new Float32Array(values.length * D);
  for (let at = 0; at < values.length; at++) place(Number(values[at]), vectors, at * D);
  return { shape: [...shape, D], values: vectors };
}
