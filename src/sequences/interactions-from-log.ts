import { type ItemId, murmur3, type ProgressListener, type UserId } from "#base";
import {
  type Actions,
  Catalogue,
  consentBits,
  type EventView,
  followShared,
  IdentityGraph,
  type NamedPurpose,
  UNNAMED,
  viewEvent,
} from "#events";
import type { EventLog, Lake } from "#storage";
import { type Condition, conditionOfSource } from "./condition.ts";
import { factsOfContext, factsOfTraits } from "./context-facts.ts";
import { droppedChoices } from "./dropped-choices.ts";
import type { Interactions } from "./interactions.ts";
import { countChoices, type StandingChoices } from "./standing-choices.ts";
import { usableFor } from "./usable-rows.ts";

/** What a model learns from, and what it must be told of it later. */
export interface TrainingData {
  readonly interactions: Interactions;
  /** User row -> id. */
  readonly userIds: readonly UserId[];
  /** Item row -> id. */
  readonly itemIds: readonly ItemId[];
  /** Time of the oldest event used, ms; 0 when there is none. */
  readonly dataFromMs: number;
  /** Time of the newest event used, ms; 0 when there is none. */
  readonly dataUntilMs: number;
  /** Per partition of the log, the records that were read: from the first up to before the second. */
  readonly logOffsets: readonly (readonly [from: number, to: number])[];
}

export interface TrainingQuery {
  readonly actions: Actions;
  readonly purpose: NamedPurpose;
  /** Names of the traits that may be learned from: those declared. */
  readonly traits?: readonly string[];
  /** What retention has dropped from the log: refusals that stand in it still count. Opened when it has dropped anything. */
  readonly lake?: () => Promise<Lake>;
}

const BATCH_RECORDS = 10_000;

/**
 * The positive engagements in the log that may be used for the purpose, each event once, by person in time order, weighted by
 * the declared strength of their action, and what the same people were shown and rejected. Training reads the log and never live state, so a model can be made again from the same log
 * alone, and, where retention has dropped its beginning, what the lake says of consent.
 */
export async function interactionsFromLog(
  log: EventLog,
  query: TrainingQuery,
  progress: ProgressListener,
): Promise<TrainingData> {
  const catalogue = new Catalogue();
  const identity = new IdentityGraph();
  const onFailure = (error: unknown): never => {
    throw error;
  };
  await followShared(log, { catalogue, identity }, onFailure).catchUp(() => {});
  const before = await droppedChoices(log, query.lake, { catalogue, identity });
  const collector = new Collector(catalogue, identity, before, query);
  let total = 0;
  for (let partition = 1; partition < log.partitionCount; partition++)
    total += log.end(partition) - log.start(partition);
  let done = 0;
  for (let partition = 1; partition < log.partitionCount; partition++) {
    for (let next = log.start(partition); next < log.end(partition); ) {
      const records = await log.read(partition, next, BATCH_RECORDS);
      for (const { bytes } of records) if (bytes.length > 0) collector.add(bytes); // an empty one was erased
      done += records.length;
      next = records.at(-1)!.offset + 1;
      progress({ stage: "reading the log", done, total });
    }
  }
  const logOffsets = Array.from(
    { length: log.partitionCount },
    (_, partition) => [log.start(partition), log.end(partition)] as const,
  );
  return { ...collector.finish(), logOffsets };
}

/** An engagement, an impression, or a rejection. */
interface Deed {
  readonly isShown: boolean;
  readonly item: number;
  readonly weight: number;
  readonly timestampMs: number;
  /** Codes of the catalogue. */
  readonly action: number;
  readonly surface: number;
  /** Stands for the slate; 0 for none. */
  readonly slate: number;
  /** Of an impression, position among the conditions of what its list was about; 0 for none. */
  readonly about: number;
  /** What the event itself said of consent. */
  readonly consent: number;
}

/** What an event says of who the person is, or where they came from. */
interface Told {
  readonly timestampMs: number;
  readonly consent: number;
  readonly facts: readonly string[];
}

/** What was collected of one person. */
interface Person {
  readonly seen: Set<string>;
  readonly engagements: Deed[];
  readonly impressions: Deed[];
  /** By the newest of each: what they said of themselves. */
  readonly traits: Told[];
  /** By the oldest engagement. */
  origin: Told | undefined;
  readonly rejections: Deed[];
  choices: StandingChoices | undefined;
}

class Collector {
  readonly #catalogue: Catalogue;
  readonly #identity: IdentityGraph;
  readonly #actions: Actions;
  readonly #purpose: NamedPurpose;
  /** By person, what was said of consent before the log begins. */
  readonly #before: ReadonlyMap<string, StandingChoices>;
  /** Of those declared. */
  readonly #traits: ReadonlySet<string>;
  readonly #people = new Map<UserId, Person>();
  readonly #conditions: (Condition | undefined)[] = [undefined];
  /** What an impression says brought it -> position among the conditions. */
  readonly #abouts = new Map<string, number>();

  constructor(
    catalogue: Catalogue,
    identity: IdentityGraph,
    before: ReadonlyMap<string, StandingChoices>,
    { actions, purpose, traits = [] }: TrainingQuery,
  ) {
    this.#before = before;
    this.#catalogue = catalogue;
    this.#identity = identity;
    this.#actions = actions;
    this.#purpose = purpose;
    this.#traits = new Set(traits);
  }

  add(bytes: Uint8Array): void {
    const event = viewEvent(bytes);
    const { purposes } = this.#catalogue;
    const person = this.#identity.personOf(event.userId) as UserId; // a root is a user id
    const known = this.#people.get(person);
    const stood = known ? known.choices : this.#before.get(person);
    const choices = countChoices(stood, event, purposes);
    const deed = this.#deedOf(event);
    const isTold = event.kind === "identify" && this.#traits.size > 0;
    if (deed === undefined && !isTold && choices === stood) return;
    const user = known ?? newPerson(choices);
    if (!known) this.#people.set(person, user);
    user.choices = choices;
    const consent = consentBits(event.consent(), purposes);
    if (isTold) user.traits.push(this.#traitsOf(event, consent));
    if (deed === undefined || user.seen.has(event.eventId)) return;
    user.seen.add(event.eventId);
    const list = deed.isShown ? user.impressions : user.rejections;
    (deed.weight > 0 ? user.engagements : list).push({ ...deed, consent });
    const isFirst =
      deed.weight > 0 && (user.origin?.timestampMs ?? Number.POSITIVE_INFINITY) > deed.timestampMs;
    if (isFirst) user.origin = originOf(event, consent);
  }

  /** The declared ones. */
  #traitsOf(event: EventView, consent: number): Told {
    const declared = Object.entries(event.event().traits).filter(([name]) => this.#traits.has(name));
    return { timestampMs: event.timestampMs, consent, facts: factsOfTraits(Object.fromEntries(declared)) };
  }

  finish(): Omit<TrainingData, "logOffsets"> {
    const used = Array.from(this.#people, ([userId, person]) => {
      const { engagements, impressions, rejections, traits, origin, choices } = person;
      const isUsable = usableFor(this.#purpose, choices, this.#catalogue);
      const told = [...(origin ? [origin] : []), ...traits].filter(isUsable);
      return {
        userId,
        engagements: engagements.filter(isUsable),
        impressions: impressions.filter(isUsable),
        rejections: rejections.filter(isUsable),
        context: { facts: newestOfEach(told) },
      };
    })
      .filter(({ engagements }) => engagements.length > 0)
      .sort((left, right) => (left.userId < right.userId ? -1 : 1));
    const catalogue = this.#catalogue;
    const sizes = { userCount: used.length, itemCount: catalogue.itemCount };
    const engagements = packed(used.map((person) => person.engagements));
    const { abouts, ...shown } = packed(used.map((person) => person.impressions));
    const told = this.#conditions.length > 1 && { abouts, conditions: this.#conditions };
    const rejected = packed(used.map((person) => person.rejections));
    return {
      interactions: {
        ...sizes,
        ...withoutLists(engagements),
        actionNames: ["", ...catalogue.actions.names()],
        surfaceNames: ["", ...catalogue.surfaces.names()],
        items: catalogue.items(),
        contexts: used.map(({ context }) => context),
        ...(shown.itemRows.length > 0 && { impressions: { ...sizes, ...shown, ...told } }),
        ...(rejected.itemRows.length > 0 && { rejections: { ...sizes, ...withoutLists(rejected) } }),
      },
      userIds: used.map(({ userId }) => userId),
      itemIds: catalogue.items().map(({ itemId }) => itemId),
      ...spanOf(engagements.timestampsMs),
    };
  }

  /** What the event says of an item that is wanted, was shown or was rejected; `undefined` for any other event. */
  #deedOf(event: EventView): Omit<Deed, "consent"> | undefined {
    const declared = event.kind === "track" ? this.#actions.named(event.name) : undefined;
    const weight = declared?.strength ?? 0;
    const kind = declared?.kind ?? "neutral";
    const isRead = weight > 0 || kind === "impression" || kind === "negative";
    const { itemId, surface = "", slateId, source } = isRead ? event.rowProperties() : {};
    const { actions, surfaces } = this.#catalogue;
    const item = itemId === undefined ? undefined : this.#catalogue.rowOf(itemId);
    if (item === undefined) return undefined;
    const codes = {
      action: actions.codeOf(event.name) ?? UNNAMED,
      surface: surfaces.codeOf(surface) ?? UNNAMED,
    };
    const slate = slateId === undefined ? 0 : murmur3(slateId);
    const isShown = kind === "impression";
    const about = isShown && source !== undefined ? this.#aboutOf(source) : 0;
    return { isShown, item, weight, timestampMs: event.timestampMs, slate, about, ...codes };
  }

  #aboutOf(source: string): number {
    const known = this.#abouts.get(source);
    if (known !== undefined) return known;
    const condition = conditionOfSource(source, (itemId) => this.#catalogue.rowOf(itemId));
    const about = condition ? this.#conditions.push(condition) - 1 : 0;
    this.#abouts.set(source, about);
    return about;
  }
}

function newPerson(choices: StandingChoices | undefined): Person {
  return {
    seen: new Set(),
    engagements: [],
    impressions: [],
    rejections: [],
    traits: [],
    origin: undefined,
    choices,
  };
}

function originOf(event: EventView, consent: number): Told {
  const { context } = event.event().rest;
  return { timestampMs: event.timestampMs, consent, facts: factsOfContext(context) };
}

/** Of each kind of fact the newest; a fact is `kind=value`. */
function newestOfEach(told: readonly Told[]): string[] {
  const newest = new Map<string, string>();
  for (const { facts } of [...told].sort((left, right) => left.timestampMs - right.timestampMs))
    for (const fact of facts) newest.set(fact.slice(0, fact.indexOf("=")), fact);
  return [...newest.values()];
}

/** Columns of lists of deeds, one list for each person, each put in time order. */
function packed(lists: readonly Deed[][]) {
  const offsets = new Uint32Array(lists.length + 1);
  for (const [row, list] of lists.entries()) offsets[row + 1] = offsets[row]! + list.length;
  for (const list of lists) list.sort((left, right) => left.timestampMs - right.timestampMs); // stable: ties stay in log order
  const deeds = lists.flat();
  return {
    offsets,
    itemRows: Uint32Array.from(deeds, ({ item }) => item),
    weights: Float32Array.from(deeds, ({ weight }) => weight),
    timestampsMs: Float64Array.from(deeds, ({ timestampMs }) => timestampMs),
    actions: Uint8Array.from(deeds, ({ action }) => action),
    surfaces: Uint8Array.from(deeds, ({ surface }) => surface),
    slates: Uint32Array.from(deeds, ({ slate }) => slate),
    abouts: Uint32Array.from(deeds, ({ about }) => about),
  };
}

/** What was done is of no list. */
function withoutLists<Columns extends { readonly slates: Uint32Array; readonly abouts: Uint32Array }>({
  slates: _,
  abouts: __,
  ...others
}: Columns) {
  return others;
}

function spanOf(timestampsMs: Float64Array): Pick<TrainingData, "dataFromMs" | "dataUntilMs"> {
  if (timestampsMs.length === 0) return { dataFromMs: 0, dataUntilMs: 0 };
  let [dataFromMs, dataUntilMs] = [Number.POSITIVE_INFINITY, 0];
  for (const timeMs of timestampsMs) {
    dataFromMs = Math.min(dataFromMs, timeMs);
    dataUntilMs = Math.max(dataUntilMs, timeMs);
  }
  return { dataFromMs, dataUntilMs };
}
