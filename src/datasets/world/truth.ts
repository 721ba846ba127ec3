import { interestAffinities } from "./affinity.ts";
import { appealOf } from "./appeal.ts";
import { itemsBornBefore } from "./catalogue.ts";
import { itemDirection } from "./item-input.ts";
import { drawPerson, type Person } from "./person.ts";
import { PersonMemory } from "./person-memory.ts";
import { actionProbability, closeUpProbability, examinationProbability } from "./reaction.ts";
import type { Scene } from "./scene.ts";

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

  /** P(save | looked at) of each item that exists at `timeMs`, for a rested person who never saw it. O(items). */
  saveProbabilities(person: Person, timeMs: number): Float32Array {
    const { reactions } = this.#scene.config;
    const affinities = interestAffinities(person.interests, timeMs);
    const rested = new PersonMemory(reactions.fatigueHours);
    return Float32Array.from({ length: this.itemCountAt(timeMs) }, (_, row) => {
      const appeal = appealOf(this.#scene, person, affinities, rested, row, timeMs);
      return closeUpProbability(reactions, appeal) * actionProbability(reactions.save, appeal.affinity);
    });
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
