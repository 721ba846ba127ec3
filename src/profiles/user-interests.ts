import { type Awaitable, DAY_MS, LeastRecentlyUsed, nextTurn } from "#base";
import type { NamedPurpose, Purposes } from "#events";
import {
  type HistoryContext,
  type PersonControls,
  type PersonState,
  readControls,
  visitEngagements,
} from "#sequences";
import type { StateReader } from "#storage";
import { type Engagement, joinClusters, meetMore } from "./daily-clusters.ts";
import { EngagedRows } from "./engaged-rows.ts";
import { type Interest, interestClusters, interestsOf } from "./interests.ts";
import type { ItemKnowledge } from "./item-knowledge.ts";
import type { JourneyNames } from "./journey-names.ts";
import { type Journey, journeysOf } from "./journeys.ts";
import { KeptAnswers } from "./kept-answers.ts";
import { type DayBasis, isOfDay, type PersonDay, passDay } from "./person-day.ts";

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

/** What was known of items when an answer was made. */
interface ItemBasis extends Pick<ItemKnowledge, "space" | "taxonomy"> {
  /** Of the catalogue: nothing of the answer's items has changed since. */
  revision: number;
}

/** Engagements the daily pass clusters (User Interest Clusters: the last 500), and of today's that are taken in. */
const DAILY_ROWS = 500;
const TODAY_ROWS = 500;
/** People an answer is kept of, with all their engagements. */
const KEPT_ANSWERS = 2000;
/** People whose day is kept: up to a hundred kilobytes each. */
const KEPT_DAYS = 1000;

/**
 * @file Interests of people, as they are asked for. What was clustered for a day is kept until the day, or what happened before it, changes (`person-day.ts`);
 * an answer is kept as {@link KeptAnswers} says. Both are functions of the events and the time, so what is kept is only ever what
 * would be worked out again.
 */
export class UserInterests {
  readonly #parts: UserInterestsParts;
  readonly #days = new LeastRecentlyUsed<string, PersonDay>(KEPT_DAYS);
  readonly #answers = new KeptAnswers<InterestsSignal>(KEPT_ANSWERS);
  readonly #bases = new WeakMap<InterestsSignal, ItemBasis>();
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

  /** What answers rest on beside the person, the purpose and the time: while these are the very same values, so are the answers. */
  get basis(): readonly unknown[] {
    const { catalogue, space, taxonomy } = this.knowledge;
    return [catalogue.revision, space, taxonomy, this.#parts.journeyNames?.revision];
  }

  /** As of a time, by what may be used for a purpose: personalization, when none is named. */
  read(
    userId: string,
    person: PersonState,
    asOfMs: number,
    purpose: NamedPurpose = this.#parts.purposes.personalization,
  ): Awaitable<InterestsSignal> {
    const also = [this.knowledge.space.version, purpose.name];
    const signal = this.#answers.read(
      { userId, person, asOfMs, also },
      (atMs) => this.#work(userId, person, atMs, purpose),
      (known) => this.#isOfItems(known),
    );
    const { journeyNames } = this.#parts;
    if (!journeyNames) return signal;
    if (signal instanceof Promise) return signal.then((known) => this.#named(known, journeyNames));
    return this.#named(signal, journeyNames);
  }

  /** Whether the items of an answer are what they were when it was made: one may have lost its topics, or come by sensitive ones. */
  #isOfItems(signal: InterestsSignal): boolean {
    const { catalogue, space, taxonomy } = this.knowledge;
    const basis = this.#bases.get(signal)!; // every answer has one
    if (basis.space !== space || basis.taxonomy !== taxonomy) return false;
    if (basis.revision === catalogue.revision) return true;
    if (signal.engagements.some(({ itemRow }) => catalogue.changeOf(itemRow) > basis.revision)) return false;
    basis.revision = catalogue.revision;
    return true;
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
    const { revision } = knowledge.catalogue;
    const [rows, controls] = await Promise.all([
      this.#engagedRows(person, asOfMs, purpose),
      readControls(state, person),
    ]);
    const { space, taxonomy, catalogue } = knowledge;
    const context = { space, taxonomy, catalogue };
    await nextTurn(); // all is read: what follows is arithmetic, in slices
    const day = await this.#day(userId, rows, {
      dayMs: startOfDay(asOfMs),
      also: `${purpose.name} ${person.heads.map((head) => head.userId).join("\n")}`,
      ...context,
    });
    const since = rows.engagements(rows.countBefore(startOfDay(asOfMs)), rows.length, this.#parts);
    const engagements = [...day.engagements, ...since];
    const met = meetMore(day.met, since, space);
    const clusters = await joinClusters(day.clusters, since, context, interestClusters);
    await nextTurn();
    const isCut = day.engagements.length === DAILY_ROWS;
    // In one slice with the journeys: whoever came between would leave in the day's memory what is of another moment.
    const interests = interestsOf(clusters, engagements, asOfMs, { ...context, isCut }, met, day.memory);
    const isUnsaid = this.#unsayable(controls, engagements);
    const journeys = journeysOf(interests, engagements, asOfMs, { catalogue, isUnsaid }, day.memory);
    const signal = {
      ...{ interests, journeys, engagements, controls },
      newestMs: engagements.at(-1)?.timestampMs,
      version: space.version,
    };
    this.#bases.set(signal, { revision, space, taxonomy });
    return signal;
  }

  /** Words that are not to be said: sensitive ones, and the person's muted and forgotten topics. */
  #unsayable(controls: PersonControls, engagements: readonly Engagement[]): (text: string) => boolean {
    const { isSensitive, catalogue } = this.knowledge;
    const isSilenced = controls.isEmpty
      ? () => false
      : controls.silencing(engagements.map(({ itemRow }) => catalogue.at(itemRow)));
    return (text) => [text, ...text.split(" ")].some(isSensitive) || isSilenced(text);
  }

  async #engagedRows(person: PersonState, asOfMs: number, purpose: NamedPurpose): Promise<EngagedRows> {
    const { catalogue, knowledge } = this.#parts;
    const query = {
      kind: "positive",
      purpose,
      asOfMs,
      limit: DAILY_ROWS + TODAY_ROWS,
    } as const;
    const engaged = new EngagedRows();
    await visitEngagements(this.#parts, person, query, (rows, n) => {
      const itemRow = rows.itemRow(n);
      if (!knowledge.isUnsaid(itemRow)) engaged.add(rows, n, catalogue.changeOf(itemRow));
    });
    return engaged.turn();
  }

  /** As it is kept, where it is the same. */
  async #day(userId: string, rows: EngagedRows, basis: DayBasis): Promise<PersonDay> {
    const until = rows.countBefore(basis.dayMs);
    const from = Math.max(0, until - DAILY_ROWS);
    const kept = this.#days.get(userId);
    if (kept && isOfDay(kept, basis) && rows.areMarked(kept.marks, from, until)) return kept;
    const engagements = rows.engagements(from, until, this.#parts);
    const context = { ...basis, catalogue: this.#parts.catalogue };
    const day = await passDay(basis, rows.marks(from, until), engagements, context);
    this.#days.set(userId, day);
    return day;
  }
}

function startOfDay(timeMs: number): number {
  return Math.floor(timeMs / DAY_MS) * DAY_MS;
}
