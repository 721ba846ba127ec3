import { Random } from "#base";
import { type History, historyBetween } from "#sequences";
import { lengthBuckets, type TrainingData } from "#tensor";
import { type Example, encoderBatch } from "./encoder-batch.ts";
import type { TokenConfig } from "./encoder-inputs.ts";
import { ignoredItems } from "./ignored-items.ts";
import { type NegativeSampling, withNegatives } from "./negatives.ts";
import { type TargetChoice, targetsOf } from "./targets.ts";

/**
 * Which windows of a history longer than one are learned from: the newest; all, cut from the newest backwards so that every
 * item but the first is predicted once; or one at a random place, another in every epoch.
 */
export type WindowChoice = (typeof windowChoices)[number];
export const windowChoices = ["newest", "all", "random"] as const;

export interface WindowOptions extends TargetChoice {
  readonly windows: WindowChoice;
  readonly maxLength: number;
  readonly batchSize: number;
  readonly seed: number;
  readonly tokens: TokenConfig;
  /** What was shown to the person of each sequence; absent where impressions are not learned from. */
  readonly shown?: readonly History[] | undefined;
  /** For sampled losses. */
  readonly sampling?: NegativeSampling | undefined;
}

/** Part of a sequence that is read. */
interface Window {
  readonly sequence: History;
  readonly shown?: History | undefined;
  readonly from: number;
  readonly to: number;
}

/** Sequences, each of two engagements or more, cut into batches of windows of like length, anew for every epoch. */
export function trainingWindows(sequences: readonly History[], options: WindowOptions): TrainingData {
  const { batchSize, seed, sampling, tokens } = options;
  const windows = sequences.flatMap((sequence, row) =>
    windowsOf(sequence, options).map((window) => ({ ...window, shown: options.shown?.[row] })),
  );
  const lengths = windows.map(({ from, to }) => to - from);
  const batchesPerEpoch = Math.ceil(windows.length / batchSize);
  const meanPredictions = lengths.reduce((sum, length) => sum + length, 0) / batchesPerEpoch;
  let current = -1;
  let batches: Uint32Array[] = [];
  const exampleOf = (row: number, epoch: number): Example => {
    const random = Random.of(seed, `window ${row} of epoch ${epoch}`);
    const { sequence, shown, ...place } = windows[row]!;
    const { from, to } = options.windows === "random" ? moved(sequence, place, random) : place;
    return {
      window: historyBetween(sequence, from, to),
      targets: targetsOf(sequence, { from, to }, options, random),
      met: sequence.itemRows,
      ...(shown && { ignored: ignoredItems(sequence, shown, { from, to }) }),
    };
  };
  return {
    batchesPerEpoch,
    batch(epoch, position) {
      if (epoch !== current) {
        batches = lengthBuckets(lengths, batchSize, Random.of(seed, `epoch ${epoch}`));
        current = epoch;
      }
      const examples = Array.from(batches[position]!, (row) => exampleOf(row, epoch));
      const batch = encoderBatch(examples, tokens, meanPredictions);
      if (!sampling) return batch;
      return withNegatives(batch, examples, sampling, Random.of(seed, `negatives ${position} of ${epoch}`));
    },
  };
}

/** The last engagement of a sequence is named, not read. With `random` a window stands at the start until it is moved. */
function windowsOf(sequence: History, { windows, maxLength }: WindowOptions): Window[] {
  const end = sequence.itemRows.length - 1;
  if (windows === "random") return [{ sequence, from: 0, to: Math.min(end, maxLength) }];
  const found: Window[] = [];
  for (let to = end; to > 0; to -= maxLength) {
    found.push({ sequence, from: Math.max(0, to - maxLength), to });
    if (windows === "newest") break;
  }
  return found;
}

function moved(
  { itemRows }: History,
  { to }: Pick<Window, "to">,
  random: Random,
): { from: number; to: number } {
  const from = random.integer(itemRows.length - to);
  return { from, to: from + to };
}
