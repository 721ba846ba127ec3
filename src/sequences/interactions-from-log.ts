import type { ItemId, ProgressListener, UserId } from "#base";
import {
  type Actions,
  Catalogue,
  consentBits,
  type EventView,
  followShared,
  IdentityGraph,
  type NamedPurpose,
  viewEvent,
} from "#events";
import type { EventLog } from "#storage";
import type { Interactions } from "./interactions.ts";
import { countChoices, type StandingChoices } from "./standing-choices.ts";
import { usableFor } from "./usable-rows.ts";

/** What a model learns from, and what it must be told of it later. */
export interface TrainingData {
  readonly interactions: Interactions;
  /** User row -> id. */
  readonly userIds: readonly UserId[];
  /** Item row -> id. */
  readonly itemIds: readonly ItemId[];
  /** Time of the oldest event used, ms; 0 when there is none. */
  readonly dataFromMs: number;
  /** Time of the newest event used, ms; 0 when there is none. */
  readonly dataUntilMs: number;
  /** Per partition of the log, the records that were read: from the first up to before the second. */
  readonly logOffsets: readonly (readonly [from: number, to: number])[];
}

const BATCH_RECORDS = 10_000;

/**
 * The positive engagements in the log that may be used for the purpose, each event once, by person in time order, weighted by
 * the declared strength of their action. Training reads the log and never live state, so a model can be made again from the same log alone.
 */
export async function interactionsFromLog(
  log: EventLog,
  { actions, purpose }: { readonly actions: Actions; readonly purpose: NamedPurpose },
  progress: ProgressListener,
): Promise<TrainingData> {
  const catalogue = new Catalogue();
  const identity = new IdentityGraph();
  const onFailure = (error: unknown): never => {
    throw error;
  };
  await followShared(log, { catalogue, identity }, onFailure).catchUp(() => {});
  const collector = new Collector(catalogue, identity, actions, purpose);
  let total = 0;
  for (let partition = 1; partition < log.partitionCount; partition++)
    total += log.end(partition) - log.start(partition);
  let done = 0;
  for (let partition = 1; partition < log.partitionCount; partition++) {
    for (let next = log.start(partition); next < log.end(partition); ) {
      const records = await log.read(partition, next, BATCH_RECORDS);
      for (const { bytes } of records) if (bytes.length > 0) collector.add(bytes); // an empty one was erased
      done += records.length;
      next = records.at(-1)!.offset + 1;
      progress({ stage: "reading the log", done, total });
    }
  }
  const logOffsets = Array.from(
    { length: log.partitionCount },
    (_, partition) => [log.start(partition), log.end(partition)] as const,
  );
  return { ...collector.finish(), logOffsets };
}

interface Engagement {
  readonly item: number;
  readonly weight: number;
  readonly timestampMs: number;
  /** What the event itself said of consent. */
  readonly consent: number;
}

/** What was collected of one person. */
interface Person {
  readonly seen: Set<string>;
  readonly engagements: Engagement[];
  choices: StandingChoices | undefined;
}

class Collector {
  readonly #catalogue: Catalogue;
  readonly #identity: IdentityGraph;
  readonly #actions: Actions;
  readonly #purpose: NamedPurpose;
  readonly #people = new Map<UserId, Person>();

  constructor(catalogue: Catalogue, identity: IdentityGraph, actions: Actions, purpose: NamedPurpose) {
    this.#catalogue = catalogue;
    this.#identity = identity;
    this.#actions = actions;
    this.#purpose = purpose;
  }

  add(bytes: Uint8Array): void {
    const event = viewEvent(bytes);
    const { purposes } = this.#catalogue;
    const person = this.#identity.personOf(event.userId) as UserId; // a root is a user id
    const known = this.#people.get(person);
    const choices = countChoices(known?.choices, event, purposes);
    const item = this.#engagedItem(event);
    if (item === undefined && choices === known?.choices) return;
    const user = known ?? { seen: new Set(), engagements: [], choices };
    if (!known) this.#people.set(person, user);
    user.choices = choices;
    if (item === undefined || user.seen.has(event.eventId)) return;
    user.seen.add(event.eventId);
    const { timestampMs } = event;
    const consent = consentBits(event.consent(), purposes);
    user.engagements.push({ item, weight: this.#strengthOf(event), timestampMs, consent });
  }

  finish(): Omit<TrainingData, "logOffsets"> {
    const used = Array.from(this.#people, ([userId, { engagements, choices }]) => {
      const isUsable = usableFor(this.#purpose, choices, this.#catalogue);
      return { userId, engagements: engagements.filter(isUsable) };
    })
      .filter(({ engagements }) => engagements.length > 0)
      .sort((left, right) => (left.userId < right.userId ? -1 : 1));
    const offsets = new Uint32Array(used.length + 1);
    for (const [row, { engagements }] of used.entries())
      offsets[row + 1] = offsets[row]! + engagements.length;
    const count = offsets[used.length]!;
    const itemRows = new Uint32Array(count);
    const weights = new Float32Array(count);
    const timestampsMs = new Float64Array(count);
    let position = 0;
    let dataUntilMs = 0;
    let dataFromMs = Number.POSITIVE_INFINITY;
    for (const { engagements } of used) {
      engagements.sort((left, right) => left.timestampMs - right.timestampMs); // stable: ties stay in log order
      for (const { item, weight, timestampMs } of engagements) {
        itemRows[position] = item;
        weights[position] = weight;
        timestampsMs[position++] = timestampMs;
        dataUntilMs = Math.max(dataUntilMs, timestampMs);
        dataFromMs = Math.min(dataFromMs, timestampMs);
      }
    }
    const sizes = { userCount: used.length, itemCount: this.#catalogue.itemCount };
    return {
      interactions: { ...sizes, offsets, itemRows, weights, timestampsMs },
      userIds: used.map(({ userId }) => userId),
      itemIds: this.#catalogue.items().map(({ itemId }) => itemId),
      dataFromMs: count > 0 ? dataFromMs : 0,
      dataUntilMs,
    };
  }

  /** Row of the item that the event wants; `undefined` for any other event. */
  #engagedItem(event: EventView): number | undefined {
    const { itemId } = this.#strengthOf(event) > 0 ? event.rowProperties() : {};
    return itemId === undefined ? undefined : this.#catalogue.rowOf(itemId);
  }

  #strengthOf({ kind, name }: EventView): number {
    return kind === "track" ? (this.#actions.named(name)?.strength ?? 0) : 0;
  }
}
