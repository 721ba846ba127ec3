import { type History, historyOf, type Interactions } from "#sequences";

/**
 * Everything people did with items, oldest first: engagements and rejections in one table, a rejection weighing 0. Without rejections it
 * is the table itself.
 */
export function actsOf(data: Interactions): Interactions {
  const { rejections, impressions: _, ...engagements } = data;
  if (!rejections) return engagements;
  const offsets = new Uint32Array(data.userCount + 1);
  const size = data.itemRows.length + rejections.itemRows.length;
  const merged = {
    itemRows: new Uint32Array(size),
    weights: new Float32Array(size),
    timestampsMs: new Float64Array(size),
    actions: new Uint8Array(size),
    surfaces: new Uint8Array(size),
  };
  let end = 0;
  const push = (history: History, at: number, weight: number): void => {
    merged.itemRows[end] = history.itemRows[at]!;
    merged.weights[end] = weight;
    merged.timestampsMs[end] = history.timestampsMs?.[at] ?? 0;
    merged.actions[end] = history.actions?.[at] ?? 0;
    merged.surfaces[end] = history.surfaces?.[at] ?? 0;
    end++;
  };
  for (let user = 0; user < data.userCount; user++) {
    const [wanted, rejected] = [historyOf(data, user), historyOf(rejections, user)];
    let next = 0;
    for (let at = 0; at < wanted.itemRows.length; at++) {
      const timeMs = wanted.timestampsMs?.[at] ?? 0;
      while (next < rejected.itemRows.length && rejected.timestampsMs![next]! < timeMs)
        push(rejected, next++, 0);
      push(wanted, at, wanted.weights?.[at] ?? 1);
    }
    while (next < rejected.itemRows.length) push(rejected, next++, 0);
    offsets[user + 1] = end;
  }
  return { ...engagements, ...merged, offsets };
}

/** What can be predicted of an item that is shown: names, the code of each, and how much each says that the item is wanted. */
export interface Heads {
  readonly names: readonly string[];
  /** Code of an action -> its head; those without one are not predicted. */
  readonly headOf: ReadonlyMap<number, number>;
  /** Mean weight of its acts; the least of all, negative, for rejections. */
  readonly strengths: Float32Array;
}

/** Acts fewer than this teach nothing. */
const FEWEST = 20;
/** The one head of data that does not tell actions apart. */
const ENGAGEMENT = "engagement";

/** The heads called `wanted`, or one for every action there is enough of. @throws PlatformError through `unknownAction` */
export function headsOf(acts: Interactions, wanted: string, unknownAction: (name: string) => Error): Heads {
  const { actions, actionNames = [], weights, itemRows } = acts;
  if (!actions) {
    return { names: [ENGAGEMENT], headOf: new Map([[0, 0]]), strengths: Float32Array.of(1) };
  }
  const sums = new Float64Array(256);
  const counts = new Float64Array(256);
  for (let at = 0; at < itemRows.length; at++) {
    sums[actions[at]!]! += weights?.[at] ?? 1;
    counts[actions[at]!]! += 1;
  }
  const nameOf = (code: number): string => actionNames[code] ?? `action-${code}`;
  const there = [...counts.keys()].filter((code) => counts[code]! >= FEWEST && nameOf(code) !== "");
  const codes =
    wanted === ""
      ? there
      : wanted.split(",").map((name) => {
          const code = there.find((known) => nameOf(known) === name);
          if (code === undefined) throw unknownAction(name);
          return code;
        });
  const means = codes.map((code) => sums[code]! / counts[code]!);
  const most = Math.max(1, ...means);
  return {
    names: codes.map(nameOf),
    headOf: new Map(codes.map((code, head) => [code, head])),
    strengths: Float32Array.from(means, (mean) => (mean > 0 ? mean : -most)),
  };
}
