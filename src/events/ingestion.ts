import { ItemInput, type SegmentMessage } from "#api";
import { type Clock, type ItemRow, murmur3 } from "#base";
import type { FaultFinder } from "#declarations";
import type { EventLog } from "#storage";
import type { Actions } from "./actions.ts";
import type { Catalogue } from "./catalogue.ts";
import { ContentIds } from "./content-ids.ts";
import type { DeadLetters } from "./dead-letters.ts";
import { receiptOf } from "./happened-at.ts";
import { type IdentityGraph, isBlockedId } from "./identity.ts";
import { type InterestControl, interestControlOf } from "./interest-control.ts";
import {
  anonymousUserId,
  type Fault,
  isCleanId,
  normalizeMessage,
  type Rejection,
  validateMessage,
} from "./message.ts";
import { itemRowOf, nameNames } from "./name-names.ts";
import { compileSchema } from "./schema-compiler.ts";
import { encodeSharedRecord, SHARED_PARTITION, type SharedRecord } from "./shared-record.ts";
import { encodeEvent, type Fields, type StoredEvent } from "./stored-event.ts";

/**
 * @file The one way in. Every event and item, from HTTP, from a data set or from the world, passes here: validated one by
 * one, appended to the log, and answered only when it is durable *and* every later read will show it.
 */
export interface IngestResult {
  readonly accepted: number;
  readonly rejected: readonly Rejection[];
}

/** Resolves when all records of the partition before `offset` show in every later read. */
export type Applied = (partition: number, offset: number) => Promise<void>;

export interface IngestionParts {
  readonly log: EventLog;
  readonly catalogue: Catalogue;
  readonly identity: IdentityGraph;
  readonly actions: Actions;
  /** What the application declared of its events, traits and items. */
  readonly faults: FaultFinder;
  readonly clock: Clock;
  readonly applied: Applied;
  readonly newEventId: () => string;
  /** Where what is rejected is kept; absent: nowhere. */
  readonly deadLetters?: Pick<DeadLetters, "keep">;
  /** Told what a person wants of an interest, before whoever sent it is answered. */
  readonly onControl?: (userId: string, control: InterestControl) => void;
}

/** An event on its way to the log. */
interface Accepted {
  readonly event: StoredEvent;
  readonly record: Uint8Array;
  /** Of the item it is about; absent while that has no number. */
  readonly itemRow: ItemRow | undefined;
}

/** Segment's limit for one event. */
export const MAX_EVENT_BYTES = 32 * 1024;
/** An item may carry a text and a vector. */
const MAX_ITEM_BYTES = 128 * 1024;

/** JSON nested deeper than this is nobody's event. */
const MAX_DEPTH = 64;
const findItemFault = compileSchema(ItemInput);

/** Users live in partitions 1 .. partitionCount - 1, each always in the same one. */
export function partitionOf(userId: string, partitionCount: number): number {
  return partitionCount === 2 ? 1 : 1 + (murmur3(userId) % (partitionCount - 1));
}

export class Ingestion {
  readonly #parts: IngestionParts;

  constructor(parts: IngestionParts) {
    this.#parts = parts;
  }

  /**
   * Takes in a batch of Segment messages. A bad one is rejected with its place and reason; it never stops the others. A
   * message whose `messageId` the user already has changes nothing and counts as accepted.
   * @param source the declared source by whose key they came
   * @throws PlatformError `not-ready` when the log cannot be written: then nothing is promised, send it again
   */
  async ingestMessages(messages: readonly unknown[], source?: string): Promise<IngestResult> {
    const { result, applied } = await this.storeMessages(messages, source);
    await applied;
    return result;
  }

  /** As {@link ingestMessages}, but resolves when the events are durable; `applied` resolves when later reads show them. */
  async storeMessages(
    messages: readonly unknown[],
    source?: string,
  ): Promise<{ result: IngestResult; applied: Promise<unknown> }> {
    const { partitionCount } = this.#parts.log;
    const rejected: Rejection[] = [];
    const accepted: Accepted[] = [];
    const byPartition = new Map<number, Uint8Array[]>();
    const contentIds = new ContentIds(source);
    for (let position = 0; position < messages.length; position++) {
      const outcome = this.#accept(messages[position], source, contentIds);
      if ("fault" in outcome) {
        rejected.push({ position, ...outcome.fault });
        continue;
      }
      const { event, record } = outcome;
      accepted.push(outcome);
      const partition = partitionOf(event.userId, partitionCount);
      const records = byPartition.get(partition);
      if (records) records.push(record);
      else byPartition.set(partition, [record]);
    }
    const kept = this.#keep("event", messages, rejected, source);
    await this.#settleShared(accepted);
    const appends = Array.from(byPartition, ([partition, records]) => this.#append(partition, records));
    const applied = Promise.all((await Promise.all(appends)).map((append) => append.applied()));
    applied.catch(() => {}); // told to whoever awaits it
    this.#tellControls(accepted);
    await kept;
    return { result: { accepted: accepted.length, rejected }, applied };
  }

  /** Puts items in the catalogue; fields left out keep their value. Bad items are rejected one by one. */
  async ingestItems(items: readonly unknown[], source?: string): Promise<IngestResult> {
    const { clock } = this.#parts;
    const rejected: Rejection[] = [];
    const records: Uint8Array[] = [];
    for (const [position, input] of items.entries()) {
      const fault =
        findItemFault(input) ??
        this.#parts.faults.itemAttributes((input as ItemInput).attributes) ?? // an item by the check before
        (isNestedDeeper(input, MAX_DEPTH) ? TOO_DEEP : undefined);
      if (fault) {
        rejected.push({ position, code: "invalid-item", ...fault });
        continue;
      }
      const { itemId, ...fields } = input as ItemInput; // checked by the schema
      const known = fields.createdAt === undefined ? { knownSinceMs: clock.nowMs() } : {};
      const record = encodeSharedRecord({ kind: "item", itemId, input: fields, ...known });
      if (!isCleanId(itemId))
        rejected.push({
          position,
          code: "invalid-id",
          path: "/itemId",
          message: "it has a control character",
        });
      else if (record.length > MAX_ITEM_BYTES)
        rejected.push({ position, code: "invalid-item", ...tooLarge(record.length, MAX_ITEM_BYTES) });
      else records.push(record);
    }
    const kept = this.#keep("item", items, rejected, source);
    if (records.length > 0) await this.#store(SHARED_PARTITION, records);
    await kept;
    return { accepted: records.length, rejected };
  }

  #accept(input: unknown, source: string | undefined, contentIds: ContentIds): Accepted | { fault: Fault } {
    const checked = validateMessage(input);
    if ("fault" in checked) return checked;
    const { catalogue, clock, newEventId } = this.#parts;
    const undeclared = this.#findUndeclared(checked.message);
    if (undeclared) return { fault: { code: "undeclared", ...undeclared } };
    const { message } = checked;
    if (isNestedDeeper(input, MAX_DEPTH)) return { fault: { code: "event-too-large", ...TOO_DEEP } };
    const normalized = normalizeMessage(
      message,
      receiptOf(message, clock, clock.nowMs()),
      () => contentIds.of(message) ?? newEventId(),
    );
    if ("fault" in normalized) return normalized;
    const itemRow = itemRowOf(normalized.event, catalogue);
    const event = this.#withEdition(sentBy(source, normalized.event), itemRow);
    const record = encodeEvent(event);
    if (record.length > MAX_EVENT_BYTES)
      return { fault: { code: "event-too-large", ...tooLarge(record.length, MAX_EVENT_BYTES) } };
    clock.observe(event.timestampMs);
    return { event, record, itemRow };
  }

  /** What the catalogue says of the event's item is what it says now, whatever is said later. */
  #withEdition(event: StoredEvent, itemRow: ItemRow | undefined): StoredEvent {
    const itemEdition = itemRow === undefined ? 0 : this.#parts.catalogue.editionOf(itemRow);
    return itemEdition === 0 ? event : { ...event, itemEdition };
  }

  /** What goes against the application's declarations; in lenient mode only wrong types of declared things do. */
  #findUndeclared(message: SegmentMessage): { path: string; message: string } | undefined {
    const { faults } = this.#parts;
    if (message.type === "track") return faults.event(message.event, message.properties);
    return message.type === "identify" ? faults.traits(message.traits) : undefined;
  }

  /** Takes an id out of the person it was linked to; false when it was linked to nobody. */
  async unlink(id: string): Promise<boolean> {
    const { identity } = this.#parts;
    if (identity.personOf(id) === id) return false;
    await this.#store(SHARED_PARTITION, [encodeSharedRecord({ kind: "unlink", id })]);
    return true;
  }

  #tellControls(accepted: readonly Accepted[]): void {
    for (const { event } of accepted) {
      const control = interestControlOf(event);
      if (control) this.#parts.onControl?.(event.userId, control);
    }
  }

  /** Names what is met for the first time and links ids that become one person, before the events themselves are stored. */
  async #settleShared(accepted: readonly Accepted[]): Promise<void> {
    const fresh = new Map<string, SharedRecord>();
    for (const { event, itemRow } of accepted) {
      if (event.kind === "track") nameNames(event, itemRow, this.#parts, fresh);
      else if (event.kind === "identify" || event.kind === "alias") this.#linkIds(event, fresh);
    }
    if (fresh.size > 0) await this.#store(SHARED_PARTITION, [...fresh.values()].map(encodeSharedRecord));
  }

  /** `identify` joins the anonymous id to the user; `alias` joins the previous id, which may have been either kind. */
  #linkIds({ kind, userId, rest }: StoredEvent, fresh: Map<string, SharedRecord>): void {
    const { anonymousId, previousId } = rest;
    const others = [
      ...(typeof anonymousId === "string" && !isBlockedId(anonymousId) ? [anonymousUserId(anonymousId)] : []),
      ...(kind === "alias" && typeof previousId === "string" && !isBlockedId(previousId)
        ? [previousId, anonymousUserId(previousId)]
        : []),
    ];
    for (const from of others) {
      const key = `link ${from}`;
      if (from === userId || fresh.has(key)) continue; // of a batch, too, the first keeps it
      const plan = this.#parts.identity.plan(from, userId);
      if (plan.kind === "link") fresh.set(key, { kind: "link", ...plan.link });
    }
  }

  /** Resolves when what was rejected is a durable dead letter; at once when nothing was. */
  async #keep(
    kind: "event" | "item",
    inputs: readonly unknown[],
    rejected: readonly Rejection[],
    source: string | undefined,
  ): Promise<void> {
    if (rejected.length === 0) return;
    const from = { kind, receivedAtMs: this.#parts.clock.nowMs(), ...(source !== undefined && { source }) };
    const letters = rejected.map((fault) => ({ ...from, fault, original: inputs[fault.position] }));
    await this.#parts.deadLetters?.keep(letters);
  }

  async #store(partition: number, records: readonly Uint8Array[]): Promise<void> {
    await (await this.#append(partition, records)).applied();
  }

  async #append(
    partition: number,
    records: readonly Uint8Array[],
  ): Promise<{ applied: () => Promise<void> }> {
    const { log, applied } = this.#parts;
    const first = await log.append(partition, records);
    return { applied: () => applied(partition, first + records.length) };
  }
}

/** The event with the name of the source that sent it. Without one it keeps what the sender says, whose key is the platform's own. */
function sentBy(source: string | undefined, event: StoredEvent): StoredEvent {
  return source === undefined ? event : { ...event, rest: { ...event.rest, source } };
}

const TOO_DEEP = { path: "", message: `it is nested deeper than ${MAX_DEPTH} levels` } as const;

function tooLarge(bytes: number, limit: number): { path: string; message: string } {
  return { path: "", message: `it takes ${bytes} bytes, the limit is ${limit}` };
}

/** Whether there is a value more than so many objects and arrays down. */
function isNestedDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (levels < 0) return true;
  if (Array.isArray(value)) return value.some((inner) => isNestedDeeper(inner, levels - 1));
  for (const key in value) {
    if (isNestedDeeper((value as Fields)[key], levels - 1)) return true;
  }
  return false;
}
