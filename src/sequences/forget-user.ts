import { type Actions, decodeEvent, type EventKind, partitionOf } from "#events";
import type { EventLog, StateOperation, StateStore } from "#storage";
import { readProgress } from "./applier.ts";
import { duplicatesBetween } from "./duplicates.ts";
import { OTHER_NAMES } from "./event-counts.ts";
import { duplicateKey, headKey, undeclaredKey, userPrefix } from "./state-keys.ts";
import { decodeUserHead } from "./user-head.ts";

/**
 * @file Takes a user out of the state, so that it is what it would be had they never come: their own keys, the marks of their
 * repeated events, and their share of the counts of undeclared names. What their share is stands in the log and in their head, so the state
 * forgets before the log does. All of it is one atomic step, told done by the absence of the user's head; doing it again changes nothing.
 * The state must not be applied to meanwhile.
 */
export interface ForgetContext {
  readonly log: EventLog;
  readonly state: StateStore;
  readonly actions: Actions;
}

const PAGE = 10_000;
/** A head counts these messages under the same name as track events that are called so. */
const OTHER_KINDS: readonly string[] = ["identify", "page", "screen", "group", "alias"] satisfies EventKind[];

/** Entries removed. O(the user's partition of the log); 0 for a user without state. */
export async function forgetUser(userId: string, context: ForgetContext): Promise<number> {
  const { log, state, actions } = context;
  const [head] = await state.get([headKey(userId)]);
  if (!head) return 0;
  const own = await keysOf(state, userId);
  const partition = partitionOf(userId, log.partitionCount);
  const { duplicates, undeclared } = await shareOf(userId, partition, context);
  const operations: StateOperation[] = [...own, ...duplicates].map((key) => ({ kind: "delete", key }));
  const { counts: applied } = decodeUserHead(head).record;
  // Retention may have dropped some of their events from the log; the head has counted them all.
  const counted = Object.keys(applied).filter(
    (name) => name !== OTHER_NAMES && !actions.named(name) && !OTHER_KINDS.includes(name),
  );
  const names = [...new Set([...undeclared.keys(), ...counted])];
  const keys = names.map((name) => undeclaredKey(partition, name));
  const counts = await state.get(keys);
  for (const [n, name] of names.entries()) {
    const stored = counts[n];
    if (!stored) continue;
    // Never more than the head counted: when a forgetting failed half-way, the log has events it was done with.
    const isCounted = Object.hasOwn(applied, name);
    const isInLogAlone = OTHER_KINDS.includes(name) || !isCounted;
    const inLog = isInLogAlone ? (undeclared.get(name) ?? 0) : Number.POSITIVE_INFINITY;
    const share = Math.min(inLog, applied[isCounted ? name : OTHER_NAMES] ?? 0);
    const value = Buffer.from(stored);
    value.writeDoubleLE(value.readDoubleLE(0) - share);
    operations.push(
      value.readDoubleLE(0) > 0 ? { kind: "put", key: keys[n]!, value } : { kind: "delete", key: keys[n]! },
    );
  }
  await state.write(operations);
  return own.length + duplicates.length;
}

/** Entries the state has of a user. */
export async function countUserEntries(state: StateStore, userId: string): Promise<number> {
  return (await keysOf(state, userId)).length;
}

async function keysOf(state: StateStore, userId: string): Promise<Uint8Array[]> {
  const entries = await state.scan({ prefix: userPrefix(userId), limit: Number.MAX_SAFE_INTEGER });
  return entries.map(({ key }) => key);
}

/** What the user's applied events left outside their own keys. */
async function shareOf(
  userId: string,
  partition: number,
  { log, state, actions }: ForgetContext,
): Promise<{ duplicates: Uint8Array[]; undeclared: Map<string, number> }> {
  const duplicates: Uint8Array[] = [];
  const undeclared = new Map<string, number>();
  const { offset: end } = await readProgress(state, partition);
  const isTheirs = recordsOfUsers([userId]);
  for (let next = log.start(partition); next < end; ) {
    const records = await log.read(partition, next, Math.min(PAGE, end - next));
    const from = next;
    next = records.at(-1)!.offset + 1;
    const theirs = records.filter(({ bytes }) => isTheirs(bytes));
    if (theirs.length === 0) continue;
    const repeated = await duplicatesBetween(state, partition, from, next);
    for (const { offset, bytes } of theirs) {
      const { kind, name } = decodeEvent(bytes);
      if (repeated.has(offset)) duplicates.push(duplicateKey(partition, offset));
      else if (kind === "track" && !actions.named(name))
        undeclared.set(name, (undeclared.get(name) ?? 0) + 1);
    }
  }
  return { duplicates, undeclared };
}

/** Whether a record of a user partition is an event of one of the users. Most records are told by a search for the bytes alone. */
export function recordsOfUsers(userIds: readonly string[]): (bytes: Uint8Array) => boolean {
  const ids = new Set(userIds);
  const needles = userIds.map((id) => Buffer.from(id));
  return (bytes) => {
    const record = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return needles.some((needle) => record.includes(needle)) && ids.has(decodeEvent(bytes).userId);
  };
}
