import type { History } from "#sequences";
import type { NamedTensor } from "#tensor";
import type { EncoderConfig } from "./encoder-network.ts";
import { startInputs } from "./start-token.ts";
import { SPAN_STEPS, spanStep, timeFeatureCount, timeFeatures } from "./time-features.ts";

/** What of a token the network reads beside its item. */
export type TokenConfig = Pick<EncoderConfig, "actions" | "surfaces" | "time" | "timeBias" | "start">;

/** A network that reads items and nothing else. */
export const itemsAlone = { actions: 0, surfaces: 0, time: "none", timeBias: "none", idDropout: 0 } as const;

/**
 * Windows as the network takes them in, padded at the end to the longest (B, T), and `newest`: where the newest engagement of
 * each stands in the flattened (B, T).
 */
export function encoderInputs(windows: readonly History[], config: TokenConfig): Record<string, NamedTensor> {
  const B = windows.length;
  const T = longestOf(windows);
  const items = new Int32Array(B * T);
  for (const [row, { itemRows }] of windows.entries()) items.set(itemRows, row * T);
  return { items: { shape: [B, T], values: items }, ...besideItems(windows, config, T) };
}

/** As {@link encoderInputs}, with the vectors of items in the place of their rows. */
export function vectorInputs(
  windows: readonly History[],
  config: TokenConfig,
  { width, inputOf }: { readonly width: number; readonly inputOf: (itemRow: number) => Float32Array },
): Record<string, NamedTensor> {
  const B = windows.length;
  const T = longestOf(windows);
  const vectors = new Float32Array(B * T * width);
  for (const [row, { itemRows }] of windows.entries())
    for (const [at, item] of itemRows.entries()) vectors.set(inputOf(item), (row * T + at) * width);
  return { itemVectors: { shape: [B, T, width], values: vectors }, ...besideItems(windows, config, T) };
}

function longestOf(windows: readonly History[]): number {
  return Math.max(...windows.map(({ itemRows }) => itemRows.length));
}

function besideItems(
  windows: readonly History[],
  config: TokenConfig,
  T: number,
): Record<string, NamedTensor> {
  const newest = Int32Array.from(windows, ({ itemRows }, row) => row * T + itemRows.length - 1);
  return {
    newest: { shape: [windows.length], values: newest },
    ...(config.actions > 0 && { actions: codes(windows, "actions", config.actions, T) }),
    ...(config.surfaces > 0 && { surfaces: codes(windows, "surfaces", config.surfaces, T) }),
    ...(config.time !== "none" && { times: times(windows, config, T) }),
    ...(config.start &&
      startInputs(
        windows.map(({ context }) => context),
        config.start,
      )),
    ...(config.timeBias === "spans" && { spans: spans(windows, T) }),
  };
}

/** Row 0 is for what the network does not know; code `c` has row `c + 1`. */
function codes(
  windows: readonly History[],
  column: "actions" | "surfaces",
  known: number,
  T: number,
): NamedTensor {
  const values = new Int32Array(windows.length * T);
  for (const [row, window] of windows.entries())
    for (const [at, code] of (window[column] ?? []).entries())
      values[row * T + at] = code < known ? code + 1 : 0;
  return { shape: [windows.length, T], values };
}

/** Zeros where a history has no times. */
function times(windows: readonly History[], { time }: TokenConfig, T: number): NamedTensor {
  const width = timeFeatureCount(time);
  const values = new Float32Array(windows.length * T * width);
  for (const [row, { timestampsMs }] of windows.entries())
    if (timestampsMs) values.set(timeFeatures(timestampsMs, time), row * T * width);
  return { shape: [windows.length, T, width], values };
}

/** (B, T, T): the step of the span from each engagement back to each one before; a span of its own without times. */
function spans(windows: readonly History[], T: number): NamedTensor {
  const values = new Int32Array(windows.length * T * T).fill(SPAN_STEPS);
  for (const [row, { timestampsMs = new Float64Array(0) }] of windows.entries())
    for (let to = 0; to < timestampsMs.length; to++)
      for (let from = 0; from <= to; from++)
        values[(row * T + to) * T + from] = spanStep(timestampsMs[to]! - timestampsMs[from]!);
  return { shape: [windows.length, T, T], values };
}
