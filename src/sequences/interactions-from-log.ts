import type { ProgressListener, UserId } from "#base";
import { type Actions, Catalogue, decodeEvent, followShared, IdentityGraph } from "#events";
import type { EventLog } from "#storage";
import type { Interactions } from "./interactions.ts";

/** What a model learns from, and what it must be told of it later. */
export interface TrainingData {
  readonly interactions: Interactions;
  /** User row -> id. */
  readonly userIds: readonly UserId[];
  /** Time of the newest event used, ms; 0 when there is none. */
  readonly dataUntilMs: number;
}

const BATCH_RECORDS = 10_000;

/**
 * The positive engagements in the log, each event once, by person in time order, weighted by the declared strength of their
 * action. Training reads the log and never live state, so a model can be made again from the same log alone.
 */
export async function interactionsFromLog(
  log: EventLog,
  actions: Actions,
  progress: ProgressListener,
): Promise<TrainingData> {
  const catalogue = new Catalogue();
  const identity = new IdentityGraph();
  const onFailure = (error: unknown): never => {
    throw error;
  };
  await followShared(log, { catalogue, identity }, onFailure).catchUp(() => {});
  const collector = new Collector(catalogue, identity, actions);
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
  return collector.finish();
}

interface Engagement {
  readonly item: number;
  readonly weight: number;
  readonly timestampMs: number;
}

class Collector {
  readonly #catalogue: Catalogue;
  readonly #identity: IdentityGraph;
  readonly #actions: Actions;
  readonly #byUser = new Map<UserId, { seen: Set<string>; engagements: Engagement[] }>();
  #dataUntilMs = 0;
  #count = 0;

  constructor(catalogue: Catalogue, identity: IdentityGraph, actions: Actions) {
    this.#catalogue = catalogue;
    this.#identity = identity;
    this.#actions = actions;
  }

  add(bytes: Uint8Array): void {
    const { kind, name, userId, eventId, timestampMs, properties } = decodeEvent(bytes);
    const strength = kind === "track" ? (this.#actions.named(name)?.strength ?? 0) : 0;
    const { itemId } = properties;
    const item = strength > 0 && typeof itemId === "string" ? this.#catalogue.rowOf(itemId) : undefined;
    if (item === undefined) return;
    const person = this.#identity.personOf(userId) as UserId; // a root is a user id
    const user = this.#byUser.get(person) ?? { seen: new Set(), engagements: [] };
    this.#byUser.set(person, user);
    if (user.seen.has(eventId)) return;
    user.seen.add(eventId);
    user.engagements.push({ item, weight: strength, timestampMs });
    this.#dataUntilMs = Math.max(this.#dataUntilMs, timestampMs);
    this.#count++;
  }

  finish(): TrainingData {
    const userIds = [...this.#byUser.keys()].sort();
    const offsets = new Uint32Array(userIds.length + 1);
    const itemRows = new Uint32Array(this.#count);
    const weights = new Float32Array(this.#count);
    const timestampsMs = new Float64Array(this.#count);
    let position = 0;
    for (const [row, userId] of userIds.entries()) {
      const { engagements } = this.#byUser.get(userId)!;
      engagements.sort((left, right) => left.timestampMs - right.timestampMs); // stable: ties stay in log order
      for (const { item, weight, timestampMs } of engagements) {
        itemRows[position] = item;
        weights[position] = weight;
        timestampsMs[position++] = timestampMs;
      }
      offsets[row + 1] = position;
    }
    const sizes = { userCount: userIds.length, itemCount: this.#catalogue.itemCount };
    return {
      interactions: { ...sizes, offsets, itemRows, weights, timestampsMs },
      userIds,
      dataUntilMs: this.#dataUntilMs,
    };
  }
}
