import { DAY_MS } from "#base";
import { itemAffinity } from "./affinity.ts";
import type { Person } from "./person.ts";
import type { PersonMemory } from "./person-memory.ts";
import type { Appeal } from "./reaction.ts";
import type { Scene } from "./scene.ts";

/** What speaks for and against item `row` in the eyes of a person whose interests stand at `affinities`. */
export function appealOf(
  scene: Scene,
  person: Person,
  affinities: Float64Array,
  memory: PersonMemory,
  row: number,
  timeMs: number,
): Appeal {
  const { catalogue, config } = scene;
  const isFresh = timeMs - catalogue.bornMs[row]! < config.policy.freshDays * DAY_MS;
  return {
    affinity: itemAffinity(scene, person.interests, affinities, row),
    quality: catalogue.quality[row]!,
    novelty: isFresh ? person.noveltyTaste : 0,
    fatigue: memory.fatigueOf(catalogue.mainLeaves[row]!, timeMs),
    isRepeated: memory.engaged.has(row),
    isSaved: memory.saved.has(row),
  };
}
