import type { ItemInput, SegmentMessage } from "#api";
import { DAY_MS } from "#base";
import { neutral } from "./circumstances.ts";
import type { Arrival } from "./delivery.ts";
import { itemInput } from "./item-input.ts";
import { drawPerson } from "./person.ts";
import { PersonStream } from "./person-stream.ts";
import { drawPresence, sessionRate } from "./presence.ts";
import { type Scene, setScene } from "./scene.ts";
import { Truth } from "./truth.ts";
import type { WorldConfig } from "./world-config.ts";

/**
 * @file The world: a seeded population using a save-and-discover product, whose truth is known. It is the demo, the load and
 * the oracle. Open loop: a fixed logging policy shows items, and nothing the platform says changes what people do.
 *
 *     topics     tree of 24 x 5 x 5; direction(child) = c direction(parent) + sqrt(1 - c^2) noise          topics.ts
 *     items      leaf ~ demand, or a mix of two; ln quality ~ N(0, sigma); births ~ Poisson              catalogue.ts
 *     told       title, tags, vector = 0.7 direction + noise                                            item-input.ts
 *     people     1 to 6 interests ~ demand x tilt(traits); sessions/day ~ Pareto; habits                  person.ts
 *     interest   affinity_j(t) = strength (1 - 2^(-(t - born)/g)) 2^(-(t - fade)+ / f)                  interest.ts
 *     liking     A = 1 - exp(-sum_j affinity_j(t) sum_m share_m max(0, cos(leaf_j, leaf_m))^4)           affinity.ts
 *     slates     home: popular, fresh or anything; search and related: by tag; probability logged  logging-policy.ts
 *     actions    P(close-up at k) = (1 + k)^-eta sigmoid(b . [1, A, ln q, novelty, fatigue, repeat])    reaction.ts
 *     delivery   late and duplicate arrivals                                                            delivery.ts
 *
 * and in the second form (`dynamics.ts`)
 *
 *     interest   new, growing, habit, fading, perhaps back: half-way to full or to nothing       interest-life.ts
 *     journey    two or three leaves of a topic in a burst, then silence                               journey.ts
 *     presence   engaged, lapsing, away: a chain by days; P(return) is known exactly     presence.ts, forecast.ts
 *     moved by   how they liked what they were shown, and what is sent to them    satisfaction.ts, notifications.ts
 *     cohorts    kinds of people with rates of their own                                                cohort.ts
 *     purchase   after some clicks, with delay                                                        purchase.ts
 *
 * Everything is derived from `(seed, entity id)`: person 37 alone is person 37 of the whole. The form follows RecSim (Ie et
 * al. 2019, arXiv:1909.04847): documents, users with a latent state, a choice model. We differ in running on real time
 * (hours, weeks, births) and in logging exact probabilities. Closed loop: `closed-loop.ts`. Still to come: ads.
 */
export interface World {
  readonly config: WorldConfig;
  readonly startMs: number;
  readonly endMs: number;
  /** What the platform is told of each item, by birth. Computed on the way: O(1) memory. */
  items(): Iterable<ItemInput>;
  /**
   * Everything everyone sends, in order of arrival: `identify` before anything else of that person, late events out of
   * order, some twice. Those who signed up before the window are identified at its very start. Holds one day in memory.
   */
  messages(): Iterable<SegmentMessage>;
  /** What person `index` (0-based) sends: the same messages in the same order as within {@link messages}. */
  personMessages(index: number): Iterable<SegmentMessage>;
  /** About how many messages there will be: within a tenth for presets `small` and larger, less surely where people are moved; for a progress bar. */
  readonly expectedMessages: number;
  /** What is never told. */
  readonly truth: Truth;
}

/**
 * Makes a world; people are simulated as they are iterated.
 * @throws PlatformError `invalid-config`
 */
export function createWorld(config: WorldConfig): World {
  const scene = setScene(config);
  let expectedMessages: number | undefined; // takes a moment: only for those who ask
  return {
    config,
    startMs: scene.startMs,
    endMs: scene.endMs,
    items: () => everyItem(scene),
    messages: () => everyMessage(scene),
    personMessages: (index) => personMessages(scene, index),
    get expectedMessages() {
      expectedMessages ??= estimateMessages(scene);
      return expectedMessages;
    },
    truth: new Truth(scene),
  };
}

function* everyItem({ config, topics, catalogue }: Scene): Generator<ItemInput> {
  for (let row = 0; row < catalogue.bornMs.length; row++) yield itemInput(config, topics, catalogue, row);
}

function* everyMessage(scene: Scene): Generator<SegmentMessage> {
  const streams = Array.from(
    { length: scene.config.peopleCount },
    (_, index) => new PersonStream(scene, index),
  );
  for (let day = 0; day < scene.config.days; day++) {
    const arrivals: Arrival<SegmentMessage>[] = [];
    for (const stream of streams) for (const arrival of stream.nextDay()) arrivals.push(arrival);
    arrivals.sort((left, right) => left.arrivalMs - right.arrivalMs); // stable: a tie keeps each person's order
    for (const { message } of arrivals) yield message;
  }
}

function* personMessages(scene: Scene, index: number): Generator<SegmentMessage> {
  const stream = new PersonStream(scene, index);
  for (let day = 0; day < scene.config.days; day++) for (const { message } of stream.nextDay()) yield message;
}

/**
 * Ratio estimate: impressions follow from each person's rate; how many messages come with an impression is measured on a
 * few people.
 */
function estimateMessages(scene: Scene): number {
  const { config, startMs } = scene;
  const perSession = config.sessions.slatesPerSession * config.policy.slateSize;
  let expectedImpressions = 0;
  for (let index = 0; index < config.peopleCount; index++) {
    const person = drawPerson(scene, index);
    const first = Math.max(0, (person.signedUpMs - startMs) / DAY_MS);
    for (const [day, presence] of drawPresence(scene, person).entries()) {
      const part = Math.min(1, Math.max(0, day + 1 - first)); // of the day of sign-up
      expectedImpressions += part * sessionRate(scene, person, day, presence, neutral) * perSession;
    }
  }
  let impressions = 0;
  let tracks = 0;
  for (let index = 0; index < Math.min(pilotPeople, config.peopleCount); index++)
    for (const message of personMessages(scene, index)) {
      if (message.type !== "track") continue;
      tracks++;
      if (message.event === "impression") impressions++;
    }
  const perImpression = impressions === 0 ? 1 : tracks / impressions;
  return Math.round(config.peopleCount + expectedImpressions * perImpression);
}

const pilotPeople = 30;
