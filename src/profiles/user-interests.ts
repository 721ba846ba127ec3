import { type Awaitable, DAY_MS, type ItemRow, LeastRecentlyUsed, murmur3, nextTurn } from "#base";
import type { NamedPurpose, Purposes } from "#events";
import {
  type HistoryContext,
  type PersonControls,
  type PersonState,
  readControls,
  visitEngagements,
} from "#sequences";
import type { StateReader } from "#storage";
import {
  clusterItems,
  type DistinctItems,
  distinctItems,
  type Engagement,
  firstItems,
  type ItemCluster,
  joinClusters,
} from "./daily-clusters.ts";
import { type Interest, interestClusters, interestsOf } from "./interests.ts";
import type { ItemKnowledge } from "./item-knowledge.ts";
import type { JourneyNames } from "./journey-names.ts";
import { type Journey, journeysOf } from "./journeys.ts";
import { KeptAnswers } from "./kept-answers.ts";

/** What a person is interested in, and what that is made of. */
export interface InterestsSignal {
  readonly interests: readonly Interest[];
  readonly journeys: readonly Journey[];
  /** The engagements it rests on, oldest first. */
  readonly engagements: readonly Engagement[];
  readonly controls: PersonControls;
  /** Time of the newest engagement reflected. */
  readonly newestMs: number | undefined;
  readonly version: string;
}

export interface UserInterestsParts extends HistoryContext {
  readonly purposes: Purposes;
  readonly knowledge: ItemKnowledge;
  /** Writes nicer names of journeys, where somebody was declared to. */
  readonly journeyNames?: JourneyNames | undefined;
}

/** Engagements the daily pass clusters (User Interest Clusters: the last 500), and of today's that are taken in. */
const DAILY_ROWS = 500;
const TODAY_ROWS = 500;
/** People an answer is kept of, with all their engagements. */
const KEPT_ANSWERS = 2000;

/**
 * @file Interests of people, as they are asked for. What was clustered for a day is kept until the day, or what happened before it, changes;
 * an answer is kept as {@link KeptAnswers} says. Both are functions of the events and the time, so what is kept is only ever what
 * would be worked out again.
 */
export class UserInterests {
  readonly #parts: UserInterestsParts;
  readonly #daily = new LeastRecentlyUsed<
    string,
    { readonly basis: string; readonly clusters: readonly ItemCluster[] }
  >(KEPT_ANSWERS);
  readonly #answers = new KeptAnswers<InterestsSignal>(KEPT_ANSWERS);
  readonly #withNames = new WeakMap<InterestsSignal, InterestsSignal>();

  constructor(parts: UserInterestsParts) {
    this.#parts = parts;
  }

  /** The same, of people as another state knows them: a sandbox, which shares nothing of what is kept. */
  over(state: StateReader): UserInterests {
    return new UserInterests({ ...this.#parts, state });
  }

  get knowledge(): ItemKnowledge {
    return this.#parts.knowledge;
  }

  /** As of a time, by what may be used for a purpose: personalization, when none is named. */
  read(
    userId: string,
    person: PersonState,
    asOfMs: number,
    purpose: NamedPurpose = this.#parts.purposes.personalization,
  ): Awaitable<InterestsSignal> {
    const also = `${this.knowledge.space.version} ${purpose.name}`;
    const signal = this.#answers.read({ userId, person, asOfMs, also }, (atMs) =>
      this.#work(userId, person, atMs, purpose),
    );
    const { journeyNames } = this.#parts;
    if (!journeyNames) return signal;
    if (signal instanceof Promise) return signal.then((known) => this.#named(known, journeyNames));
    return this.#named(signal, journeyNames);
  }

  /** With the names there are now: the very same answer until there are others. */
  #named(signal: InterestsSignal, names: JourneyNames): InterestsSignal {
    const journeys = names.named(signal.journeys);
    const last = this.#withNames.get(signal) ?? signal;
    if (journeys.every(({ name }, n) => name === last.journeys[n]!.name)) return last;
    const named = { ...signal, journeys };
    this.#withNames.set(signal, named);
    return named;
  }

  async #work(
    userId: string,
    person: PersonState,
    asOfMs: number,
    purpose: NamedPurpose,
  ): Promise<InterestsSignal> {
    const { knowledge, state } = this.#parts;
    const [all, controls] = await Promise.all([
      this.#engagements(person, asOfMs, purpose),
      readControls(state, person),
    ]);
    const dayMs = Math.floor(asOfMs / DAY_MS) * DAY_MS;
    const firstToday = all.findIndex(({ timestampMs }) => timestampMs >= dayMs);
    const until = firstToday < 0 ? all.length : firstToday;
    const engagements = all.slice(Math.max(0, until - DAILY_ROWS));
    const before = engagements.slice(0, engagements.length - (all.length - until));
    const { space, taxonomy, catalogue } = knowledge;
    await nextTurn(); // all is read: what follows is arithmetic, in slices
    const met = distinctItems(engagements, space);
    const daily = await this.#clusterDay(userId, before, dayMs, met);
    const clusters = await joinClusters(daily, engagements.slice(before.length), space, interestClusters);
    await nextTurn();
    const interests = interestsOf(clusters, engagements, asOfMs, { space, taxonomy, catalogue }, met);
    const journeys = journeysOf(interests, engagements, asOfMs, {
      catalogue,
      isUnsaid: this.#unsayable(controls, engagements),
    });
    return {
      ...{ interests, journeys, engagements, controls },
      newestMs: engagements.at(-1)?.timestampMs,
      version: space.version,
    };
  }

  /** Words that are not to be said: sensitive ones, and the person's muted and forgotten topics. */
  #unsayable(controls: PersonControls, engagements: readonly Engagement[]): (text: string) => boolean {
    const { isSensitive, catalogue } = this.knowledge;
    const isSilenced = controls.isEmpty
      ? () => false
      : controls.silencing(engagements.map(({ itemRow }) => catalogue.at(itemRow)));
    return (text) => [text, ...text.split(" ")].some(isSensitive) || isSilenced(text);
  }

  async #engagements(person: PersonState, asOfMs: number, purpose: NamedPurpose): Promise<Engagement[]> {
    const { catalogue, actions, knowledge } = this.#parts;
    const query = {
      kind: "positive",
      purpose,
      asOfMs,
      limit: DAILY_ROWS + TODAY_ROWS,
    } as const;
    const engagements: Engagement[] = [];
    await visitEngagements(this.#parts, person, query, (rows, n) => {
      const itemRow = rows.itemRow(n) as ItemRow; // of rows with an item
      if (knowledge.isUnsaid(itemRow)) return;
      const action = catalogue.actions.nameOf(rows.action(n));
      const source = rows.source(n);
      const [timestampMs, eventId] = [rows.timestampMs(n), rows.eventId(n)];
      const strength = actions.named(action)?.strength ?? 0;
      const engagement = { itemRow, timestampMs, eventId, action, strength };
      engagements.push(source === undefined ? engagement : { ...engagement, source });
    });
    return engagements.reverse();
  }

  async #clusterDay(
    userId: string,
    before: readonly Engagement[],
    dayMs: number,
    met: DistinctItems,
  ): Promise<readonly ItemCluster[]> {
    const { space } = this.knowledge;
    const basis = `${dayMs} ${space.version} ${murmur3(before.map(({ eventId }) => eventId).join())}`;
    const kept = this.#daily.get(userId);
    if (kept?.basis === basis) return kept.clusters;
    const clusters = await clusterItems(firstItems(met, before), interestClusters);
    this.#daily.set(userId, { basis, clusters });
    return clusters;
  }
}
