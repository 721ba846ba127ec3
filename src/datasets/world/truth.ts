import { DAY_MS } from "#base";
import { interestAffinities } from "./affinity.ts";
import { appealOf } from "./appeal.ts";
import { itemsBornBefore } from "./catalogue.ts";
import { areMoved, neutral } from "./circumstances.ts";
import { type Forecast, forecastReturn, type PresenceDay } from "./forecast.ts";
import type { Interest } from "./interest.ts";
import { GONE, type InterestStage, levelIn, stageAt } from "./interest-life.ts";
import { itemDirection } from "./item-input.ts";
import { Lookalikes } from "./lookalikes.ts";
import { drawPerson, type Person } from "./person.ts";
import { type LivedDay, PersonLife, planSessions } from "./person-life.ts";
import { PersonMemory } from "./person-memory.ts";
import { drawPresence, type Presence } from "./presence.ts";
import {
  type Action,
  actionProbability,
  actions,
  closeUpProbability,
  examinationProbability,
} from "./reaction.ts";
import type { Scene } from "./scene.ts";
import { type ItemRow, itemRow, type PersonRow, personRow, type WorldRow, worldRow } from "./truth-rows.ts";

/**
 * @file What is true of the world and never told: the other side of every estimate. Nothing here may reach an event, a trait
 * or an item (`truth.test.ts` searches for it). People are derived again on each call, so the truth of a million people
 * takes no memory; keep the answer when asking often.
 */
export class Truth {
  readonly #scene: Scene;
  /** Position -> probability that it is looked at, 1 at the top. */
  readonly positionBias: Float64Array;

  constructor(scene: Scene) {
    this.#scene = scene;
    const { policy, reactions } = scene.config;
    this.positionBias = Float64Array.from({ length: policy.slateSize }, (_, position) =>
      examinationProbability(reactions, position),
    );
  }

  /** Leaf -> names from the top down; a leaf is a position in this list everywhere in the truth. */
  get leafPaths(): readonly (readonly [top: string, middle: string, leaf: string])[] {
    return this.#scene.topics.leaves.map(({ path }) => path);
  }

  /** Person `index` (0-based) as they truly are. */
  person(index: number): Person {
    return drawPerson(this.#scene, index);
  }

  /** Item `row` (rank by birth, 0-based) as it truly is. `direction` is a unit vector of `embeddingSize` numbers. */
  item(row: number): ItemTruth {
    const { catalogue, topics } = this.#scene;
    const main = catalogue.mainLeaves[row]!;
    const second = catalogue.secondLeaves[row]!;
    const share = catalogue.mainShares[row]!;
    return {
      leaves:
        main === second
          ? [{ leaf: main, share: 1 }]
          : [
              { leaf: main, share },
              { leaf: second, share: 1 - share },
            ],
      quality: catalogue.quality[row]!,
      popularity: catalogue.popularity[row]!,
      bornMs: catalogue.bornMs[row]!,
      direction: itemDirection(topics, catalogue, row),
    };
  }

  /** How many items exist at `timeMs`: rows 0 up to it, exclusive. */
  itemCountAt(timeMs: number): number {
    return itemsBornBefore(this.#scene.catalogue, timeMs);
  }

  /** The interests of a person alive at `timeMs`, strongest first; affinity above 0, about 1 for a full-grown interest. */
  interestsAt(person: Person, timeMs: number): readonly InterestTruth[] {
    const affinities = interestAffinities(person.interests, timeMs);
    return person.interests
      .map(({ leaf }, position) => ({ leaf, affinity: affinities[position]! }))
      .filter(({ affinity }) => affinity > 0)
      .sort((left, right) => right.affinity - left.affinity);
  }

  /** Stage of an interest, and whether it still is any: affinity of at least `GONE`. Of the first form, and journeys, `undefined`. */
  stageAt({ life }: Interest, timeMs: number): InterestStage | "gone" | undefined {
    const begin = life && stageAt(life.stages, timeMs);
    if (!life || !begin) return undefined;
    return begin.stage === "fading" && levelIn(begin, life.config, timeMs) < GONE ? "gone" : begin.stage;
  }

  /** Day of the window -> sessions of the person, and the state they were truly in. */
  visits(person: Person): { readonly sessions: readonly number[]; readonly presence: readonly Presence[] } {
    const days = this.#presenceDays(person);
    return {
      sessions: days.map(({ sessionCount }) => sessionCount),
      presence: days.map(({ presence }) => presence),
    };
  }

  /** Where nothing moves people their days are known without playing what they do on them. */
  #presenceDays(person: Person): readonly PresenceDay[] {
    if (areMoved(this.#scene)) return this.life(person);
    return drawPresence(this.#scene, person).map((presence, day) => {
      const starts = planSessions(this.#scene, person, presence, day, neutral);
      const sessionCount = starts.filter((startMs) => startMs >= person.signedUpMs).length;
      return { presence, sessionCount, morning: neutral, evening: neutral, isSubscribed: false };
    });
  }

  /** UTC days since the epoch on which the person did anything, ascending: a visit over midnight is two. Plays their life anew. */
  activeDays(person: Person): number[] {
    const days = new Set<number>();
    for (const { sessions } of this.life(person))
      for (const { occurrences } of sessions)
        for (const { timeMs } of occurrences) days.add(Math.floor(timeMs / DAY_MS));
    return [...days].sort((left, right) => left - right);
  }

  /** Day of the window -> what the person did on it. Plays their life anew. */
  life(person: Person): LivedDay[] {
    const life = new PersonLife(this.#scene, person);
    return Array.from({ length: this.#scene.config.days }, () => life.nextDay());
  }

  /** What is true for all, as a truth file has it. */
  worldRow(): WorldRow {
    return worldRow(this.#scene);
  }

  /** All that is true of person `index`, as a truth file has it. Plays their life anew. */
  personRow(index: number): PersonRow {
    const person = this.person(index);
    return personRow(this.#scene, this.life(person), person);
  }

  /** All that is true of item `row`, as a truth file has it. */
  itemRow(row: number): ItemRow {
    return itemRow(this.#scene, row);
  }

  /**
   * P(any session within `horizon` days from `day` on) as it truly is, given the state the person is in, and as the best observer
   * could know it: from the person's true habits and what could be seen of the days before `day`.
   */
  returns(person: Person, day: number, horizon: number): Forecast {
    return forecastReturn(this.#scene, person, this.#presenceDays(person), day, horizon);
  }

  /** What could be said of somebody who may be any of these, but for the days they came. */
  lookalikes(people: readonly Person[]): Lookalikes {
    return new Lookalikes(this.#scene, people);
  }

  /** P(each action | looked at) of items `rows`, for a rested person who never saw any of them. O(rows). */
  reactions(person: Person, timeMs: number, rows: ArrayLike<number>): Readonly<Record<Action, Float32Array>> {
    const { reactions } = this.#scene.config;
    const affinities = interestAffinities(person.interests, timeMs);
    const rested = new PersonMemory(reactions.fatigueHours);
    const of = Object.fromEntries(actions.map((action) => [action, new Float32Array(rows.length)])) as Record<
      Action,
      Float32Array
    >;
    for (let at = 0; at < rows.length; at++) {
      const appeal = appealOf(this.#scene, person, affinities, rested, rows[at]!, timeMs);
      const closeUp = closeUpProbability(reactions, appeal);
      of["close-up"][at] = closeUp;
      for (const action of ["save", "click", "share"] as const)
        of[action][at] = closeUp * actionProbability(reactions[action], appeal.affinity);
      of.hide[at] = (1 - closeUp) * actionProbability(reactions.hide, appeal.affinity);
    }
    return of;
  }
}

export interface ItemTruth {
  readonly leaves: readonly { readonly leaf: number; readonly share: number }[];
  readonly quality: number;
  readonly popularity: number;
  readonly bornMs: number;
  readonly direction: Float32Array;
}

export interface InterestTruth {
  readonly leaf: number;
  readonly affinity: number;
}
