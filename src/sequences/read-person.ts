import { type Awaitable, whenThere } from "#base";
import type { StateReader } from "#storage";
import { readHeads, readSequenceOf, type SequenceQuery } from "./read-sequence.ts";
import { SequenceWindow } from "./sequence-window.ts";
import { joinChoices } from "./standing-choices.ts";
import type { UserHead } from "./user-head.ts";
import type { UserRecord } from "./user-record.ts";

/** A person as the union of their ids, each with the state it has. */
export interface PersonState {
  /** Ids that have state, with it. */
  readonly heads: readonly { readonly userId: string; readonly head: UserHead }[];
  /** Their records put together. */
  readonly record: UserRecord;
}

/** The person who has these ids, or `undefined` when nothing was received under any of them. */
export function readPerson(
  state: StateReader,
  userIds: readonly string[],
): Awaitable<PersonState | undefined> {
  return whenThere(readHeads(state, userIds), (found) => personOf(userIds, found));
}

/** @param found of each id, in the same order */
function personOf(
  userIds: readonly string[],
  found: readonly (UserHead | undefined)[],
): PersonState | undefined {
  const heads: { readonly userId: string; readonly head: UserHead }[] = [];
  let record: UserRecord | undefined;
  for (const [n, head] of found.entries()) {
    if (!head) continue;
    heads.push({ userId: userIds[n]!, head });
    record = record ? joinRecords(record, head.record) : head.record;
  }
  return record && { heads, record };
}

/** The rows of a person that answer the query, all ids merged by time. */
export async function readPersonSequence(
  state: StateReader,
  { heads }: PersonState,
  query: SequenceQuery,
): Promise<SequenceWindow> {
  const windows = await Promise.all(
    heads.map(({ userId, head }) => readSequenceOf(state, userId, head, query)),
  );
  return SequenceWindow.merge(windows, query.limit);
}

function joinRecords(left: UserRecord, right: UserRecord): UserRecord {
  const counts = new Map(Object.entries(left.counts)); // a map, for a name may be any text
  for (const [name, count] of Object.entries(right.counts)) counts.set(name, (counts.get(name) ?? 0) + count);
  return {
    firstMs: Math.min(left.firstMs, right.firstMs),
    lastMs: Math.max(left.lastMs, right.lastMs),
    eventCount: left.eventCount + right.eventCount,
    counts: Object.fromEntries(counts),
    identified: [...left.identified, ...right.identified].sort(
      (one, other) => one.timestampMs - other.timestampMs,
    ),
    ...((left.consent || right.consent) && {
      consent: joinChoices(left.consent ?? {}, right.consent ?? {}),
    }),
    rowCount: left.rowCount + right.rowCount,
    hashChunks: 0,
  };
}
