import type { Catalogue } from "#events";
import type { PersonControls } from "#sequences";
import type { FeatureRow } from "../feature-row.ts";
import { Accumulation, type Answer } from "../online/accumulation.ts";
import type { FeatureRequest } from "../online/feature-request.ts";

/**
 * The features of a request as of a time, from all rows of a person, oldest first: nothing later is looked at. In the order asked; `undefined`
 * for a name that no feature has.
 */
export function featuresAt(
  rows: readonly FeatureRow[],
  request: FeatureRequest,
  atMs: number,
  catalogue: Catalogue,
  controls?: PersonControls,
): (Answer | undefined)[] {
  const accumulation = new Accumulation(request, atMs);
  const from = request.needsLifetime ? 0 : firstAfter(rows, Math.min(...accumulation.startsMs));
  const to = firstAfter(rows, atMs);
  for (let n = from; n < to; n++) accumulation.addRow(rows[n]!);
  return accumulation.finish(catalogue, controls);
}

/** Position of the first row later than the time. */
export function firstAfter(rows: readonly FeatureRow[], timeMs: number): number {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (rows[middle]!.timestampMs <= timeMs) low = middle + 1;
    else high = middle;
  }
  return low;
}
