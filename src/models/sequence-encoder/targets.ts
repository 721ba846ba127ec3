import { DAY_MS, type Random } from "#base";
import type { History } from "#sequences";

/** What a position is asked to name: the next engagement, or any one of those that follow. */
export interface TargetChoice {
  /**
   * `next-item`: the next engagement. `all-actions`: one at random of those within the horizon (PinnerFormer's dense
   * all-action loss, Pancha et al. 2022, section 3.3).
   */
  readonly predicts: "next-item" | "all-actions";
  /** Of `all-actions`; without times every later engagement is within it. */
  readonly horizonDays: number;
  /** Which actions are worth naming: 1 at their code. All when absent. */
  readonly positives?: Uint8Array | undefined;
}

/** No item is to be named here. */
export const NOTHING = -1;

/** For each of the positions `from` to before `to` of a person's sequence, the item row to name there, or {@link NOTHING}. */
export function targetsOf(
  sequence: History,
  { from, to }: { readonly from: number; readonly to: number },
  choice: TargetChoice,
  random: Random,
): Int32Array {
  const { itemRows, timestampsMs, actions } = sequence;
  const { predicts, positives } = choice;
  const isWanted = (at: number) => !positives || positives[actions?.[at] ?? positives.length] === 1;
  const targets = new Int32Array(to - from).fill(NOTHING);
  if (predicts === "next-item") {
    for (let at = from; at < to && at + 1 < itemRows.length; at++)
      if (isWanted(at + 1)) targets[at - from] = itemRows[at + 1]!;
    return targets;
  }
  const wanted = Uint32Array.from(itemRows.keys()).filter(isWanted);
  let first = 0;
  let end = 0;
  for (let at = from; at < to; at++) {
    const untilMs = (timestampsMs?.[at] ?? 0) + choice.horizonDays * DAY_MS;
    while (first < wanted.length && wanted[first]! <= at) first++;
    end = Math.max(end, first);
    while (end < wanted.length && (timestampsMs?.[wanted[end]!] ?? 0) <= untilMs) end++;
    if (end > first) targets[at - from] = itemRows[wanted[first + random.integer(end - first)]!]!;
  }
  return targets;
}
