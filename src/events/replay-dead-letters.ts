import type { Clock } from "#base";
import type { DeadLetter } from "./dead-letter.ts";
import type { DeadLetters } from "./dead-letters.ts";
import { receiptOf } from "./happened-at.ts";
import type { Ingestion } from "./ingestion.ts";
import { normalizeMessage, validateMessage } from "./message.ts";

/** What became of the letters that were sent again. */
export interface ReplayedDeadLetters {
  /** Taken in now, and no dead letters any more. */
  readonly accepted: number;
  /** Reason of now -> how many were rejected again, and are kept. */
  readonly rejected: Readonly<Record<string, number>>;
  /** Those whose original was too large to be kept, or whose kind was not asked for. */
  readonly leftOut: number;
}

export interface DeadLetterReplay {
  /** Only letters of this reason. */
  readonly code?: string;
  /** Items too. They put back what they said then, over what was put since. Default: events only. */
  readonly withItems?: boolean;
}

/**
 * Sends letters through the one way in again, oldest first, and removes those that are taken: their reason was mended. An
 * event keeps the time and the source it came with, and has an id from now on that does not change, so that a replay
 * that is cut off and done again adds nothing twice.
 * @param ingestion keeps no dead letters of its own, for those rejected again are kept already
 * @param clock by which the letters came
 */
export async function replayDeadLetters(
  deadLetters: DeadLetters,
  ingestion: Ingestion,
  clock: Pick<Clock, "isHistorical">,
  { code, withItems = false }: DeadLetterReplay = {},
): Promise<ReplayedDeadLetters> {
  const taken = new Set<number>();
  const rejected: Record<string, number> = {};
  let leftOut = 0;
  for await (const letters of deadLetters.runs(code)) {
    const again = letters.filter(
      ({ kind, original }) => original !== undefined && (withItems || kind === "event"),
    );
    leftOut += letters.length - again.length;
    for (const group of groupsOf(again)) {
      const faults = await send(group, ingestion, clock);
      for (const [position, { id }] of group.entries()) {
        const fault = faults.get(position);
        if (fault === undefined) taken.add(id);
        else rejected[fault] = (rejected[fault] ?? 0) + 1;
      }
    }
  }
  if (taken.size > 0) await deadLetters.remove((id) => taken.has(id));
  return { accepted: taken.size, rejected, leftOut };
}

/** Position in the group -> reason, of those rejected again. */
async function send(
  group: readonly DeadLetter[],
  ingestion: Ingestion,
  clock: Pick<Clock, "isHistorical">,
): Promise<ReadonlyMap<number, string>> {
  const { kind, source } = group[0]!; // no group is empty
  const result =
    kind === "event"
      ? await ingestion.ingestMessages(
          group.map((letter) => messageOf(letter, clock)),
          source,
        )
      : await ingestion.ingestItems(
          group.map(({ original }) => original),
          source,
        );
  return new Map(result.rejected.map(({ position, code }) => [position, code]));
}

/** Out of range, as all that was. */
const NEVER = "1969-12-31T23:59:59.999Z";

/**
 * The message as it would have been taken then: what its time is reckoned from is when it was received, not now. Whoever says both times has corrected the
 * first, so that it is not done again.
 */
function messageOf({ id, receivedAtMs, original }: DeadLetter, clock: Pick<Clock, "isHistorical">): unknown {
  const checked = validateMessage(original);
  if ("fault" in checked) return original;
  const { message } = checked;
  const newEventId = (): string => `dead-letter-${receivedAtMs}-${id}`;
  const outcome = normalizeMessage(message, receiptOf(message, clock, receivedAtMs), newEventId);
  if ("fault" in outcome)
    return outcome.fault.code === "time-out-of-range"
      ? { ...message, timestamp: NEVER, originalTimestamp: NEVER }
      : original;
  const { eventId, timestampMs } = outcome.event;
  const timestamp = new Date(timestampMs).toISOString();
  const said = message.originalTimestamp ?? message.timestamp;
  return { ...message, messageId: eventId, timestamp, originalTimestamp: said ?? timestamp };
}

/** Letters of one kind and source each, in their order. */
function groupsOf(letters: readonly DeadLetter[]): Iterable<DeadLetter[]> {
  const groups = new Map<string, DeadLetter[]>();
  for (const letter of letters) {
    const key = `${letter.kind} ${letter.source ?? ""}`;
    const group = groups.get(key);
    if (group) group.push(letter);
    else groups.set(key, [letter]);
  }
  return groups.values();
}
