import type { IdentifyMessage, ItemInput, SegmentMessage, TrackMessage } from "#api";
import type { DatasetContents } from "./dataset.ts";

/**
 * A data set as the messages that an application would have sent: first who people are, then what they did, all
 * people's rows merged by time (made-up times merge round-robin, as they count each person's steps). Message ids depend
 * only on the data, so a second import of the same set adds nothing. The only way of a data set into the platform, with
 * {@link itemsOf}.
 *
 * Ids read `ml-1m:u12:34`: the 35th act of user row 12.
 */
export function* messagesOf(contents: DatasetContents, name: string): Generator<SegmentMessage> {
  yield* identifyMessages(contents, name);
  yield* trackMessages(contents, name);
}

/** The catalogue of a data set, in the order of its item rows. */
export function itemsOf(contents: DatasetContents): Iterable<ItemInput> {
  return contents.items;
}

/** People with traits, as of the moment the data set begins. */
function* identifyMessages(contents: DatasetContents, name: string): Generator<IdentifyMessage> {
  const { timestampsMs } = contents.engagements;
  const beginMs = timestampsMs.reduce((least, timeMs) => Math.min(least, timeMs), Number.POSITIVE_INFINITY);
  const timestamp = Number.isFinite(beginMs) ? { timestamp: new Date(beginMs).toISOString() } : {};
  for (const [row, user] of contents.users.entries())
    if (Object.keys(user.traits).length > 0)
      yield {
        type: "identify",
        messageId: `${name}:u${row}:identify`,
        userId: user.userId,
        ...timestamp,
        traits: { ...user.traits },
      };
}

function* trackMessages(contents: DatasetContents, name: string): Generator<TrackMessage> {
  const { engagements, users, items } = contents;
  const ordinals = new Uint32Array(users.length);
  for (const row of byTime(engagements.timestampsMs)) {
    const user = engagements.users[row]!;
    const value = engagements.values?.[row];
    const { context, ...properties } = engagements.details?.(row) ?? {};
    yield {
      type: "track",
      event: engagements.actionNames[engagements.actions[row]!]!,
      messageId: `${name}:u${user}:${ordinals[user]!++}`,
      userId: users[user]!.userId,
      timestamp: new Date(engagements.timestampsMs[row]!).toISOString(),
      properties: {
        itemId: items[engagements.items[row]!]!.itemId,
        ...(value !== undefined && !Number.isNaN(value) && { value }),
        ...properties,
      },
      ...(isRecord(context) && { context }),
    };
  }
}

/** Rows in time order; rows of the same time keep theirs. O(n) when they lie so already, else O(n log n). */
function byTime(timestampsMs: Float64Array): Uint32Array {
  const order = Uint32Array.from(timestampsMs.keys());
  const isSorted = timestampsMs.every((timeMs, row) => row === 0 || timestampsMs[row - 1]! <= timeMs);
  if (isSorted) return order;
  return order.sort((left, right) => timestampsMs[left]! - timestampsMs[right]! || left - right);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
