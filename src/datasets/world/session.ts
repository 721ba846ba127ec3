import { MINUTE_MS, Random, SECOND_MS } from "#base";
import { interestAffinities } from "./affinity.ts";
import { appealOf } from "./appeal.ts";
import { pickWeighted } from "./distributions.ts";
import type { ShownItem, SlateRequest, Surface } from "./logging-policy.ts";
import type { Person } from "./person.ts";
import type { PersonMemory } from "./person-memory.ts";
import { purchaseAfter } from "./purchase.ts";
import { type Action, drawReaction } from "./reaction.ts";
import type { Scene } from "./scene.ts";

/**
 * @file One visit: slates asked for until the person leaves, each item an impression, some answered by actions. Interests
 * are held still within a visit (they move over days), and fatigue from a slate is felt from the next slate on, so that
 * within a slate nothing but position depends on position.
 */
export interface Occurrence {
  readonly timeMs: number;
  readonly action: Action | "impression" | "purchase";
  readonly row: number;
  readonly surface: Surface;
  readonly slateId: string;
  readonly position: number;
  readonly source: string;
  readonly actionProbability: number;
  readonly dwellMs?: number;
}

/** Plays one visit and leaves its traces in `memory`. Occurrences in time order, none at or after the world's end. */
export function playSession(
  scene: Scene,
  person: Person,
  memory: PersonMemory,
  sessionId: string,
  startMs: number,
  random: Random,
): Occurrence[] {
  const buying = Random.of(scene.config.seed, `${sessionId}/purchases`);
  const { config, endMs } = scene;
  const affinities = interestAffinities(person.interests, startMs);
  const occurrences: Occurrence[] = [];
  let timeMs = startMs;
  let slate = 0;
  memory.forget(startMs);
  do {
    const request = drawRequest(scene, person, memory, affinities, random);
    const shown = scene.policy.slate(request, timeMs, random);
    const slateId = `${sessionId}-${slate++}`;
    timeMs = viewSlate(
      shown,
      { scene, person, memory, affinities, request, slateId, random, buying },
      timeMs,
      occurrences,
    );
    timeMs += breakAfterSlate(random);
  } while (timeMs < endMs && random.chance(1 - 1 / config.sessions.slatesPerSession));
  memory.lastEndMs = timeMs;
  occurrences.sort((left, right) => left.timeMs - right.timeMs);
  return occurrences.filter((occurrence) => occurrence.timeMs < endMs);
}

/** From one slate to the next. */
export function breakAfterSlate(random: Random): number {
  return 2 * SECOND_MS + Math.round(4 * SECOND_MS * random.exponential());
}

/** Time between the end of a visit and the earliest start of the next. */
export const sessionGapMs = 10 * MINUTE_MS;

export interface View {
  readonly scene: Scene;
  readonly person: Person;
  readonly memory: PersonMemory;
  readonly affinities: Float64Array;
  readonly request: SlateRequest;
  readonly slateId: string;
  readonly random: Random;
  /** Of purchases, which the first form does not have. */
  readonly buying: Random;
}

/** Scrolls through a slate, appending to `occurrences`; returns when the person is through. */
export function viewSlate(
  shown: readonly ShownItem[],
  view: View,
  startMs: number,
  occurrences: Occurrence[],
): number {
  const { scene, person, affinities, memory, random } = view;
  let timeMs = startMs;
  for (const [position, { row, source, actionProbability }] of shown.entries()) {
    const common = {
      row,
      surface: view.request.surface,
      slateId: view.slateId,
      position,
      source,
      actionProbability,
    };
    occurrences.push({ timeMs, action: "impression", ...common });
    const appeal = appealOf(scene, person, affinities, memory, row, timeMs);
    for (const { action, afterMs, dwellMs } of drawReaction(
      scene.config.reactions,
      appeal,
      position,
      random,
    )) {
      occurrences.push({
        timeMs: timeMs + afterMs,
        action,
        ...common,
        ...(dwellMs !== undefined && { dwellMs }),
      });
      remember(memory, action, row);
      const bought = action === "click" && purchaseAfter(scene, person, appeal.affinity, view.buying);
      if (bought)
        occurrences.push({ timeMs: timeMs + afterMs + bought.delayMs, action: "purchase", ...common });
      if (dwellMs !== undefined) timeMs += dwellMs;
    }
    timeMs += 300 + random.integer(1200);
  }
  for (const { row } of shown) memory.showed(scene.catalogue.mainLeaves[row]!, timeMs);
  return timeMs;
}

function remember(memory: PersonMemory, action: Action, row: number): void {
  memory.engaged.add(row);
  if (action === "hide") return;
  memory.seedRow = row;
  if (action === "save") memory.saved.add(row);
}

/** Where the person goes next, by habit; "related" needs something to be related to. */
export function drawRequest(
  scene: Scene,
  person: Person,
  memory: PersonMemory,
  affinities: Float64Array,
  random: Random,
): SlateRequest {
  const { home, search, related } = person.surfaceShares;
  const surface = (["home", "search", "related"] as const)[pickWeighted(random, [home, search, related])]!;
  if (surface === "related" && memory.seedRow !== undefined) return { surface, seedRow: memory.seedRow };
  if (surface !== "search") return { surface: "home" };
  const { idleSearchShare, broadSearchShare } = scene.config.sessions;
  const isIdle = random.chance(idleSearchShare) || affinities.every((affinity) => affinity === 0);
  const leaf = isIdle
    ? random.integer(scene.topics.leaves.length)
    : person.interests[pickWeighted(random, affinities)]!.leaf;
  const { middle } = scene.topics.leaves[leaf]!;
  return random.chance(broadSearchShare) ? { surface, middle } : { surface, middle, leaf };
}
