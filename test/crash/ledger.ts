import type { SequenceEvent, TrackMessage, UserResponse } from "#api";

/** An event whose name is not a declared action: counted, no row of the sequence. */
export const UNDECLARED = "Product Viewed";

/** One event a client made. It keeps its `messageId` however often it is sent. */
export type SentEvent = TrackMessage & { readonly messageId: string; readonly userId: string };

/** What was broken, in events where nothing else is said; all zero is the promise. */
export interface Faults {
  /** Acknowledged and not there. */
  lost: number;
  /** There more often than once. */
  duplicated: number;
  /** There and never sent. */
  foreign: number;
  /** There with another action, item or time than was sent, or counted differently than listed. */
  changed: number;
  /** Acknowledged and not shown by a read right after the answer. */
  unread: number;
  /** People of whom something was left after a promised erasure, or something was missing without one. */
  halfErased: number;
  /** Data folders whose state differs from one built from the log alone. */
  unlikeReplay: number;
  /** Rows the lake has and the log has not, or the other way round. */
  unlikeLog: number;
}

export const noFaults = (): Faults => ({
  lost: 0,
  duplicated: 0,
  foreign: 0,
  changed: 0,
  unread: 0,
  halfErased: 0,
  unlikeReplay: 0,
  unlikeLog: 0,
});

/** What clients sent and what they were promised: the truth a server is held against after every crash. */
export class Ledger {
  /** User -> messageId -> event. */
  readonly #sent = new Map<string, Map<string, SentEvent>>();
  /** By the event itself: ids are one user's. */
  readonly #acknowledged = new Set<SentEvent>();
  /** Rows that were there before the first event was sent. */
  readonly #before = new Map<string, ReadonlyMap<string, SequenceEvent>>();

  get acknowledgedEvents(): number {
    return this.#acknowledged.size;
  }

  get userIds(): string[] {
    return [...new Set([...this.#before.keys(), ...this.#sent.keys()])];
  }

  /** What a user had before; from now on it must stay. */
  begin(userId: string, events: readonly SequenceEvent[]): void {
    this.#before.set(userId, new Map(events.map((event) => [event.eventId, event])));
  }

  /** To be called before the request leaves: from then on the event may turn up. */
  send(event: SentEvent): void {
    const own = this.#sent.get(event.userId) ?? new Map<string, SentEvent>();
    this.#sent.set(event.userId, own.set(event.messageId, event));
  }

  acknowledge(event: SentEvent): void {
    this.#acknowledged.add(event);
  }

  /** Compares all a server says of a user with what was sent; adds to `faults`. `user` is absent when it knows nobody. */
  check(
    userId: string,
    rows: readonly SequenceEvent[],
    user: Omit<UserResponse, "computedAt"> | undefined,
    faults: Faults,
  ): void {
    const sent = this.#sent.get(userId) ?? new Map<string, SentEvent>();
    const before = this.#before.get(userId) ?? new Map<string, SequenceEvent>();
    const seen = new Set<string>();
    for (const row of rows) {
      const event = sent.get(row.eventId);
      const old = before.get(row.eventId);
      if (seen.has(row.eventId)) faults.duplicated++;
      else if (!event && !old) faults.foreign++;
      else if (event ? !isSame(row, event) : JSON.stringify(row) !== JSON.stringify(old)) faults.changed++;
      seen.add(row.eventId);
    }
    for (const eventId of before.keys()) if (!seen.has(eventId)) faults.lost++;
    let sentUncounted = 0;
    let promisedUncounted = 0;
    for (const event of sent.values()) {
      const isPromised = this.#acknowledged.has(event);
      if (event.event === UNDECLARED) {
        sentUncounted++;
        if (isPromised) promisedUncounted++;
      } else if (isPromised && !seen.has(event.messageId)) faults.lost++;
    }
    const counted = user?.counts[UNDECLARED] ?? 0;
    faults.lost += Math.max(0, promisedUncounted - counted);
    faults.duplicated += Math.max(0, counted - sentUncounted);
    if ((user?.engagementCount ?? 0) !== rows.length) faults.changed++;
    const total = Object.values(user?.counts ?? {}).reduce((sum, count) => sum + count, 0);
    if ((user?.eventCount ?? 0) !== total) faults.changed++;
  }
}

function isSame(row: SequenceEvent, { event, properties, timestamp }: SentEvent): boolean {
  return (
    row.action === event &&
    row.itemId === properties?.itemId &&
    row.surface === properties?.surface &&
    row.position === properties?.position &&
    (timestamp === undefined || row.timestamp === timestamp)
  );
}
