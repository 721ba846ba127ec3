import type { Awaitable } from "#base";
import type { Actions, Catalogue, IdentityGraph, NamedPurpose } from "#events";
import type { Vector } from "#models";
import type { Interest, ServedEncoder } from "#profiles";
import {
  type EngagementQuery,
  factsOfTraits,
  hasItem,
  type PersonControls,
  type PersonState,
  type RowsView,
  readActionRows,
  readControls,
  readPerson,
  SEQUENCE_ROWS,
  traitsAsOf,
  usableFor,
} from "#sequences";
import type { StateReader } from "#storage";

export interface PersonReaderParts {
  readonly state: StateReader;
  readonly catalogue: Catalogue;
  readonly identity: IdentityGraph;
  readonly actions: Actions;
  /** What a list uses events for; those that may not be used for it do not count. */
  readonly purpose: NamedPurpose;
  readonly interests: InterestReader;
  /** Names of the traits that may speak for a person. */
  readonly traits: readonly string[];
  readonly vectors: VectorReader;
}

/** What is known of people's interests, in the words of `#profiles`. */
export interface InterestReader {
  read(
    userId: string,
    person: PersonState,
    asOfMs: number,
  ): Awaitable<{ readonly interests: readonly SpokenFor[] }>;
  /** The same, of people as another state knows them. */
  over(state: StateReader): InterestReader;
}

/** What is kept of people's long-term vectors, in the words of `#profiles`. */
export interface VectorReader {
  long(
    encoder: ServedEncoder,
    query: { readonly ids: readonly string[]; readonly person: PersonState; readonly asOfMs: number },
  ): Promise<{ readonly vector: Vector | undefined }>;
  /** The same, of people as another state knows them. */
  over(state: StateReader): VectorReader;
}

/** The part of an interest that finds items. */
export type SpokenFor = Pick<Interest, "label" | "share" | "medoid" | "landmarks" | "evidence" | "lifecycle">;

/** A row about an item, where it lies. */
export interface RowPlace {
  readonly rows: RowsView;
  readonly n: number;
}

/** A person, and what of theirs may be used for a list, in the state they were found in. */
export class KnownPerson {
  /** The id that stands for all of theirs. */
  readonly userId: string;
  readonly state: PersonState;
  readonly #parts: PersonReaderParts;

  constructor(userId: string, state: PersonState, parts: PersonReaderParts) {
    this.userId = userId;
    this.state = state;
    this.#parts = parts;
  }

  /** All rows about an item that the sequence keeps, newest first. */
  async rowsOf(query: Omit<EngagementQuery, "purpose" | "limit">): Promise<readonly RowPlace[]> {
    const { purpose } = this.#parts;
    const window = await readActionRows(this.#parts, this.state, { ...query, purpose, limit: SEQUENCE_ROWS });
    const places: RowPlace[] = [];
    window.forEach((rows, n) => {
      if (hasItem({ itemRow: rows.itemRow(n) })) places.push({ rows, n });
    });
    return places;
  }

  /** The most important first. */
  async interests(asOfMs: number): Promise<readonly SpokenFor[]> {
    return (await this.#parts.interests.read(this.userId, this.state, asOfMs)).interests;
  }

  /** What they said of themselves, as models read it; nothing where that may not be used. */
  facts(asOfMs: number): string[] {
    const { purpose, traits, catalogue } = this.#parts;
    const { record } = this.state;
    const own = traitsAsOf(record, asOfMs, usableFor(purpose, record.consent, catalogue));
    return factsOfTraits(Object.fromEntries(traits.map((name) => [name, own[name]])));
  }

  /** As the last refresh left it; of whichever version that was. */
  async longVector(encoder: ServedEncoder, asOfMs: number): Promise<Vector | undefined> {
    const { identity, vectors } = this.#parts;
    const ids = identity.idsOf(this.userId);
    return (await vectors.long(encoder, { ids, person: this.state, asOfMs })).vector;
  }

  /** What they muted or had forgotten. */
  controls(): Promise<PersonControls> {
    return readControls(this.#parts.state, this.state);
  }
}

/** Finds people. */
export class PersonReader {
  readonly #parts: PersonReaderParts;

  constructor(parts: PersonReaderParts) {
    this.#parts = parts;
  }

  async person(userId: string): Promise<KnownPerson | undefined> {
    const { state, identity } = this.#parts;
    const found = await readPerson(state, identity.idsOf(userId));
    return found && new KnownPerson(identity.personOf(userId), found, this.#parts);
  }

  /** How much wanting an action shows, by its code. */
  strengthOf(action: number): number {
    const { catalogue, actions } = this.#parts;
    return actions.named(catalogue.actions.nameOf(action))?.strength ?? 0;
  }
}
