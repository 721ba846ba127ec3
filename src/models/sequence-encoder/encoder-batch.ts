import type { History } from "#sequences";
import type { Batch, NamedTensor } from "#tensor";
import { encoderInputs, itemsAlone, type TokenConfig } from "./encoder-inputs.ts";
import { SHOWN } from "./ignored-items.ts";
import { NEVER } from "./negatives.ts";
import { NOTHING } from "./targets.ts";

/** A window to read, and what to name after each of its engagements. */
export interface Example {
  readonly window: History;
  /** (length of the window) item rows, or {@link NOTHING}. */
  readonly targets: Int32Array;
  /** Item rows of all that the person engaged with. */
  readonly met: Uint32Array;
  /** (length of the window, {@link SHOWN}) as {@link ignoredItems} says; absent where impressions are not learned from. */
  readonly ignored?: Int32Array;
}

/**
 * A batch for {@link nextItemNetwork}. Windows are padded at the end to the longest; padding is computed but names nothing, so
 * windows of like length belong together. Each prediction weighs 1 / `meanPredictions`: given the mean over all batches,
 * a prediction among short windows weighs no more than one among long ones.
 */
export function encoderBatch(
  examples: readonly Example[],
  tokens: TokenConfig,
  meanPredictions?: number,
): Batch {
  const { newest: _, ...inputs } = encoderInputs(
    examples.map(({ window }) => window),
    tokens,
  );
  const [B, T] = inputs["items"]!.shape as [number, number];
  const named: number[] = [];
  const places: number[] = [];
  for (const [row, { targets }] of examples.entries())
    for (const [at, target] of targets.entries())
      if (target !== NOTHING) {
        places.push(row * T + at);
        named.push(target);
      }
  const weight = named.length > 0 ? 1 / (meanPredictions ?? named.length) : 0;
  if (named.length === 0) {
    places.push(0); // a graph takes no empty tensors; this weighs nothing
    named.push(0);
  }
  const N = named.length;
  const ignored = examples[0]?.ignored && ignoredAt(examples, places, T);
  return {
    inputs: {
      ...inputs,
      predicted: { shape: [N], values: Int32Array.from(places) },
      targets: { shape: [N], values: Int32Array.from(named) },
      ...ignored,
      weights: { shape: [N], values: new Float32Array(N).fill(weight) },
    },
    sizes: { B, T },
    tokens: examples.reduce((sum, { window }) => sum + window.itemRows.length, 0),
  };
}

/** (N, {@link SHOWN}) items beside each prediction, and what is taken off the score of a place without one. */
function ignoredAt(
  examples: readonly Example[],
  places: readonly number[],
  T: number,
): Record<"ignored" | "noneIgnored", NamedTensor> {
  const shape = [places.length, SHOWN];
  const items = new Int32Array(places.length * SHOWN);
  const none = new Float32Array(items.length);
  for (const [row, place] of places.entries()) {
    const at = (place % T) * SHOWN;
    const own = examples[Math.floor(place / T)]!.ignored!.subarray(at, at + SHOWN);
    for (const [slot, item] of own.entries()) {
      items[row * SHOWN + slot] = Math.max(0, item);
      none[row * SHOWN + slot] = item < 0 ? NEVER : 0;
    }
  }
  return { ignored: { shape, values: items }, noneIgnored: { shape, values: none } };
}

/** A batch of sequences of item rows, oldest first, in which each item but the first is named from those before it. */
export function nextItemBatch(sequences: readonly ArrayLike<number>[]): Batch {
  const examples = sequences.map((sequence) => {
    const met = Uint32Array.from(sequence);
    return { window: { itemRows: met.subarray(0, -1) }, targets: Int32Array.from(met.subarray(1)), met };
  });
  return encoderBatch(examples, itemsAlone);
}
