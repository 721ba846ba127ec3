import type { Awaitable } from "#base";
import type { Actions, Catalogue, IdentityGraph, NamedPurpose, Purposes } from "#events";
import { type PersonState, readPerson, usableFor } from "#sequences";
import type { StateReader } from "#storage";
import type { ItemKnowledge } from "./item-knowledge.ts";
import type { ItemSpace } from "./item-space.ts";
import { KeptAnswers } from "./kept-answers.ts";
import { type ServedPredictions, tasteReaderOf } from "./predictions.ts";
import { type Foreteller, type Foretold, readPredictions } from "./read-predictions.ts";
import { readUserState, type UserStateSignal } from "./read-user-state.ts";
import { profileOf, type UserProfile } from "./user-profile.ts";

export interface PersonSignalsParts {
  readonly state: StateReader;
  readonly catalogue: Catalogue;
  readonly identity: IdentityGraph;
  readonly actions: Actions;
  readonly purposes: Purposes;
  /** Those in service now; absent while there was too little to learn them from. */
  readonly predictions: () => ServedPredictions | undefined;
  readonly knowledge: ItemKnowledge;
}

/** As of when, and what for. */
export interface SignalQuery {
  readonly asOfMs: number;
  /** Without one a profile tells everything, and what is inferred is inferred for personalization. */
  readonly purpose: NamedPurpose | undefined;
}

const nothingForetold: Foretold = { predictions: [], repeatPurchases: [] };
/** People an answer is kept of. */
const KEPT_PEOPLE = 5000;

/** @file What is known of a person beside their interests, as it is asked for: the profile, the state, the predictions. Answers are kept as {@link KeptAnswers} says. */
export class PersonSignals {
  readonly #parts: PersonSignalsParts;
  readonly #profiles = new KeptAnswers<UserProfile | undefined>(KEPT_PEOPLE);
  readonly #states = new KeptAnswers<UserStateSignal | undefined>(KEPT_PEOPLE);
  readonly #predictions = new KeptAnswers<Foretold>(KEPT_PEOPLE);
  /** Of the predictions in service. */
  #foreteller: (Foreteller & { readonly space: ItemSpace }) | undefined;

  constructor(parts: PersonSignalsParts) {
    this.#parts = parts;
  }

  /** The same, of people as another state knows them: a sandbox, which shares nothing of what is kept. */
  over(state: StateReader): PersonSignals {
    return new PersonSignals({ ...this.#parts, state });
  }

  /** `undefined` for a person of whom nothing was received. */
  person(userId: string): Awaitable<PersonState | undefined> {
    const { state, identity } = this.#parts;
    return readPerson(state, identity.idsOf(userId));
  }

  /** `undefined` for a person not seen by then. */
  profile(
    userId: string,
    person: PersonState,
    { asOfMs, purpose }: SignalQuery,
  ): Awaitable<UserProfile | undefined> {
    const also = [purpose?.name, this.#parts.catalogue.revision];
    return this.#profiles.read({ userId, person, asOfMs, also }, (atMs) =>
      profileOf({ ...this.#parts, isUnsaid: this.#isUnsaid }, person, atMs, purpose),
    );
  }

  /** `undefined` before the first event that may be used. */
  state(userId: string, person: PersonState, query: SignalQuery): Awaitable<UserStateSignal | undefined> {
    const { state } = this.#parts;
    return this.#states.read(this.#question(userId, person, query), (asOfMs) =>
      readUserState(state, person, { asOfMs, isUsable: this.#usableOf(person, query) }),
    );
  }

  /** None while there is no model, and of somebody who had done nothing. */
  predictions(userId: string, person: PersonState, query: SignalQuery): Awaitable<Foretold> {
    const served = this.#parts.predictions();
    if (!served) return nothingForetold;
    const question = this.#question(userId, person, query);
    const { catalogue } = this.#parts;
    const items = served.model.taste ? catalogue.revision : 0; // else nothing of them is read
    const also = [...question.also, served.version, items];
    return this.#predictions.read({ ...question, also }, (asOfMs) =>
      readPredictions(this.#parts, this.#foretellerOf(served), person, {
        asOfMs,
        isUsable: this.#usableOf(person, query),
      }),
    );
  }

  /** The one there is, until the predictions or the items are others. */
  #foretellerOf({ model }: ServedPredictions): Foreteller {
    const { knowledge } = this.#parts;
    const { space } = knowledge; // another one whenever what is known of the catalogue was worked out again
    if (this.#foreteller?.model !== model || this.#foreteller.space !== space)
      this.#foreteller = { model, tastes: tasteReaderOf(model, knowledge), space };
    return this.#foreteller;
  }

  /** What answers rest on beside the person, the purpose and the time: while these are the very same values, so are the answers. */
  get basis(): readonly unknown[] {
    return [this.#parts.catalogue.revision, this.#parts.predictions()?.version];
  }

  readonly #isUnsaid = (itemRow: number): boolean => this.#parts.knowledge.isUnsaid(itemRow);

  #question(userId: string, person: PersonState, { asOfMs, purpose }: SignalQuery) {
    return { userId, person, asOfMs, also: [purpose?.name] };
  }

  #usableOf({ record }: PersonState, { purpose }: SignalQuery) {
    const { purposes, catalogue } = this.#parts;
    return usableFor(purpose ?? purposes.personalization, record.consent, catalogue);
  }
}
