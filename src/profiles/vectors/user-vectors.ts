import { type Clock, murmur3, PlatformError } from "#base";
import type { NamedPurpose, Purposes } from "#events";
import {
  type ModelId,
  type ModelReference,
  type ModelsInService,
  referenceOf,
  type ServedModel,
  type ServedModels,
  type Vector,
  type VectorEncoder,
} from "#models";
import {
  type History,
  type HistoryContext,
  historyOfRows,
  type PersonState,
  readControls,
  readEngagements,
} from "#sequences";
import type { StateReader } from "#storage";
import type { EncodeQueue } from "./encode-queue.ts";
import type { VectorStore } from "./vector-store.ts";

/**
 * @file A person as a vector, in two freshnesses (the signals `vector.now` and `vector.long`): run over the newest events when
 * it is asked for, and kept from the last refresh (as in PinnerFormer, Pancha et al. 2022). Both by the same encoder.
 */
export interface UserVector {
  readonly version: ModelReference;
  /** Absent when there is nothing the model could go by, or nothing it may. */
  readonly vector: Vector | undefined;
  /** Time of the newest engagement it reflects. */
  readonly asOfMs: number | undefined;
  readonly computedAtMs: number;
  /** Part of the engagements that were to be read that the model knows; 0 without a vector. */
  readonly completeness: number;
}

export interface UserVectorsParts extends HistoryContext {
  readonly clock: Clock;
  readonly purposes: Purposes;
  readonly models: ModelsInService;
  readonly store: VectorStore;
  /** Where a model's people are encoded, off this thread. */
  readonly queueOf: (model: ModelId, encoder: VectorEncoder) => EncodeQueue;
}

/** A model in service that makes vectors. */
export interface ServedEncoder {
  readonly served: ServedModel;
  readonly version: ModelReference;
  readonly encoder: VectorEncoder;
  readonly queue: EncodeQueue;
}

/** A person, and what about them may be read. */
export interface VectorQuery {
  /** All ids of the person, the one they are known by first. */
  readonly ids: readonly string[];
  readonly person: PersonState;
  readonly asOfMs: number;
  /** Default: personalization, as for recommendations. */
  readonly purpose?: NamedPurpose;
}

export class UserVectors {
  readonly #parts: UserVectorsParts;
  readonly #encoders = new WeakMap<ServedModel, ServedEncoder>();

  constructor(parts: UserVectorsParts) {
    this.#parts = parts;
  }

  /** The same, of people as another state knows them: a sandbox. */
  over(state: StateReader): UserVectors {
    return new UserVectors({ ...this.#parts, state });
  }

  /** The model called so, or the first in service that makes vectors; `undefined` when none does. */
  encoder(reference?: string): Promise<ServedEncoder | undefined> {
    return this.encoderOf(this.#parts.models.current, reference);
  }

  /** The same of models that may be others than those in service. */
  async encoderOf(models: ServedModels, reference?: string): Promise<ServedEncoder | undefined> {
    const first = models.ids.find(({ hasVectors }) => hasVectors);
    if (reference === undefined && !first) return undefined;
    const served = await (reference === undefined ? models.of(first!) : models.named(reference));
    const known = this.#encoders.get(served);
    if (known) return known;
    const { encoder } = served.model;
    const version = referenceOf(served);
    if (!encoder) throw new PlatformError("unknown-model", `${version} makes no vectors.`);
    const queue = this.#parts.queueOf({ name: served.model.name, version: served.version }, encoder);
    const made = { served, version, encoder, queue };
    this.#encoders.set(served, made);
    return made;
  }

  /** By the newest events, now. */
  async now(encoder: ServedEncoder, query: VectorQuery): Promise<UserVector> {
    const { purposes, clock } = this.#parts;
    const { purpose = purposes.personalization } = query;
    const seen = await readEncodable(this.#parts, encoder, { ...query, purpose });
    const values = seen.completeness > 0 ? await encoder.queue.encode(seen.history) : undefined;
    return userVector(encoder.version, values, { ...seen, computedAtMs: clock.nowMs() });
  }

  /**
   * As the last refresh left it, whichever version that was of. None where it reflects what may not be used now: events after
   * `asOfMs`, an id that is no longer the person's, choices that changed since, or another purpose than it was computed for.
   */
  async long(encoder: ServedEncoder, { ids, person, asOfMs, purpose }: VectorQuery): Promise<UserVector> {
    const { purposes, clock, store } = this.#parts;
    const { personalization } = purposes;
    const kept = await store.get(ids[0]!);
    const isUsable =
      kept !== undefined &&
      kept.asOfMs <= asOfMs &&
      kept.ids.every((id) => ids.includes(id)) &&
      kept.consent === (await choicesHash(this.#parts.state, person, personalization)) &&
      (purpose === undefined || purpose.name === personalization.name);
    if (isUsable) return { ...kept, vector: kept };
    const nothing = { asOfMs: undefined, completeness: 0, computedAtMs: clock.nowMs() };
    return userVector(kept?.version ?? encoder.version, undefined, nothing);
  }
}

function userVector(
  version: ModelReference,
  values: Float32Array | undefined,
  { asOfMs, computedAtMs, completeness }: Pick<UserVector, "asOfMs" | "computedAtMs" | "completeness">,
): UserVector {
  const isThere = values?.some((value) => value !== 0) ?? false;
  if (!values || !isThere) return { version, vector: undefined, asOfMs, computedAtMs, completeness: 0 };
  return { version, vector: { version, values }, asOfMs, computedAtMs, completeness };
}

interface Encodable {
  readonly history: History;
  readonly asOfMs: number | undefined;
  readonly completeness: number;
}

/** What an encoder looks at of a person: the newest positive engagements that may be used for the purpose. */
export async function readEncodable(
  context: HistoryContext,
  { encoder }: Pick<ServedEncoder, "encoder">,
  { person, asOfMs, purpose }: { person: PersonState; asOfMs: number; purpose: NamedPurpose },
): Promise<Encodable> {
  const query = { kind: "positive", purpose, asOfMs, limit: encoder.maxLength } as const;
  const rows = await readEngagements(context, person, query);
  const known = rows.filter(({ itemRow }) => encoder.knows(itemRow)).length;
  return {
    history: historyOfRows(rows.toReversed(), context),
    asOfMs: rows[0]?.timestampMs,
    completeness: rows.length === 0 ? 0 : known / rows.length,
  };
}

/** Stands for what a person chose about a purpose, and about their interests. */
export async function choicesHash(
  state: StateReader,
  person: PersonState,
  { name }: NamedPurpose,
): Promise<number> {
  const { signature } = await readControls(state, person);
  return murmur3(JSON.stringify(person.record.consent?.[name] ?? []) + signature);
}
