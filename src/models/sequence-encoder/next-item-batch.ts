import { assert } from "#base";
import type { Batch } from "#tensor";

/**
 * A batch of sequences of item rows, oldest first, for {@link nextItemNetwork}: each item but the first is predicted from
 * those before it. Sequences are padded at the end to the longest; padding is computed but predicts nothing, so sequences of
 * like length belong together. Each prediction weighs 1 / `meanPredictions`: given the mean over all batches, a prediction
 * among short sequences weighs no more than one among long ones.
 */
export function nextItemBatch(sequences: readonly Int32Array[], meanPredictions?: number): Batch {
  const B = sequences.length;
  const T = Math.max(...sequences.map(({ length }) => length - 1));
  const N = sequences.reduce((sum, { length }) => sum + length - 1, 0);
  assert(
    sequences.every(({ length }) => length >= 2),
    "a sequence has an item and a next one",
  );
  const items = new Int32Array(B * T);
  const predicted = new Int32Array(N);
  const targets = new Int32Array(N);
  let next = 0;
  for (const [row, sequence] of sequences.entries()) {
    items.set(sequence.subarray(0, -1), row * T);
    targets.set(sequence.subarray(1), next);
    for (let t = 0; t < sequence.length - 1; t++) predicted[next++] = row * T + t;
  }
  return {
    inputs: {
      items: { shape: [B, T], values: items },
      predicted: { shape: [N], values: predicted },
      targets: { shape: [N], values: targets },
      weights: { shape: [N], values: new Float32Array(N).fill(1 / (meanPredictions ?? N)) },
    },
    sizes: { B, T },
    tokens: N,
  };
}
