import { assert } from "#base";
import type { Condition } from "./condition.ts";
import type { AskedContext } from "./context-facts.ts";

/**
 * @file Who engaged with what, in time order: the form in which models learn from many people at once. Columnar and
 * compressed by user (CSR), so that ten million engagements are four flat arrays and cross to a worker without a copy.
 */
export interface Interactions extends Columns {
  readonly userCount: number;
  readonly itemCount: number;
  /** (userCount + 1): the engagements of user row `u` are `offsets[u] .. offsets[u + 1]`, oldest first. */
  readonly offsets: Uint32Array;
  /** The names of `actions` and of `surfaces`, where these are known. */
  readonly actionNames?: readonly string[];
  readonly surfaceNames?: readonly string[];
  /** (itemCount) what the items are described by; absent when nothing is known of any. */
  readonly items?: readonly ItemContent[];
  /** (userCount) what was known of each person when they came; absent when nothing is known of anybody. */
  readonly contexts?: readonly AskedContext[];
  /** What the same people were shown, by user row and time, engaged with or not; absent when nobody knows. */
  readonly impressions?: Pick<
    Interactions,
    "userCount" | "itemCount" | "offsets" | "itemRows" | "timestampsMs" | "surfaces"
  > & {
    /** (n) equal for what was shown together; 0 where nobody says. */
    readonly slates?: Uint32Array;
    /** (n) position among `conditions` of what the list was about, where an impression says it; 0 for nothing. Absent where none does. */
    readonly abouts?: Uint32Array;
    /** Each once, from position 1 on; 0 is of none. */
    readonly conditions?: readonly (Condition | undefined)[];
  };
  /** What the same people did that shows that something is not wanted (hides), by user row and time; absent when there is none. */
  readonly rejections?: Pick<
    Interactions,
    "userCount" | "itemCount" | "offsets" | "itemRows" | "timestampsMs" | "actions" | "surfaces"
  >;
}

/** (n) each; a history has the same columns as the table it is from. */
interface Columns {
  /** Item row of each engagement, below `itemCount`. */
  readonly itemRows: Uint32Array;
  /** Strength of each engagement; absent when all are 1. */
  readonly weights?: Float32Array;
  /** Event time, ms since the epoch; absent when the source kept order only. */
  readonly timestampsMs?: Float64Array;
  /** What was done, and where: positions in a vocabulary. */
  readonly actions?: Uint8Array;
  readonly surfaces?: Uint8Array;
}

/** What an item is described by. */
export interface ItemContent {
  readonly tags?: readonly string[];
  readonly title?: string;
  readonly text?: string;
  /** Made elsewhere, of its words or its picture; of one length for all items that have one. */
  readonly vector?: readonly number[];
}

/** What one person engaged with, oldest first; item rows may repeat. */
export interface History extends Columns {
  /** Who asks, when and where, for models that have an answer for somebody without engagements. */
  readonly context?: AskedContext;
}

/** The history of user row `user`, as views into the table, with what is known of the person. */
export function historyOf(interactions: Interactions, user: number): History {
  assert(user >= 0 && user < interactions.userCount, "user row is inside the table");
  const from = interactions.offsets[user]!;
  const to = interactions.offsets[user + 1]!;
  const context = interactions.contexts?.[user];
  return { ...historyBetween(interactions, from, to), ...(context && { context }) };
}

/** The engagements `from` to before `to`, as views. */
export function historyBetween(history: History, from: number, to: number): History {
  return mapColumns(history, (column) => column.subarray(from, to) as typeof column);
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
  return { ...table, ...mapColumns(table, (column) => pick(column, kept)), offsets };
}

/** The engagements of a history at `positions`, in their order. */
export function historyAt(history: History, positions: ArrayLike<number>): History {
  return mapColumns(history, (column) => pick(column, positions));
}

type Column = Uint8Array | Uint32Array | Float32Array | Float64Array;

function mapColumns(
  { itemRows, weights, timestampsMs, actions, surfaces }: Columns,
  change: <Values extends Column>(column: Values) => Values,
): Columns {
  return {
    itemRows: change(itemRows),
    ...(weights && { weights: change(weights) }),
    ...(timestampsMs && { timestampsMs: change(timestampsMs) }),
    ...(actions && { actions: change(actions) }),
    ...(surfaces && { surfaces: change(surfaces) }),
  };
}

function pick<Values extends Column>(column: Values, positions: ArrayLike<number>): Values {
  const picked = column.slice(0, positions.length) as Values; // for its type and room
  for (let at = 0; at < positions.length; at++) picked[at] = column[positions[at]!]!;
  return picked;
}
