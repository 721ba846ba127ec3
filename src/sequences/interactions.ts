import { assert } from "#base";

/**
 * @file Who engaged with what, in time order: the form in which models learn from many people at once. Columnar and
 * compressed by user (CSR), so that ten million engagements are four flat arrays and cross to a worker without a copy.
 */
export interface Interactions {
  readonly userCount: number;
  readonly itemCount: number;
  /** (userCount + 1): the engagements of user row `u` are `offsets[u] .. offsets[u + 1]`, oldest first. */
  readonly offsets: Uint32Array;
  /** (n) item row of each engagement, below `itemCount`. */
  readonly itemRows: Uint32Array;
  /** (n) strength of each engagement; absent when all are 1. */
  readonly weights?: Float32Array;
  /** (n) event time, ms since the epoch; absent when the source kept order only. */
  readonly timestampsMs?: Float64Array;
}

/** What one person engaged with, oldest first; item rows may repeat. Columns as in {@link Interactions}. */
export interface History {
  readonly itemRows: Uint32Array;
  readonly weights?: Float32Array;
  readonly timestampsMs?: Float64Array;
}

/** The history of user row `user`, as views into the table. */
export function historyOf(interactions: Interactions, user: number): History {
  assert(user >= 0 && user < interactions.userCount, "user row is inside the table");
  const from = interactions.offsets[user]!;
  const to = interactions.offsets[user + 1]!;
  return {
    itemRows: interactions.itemRows.subarray(from, to),
    ...(interactions.weights && { weights: interactions.weights.subarray(from, to) }),
    ...(interactions.timestampsMs && { timestampsMs: interactions.timestampsMs.subarray(from, to) }),
  };
}

/** One engagement on its way into a table. */
export interface Interaction {
  readonly user: number;
  readonly item: number;
  readonly weight?: number;
  readonly timestampMs?: number;
}

/**
 * Packs engagements given in any order of users but in time order for each user. The weight and time columns exist when
 * the first engagement has them. O(n).
 */
export function packInteractions(
  rows: readonly Interaction[],
  userCount: number,
  itemCount: number,
): Interactions {
  const offsets = new Uint32Array(userCount + 1);
  for (const { user, item } of rows) {
    assert(user >= 0 && user < userCount && item >= 0 && item < itemCount, "rows are inside the table");
    offsets[user + 1]!++;
  }
  for (let user = 0; user < userCount; user++) offsets[user + 1]! += offsets[user]!;
  const next = offsets.slice(0, userCount);
  const itemRows = new Uint32Array(rows.length);
  const weights = rows[0]?.weight === undefined ? undefined : new Float32Array(rows.length);
  const timestampsMs = rows[0]?.timestampMs === undefined ? undefined : new Float64Array(rows.length);
  for (const row of rows) {
    const position = next[row.user]!++;
    itemRows[position] = row.item;
    if (weights) weights[position] = row.weight ?? 1;
    if (timestampsMs) timestampsMs[position] = row.timestampMs ?? 0;
  }
  return {
    userCount,
    itemCount,
    offsets,
    itemRows,
    ...(weights && { weights }),
    ...(timestampsMs && { timestampsMs }),
  };
}

/** The engagements for which `isKept(position)` holds. O(n). */
export function keepWhere(table: Interactions, isKept: (position: number) => boolean): Interactions {
  const offsets = new Uint32Array(table.userCount + 1);
  const kept: number[] = [];
  for (let user = 0; user < table.userCount; user++) {
    for (let position = table.offsets[user]!; position < table.offsets[user + 1]!; position++)
      if (isKept(position)) kept.push(position);
    offsets[user + 1] = kept.length;
  }
  const { weights, timestampsMs } = table;
  return {
    userCount: table.userCount,
    itemCount: table.itemCount,
    offsets,
    itemRows: Uint32Array.from(kept, (position) => table.itemRows[position]!),
    ...(weights && { weights: Float32Array.from(kept, (position) => weights[position]!) }),
    ...(timestampsMs && { timestampsMs: Float64Array.from(kept, (position) => timestampsMs[position]!) }),
  };
}
