import { Random } from "#base";
import { lengthBuckets, type TrainingData } from "#tensor";
import { type NegativeSampling, withNegatives } from "./negatives.ts";
import { nextItemBatch } from "./next-item-batch.ts";

/**
 * Which windows of a history longer than one are learned from: the newest; all, cut from the newest backwards so that every
 * item but the first is predicted once; or one at a random place, another in every epoch.
 */
export type WindowChoice = (typeof windowChoices)[number];
export const windowChoices = ["newest", "all", "random"] as const;

interface WindowOptions {
  readonly windows: WindowChoice;
  readonly maxLength: number;
  readonly batchSize: number;
  readonly seed: number;
  /** For sampled losses. */
  readonly sampling?: NegativeSampling;
}

/** Part of a sequence. */
interface Window {
  readonly sequence: Int32Array;
  readonly from: number;
  readonly to: number;
}

/** Sequences of item rows, each of two or more, cut into batches of windows of like length, anew for every epoch. */
export function trainingWindows(sequences: readonly Int32Array[], options: WindowOptions): TrainingData {
  const { batchSize, seed, sampling } = options;
  const windows = sequences.flatMap((sequence) => windowsOf(sequence, options));
  const lengths = windows.map(({ from, to }) => to - from);
  const batchesPerEpoch = Math.ceil(windows.length / batchSize);
  const meanPredictions = lengths.reduce((sum, length) => sum + length - 1, 0) / batchesPerEpoch;
  let current = -1;
  let batches: Uint32Array[] = [];
  return {
    batchesPerEpoch,
    batch(epoch, position) {
      if (epoch !== current) {
        batches = lengthBuckets(lengths, batchSize, Random.of(seed, `epoch ${epoch}`));
        current = epoch;
      }
      const members = Array.from(batches[position]!, (row) => {
        const { sequence, from, to } = windows[row]!;
        if (options.windows !== "random") return sequence.subarray(from, to);
        const start = Random.of(seed, `window ${row} of epoch ${epoch}`).integer(sequence.length - to + 1);
        return sequence.subarray(start, start + to);
      });
      const plain = nextItemBatch(members, meanPredictions);
      if (!sampling) return plain;
      return withNegatives(plain, members, sampling, Random.of(seed, `negatives ${position} of ${epoch}`));
    },
  };
}

/** With `random`, where a window is too long for the sequence to be one, it stands at the start and is to be moved. */
function windowsOf(sequence: Int32Array, { windows, maxLength }: WindowOptions): Window[] {
  const { length } = sequence;
  const longest = maxLength + 1;
  if (windows === "random") return [{ sequence, from: 0, to: Math.min(length, longest) }];
  const found: Window[] = [];
  for (let to = length; to > 1; to -= maxLength) {
    found.push({ sequence, from: Math.max(0, to - longest), to });
    if (windows === "newest") break;
  }
  return found;
}
