import { Random } from "#base";
import { type AskedContext, type History, historyBetween } from "#sequences";
import { lengthBuckets, type TrainingData } from "#tensor";
import { type Example, encoderBatch } from "./encoder-batch.ts";
import type { TokenConfig } from "./encoder-inputs.ts";
import { ignoredItems, SHOWN } from "./ignored-items.ts";
import { type NegativeSampling, withNegatives } from "./negatives.ts";
import { thinned } from "./start-token.ts";
import { NOTHING, type TargetChoice, targetsOf } from "./targets.ts";

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
  /** What was known of the person of each sequence, where the network hears of it. */
  readonly contexts?: readonly (AskedContext | undefined)[] | undefined;
  /** For sampled losses. */
  readonly sampling?: NegativeSampling | undefined;
}

/** Part of a sequence that is read. */
interface Window {
  readonly sequence: History;
  readonly shown?: History | undefined;
  readonly from: number;
  readonly to: number;
  /** Of a window that starts: nothing of the sequence is read, and what came first is named. */
  readonly context?: AskedContext;
}

/** Sequences, of one engagement or more, cut into batches of windows of like length, anew for every epoch. */
export function trainingWindows(sequences: readonly History[], options: WindowOptions): TrainingData {
  const { batchSize, seed, sampling, tokens } = options;
  const windows: Window[] = sequences.flatMap((sequence, row) =>
    windowsOf(sequence, options).map((window) => ({ ...window, shown: options.shown?.[row] })),
  );
  if (tokens.start)
    for (const [row, sequence] of sequences.entries())
      windows.push({ sequence, from: 0, to: 1, context: options.contexts?.[row] ?? {} });
  const lengths = windows.map(({ from, to }) => to - from);
  const batchesPerEpoch = Math.ceil(windows.length / batchSize);
  const meanPredictions = lengths.reduce((sum, length) => sum + length, 0) / batchesPerEpoch;
  let current = -1;
  let batches: Uint32Array[] = [];
  const exampleOf = (row: number, epoch: number): Example => {
    const random = Random.of(seed, `window ${row} of epoch ${epoch}`);
    const { sequence, shown, context, ...place } = windows[row]!;
    if (context) return startOf(sequence, context, options, random);
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
  if (end === 0) return [];
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

/** One of what came first, told from who came, when and where. */
function startOf(
  sequence: History,
  context: AskedContext,
  { positives, shown }: WindowOptions,
  random: Random,
): Example {
  const { itemRows, actions, surfaces, timestampsMs } = sequence;
  const isWanted = (at: number) => !positives || positives[actions?.[at] ?? positives.length] === 1;
  const first = [...itemRows.keys()].filter(isWanted).slice(0, FIRST);
  const at = first[random.integer(Math.max(1, first.length))] ?? 0;
  const asked = {
    ...context,
    ...(surfaces && { surface: surfaces[at]! }),
    ...(timestampsMs && { timestampMs: timestampsMs[at]! }),
  };
  return {
    window: { itemRows: itemRows.subarray(0, 1), context: thinned(asked, random) },
    targets: Int32Array.of(first.length > 0 ? itemRows[at]! : NOTHING),
    met: itemRows,
    ...(shown && { ignored: new Int32Array(SHOWN).fill(-1) }), // nothing was shown before they came
  };
}

/** How many of a person's engagements count as what they came for. */
const FIRST = 5;
