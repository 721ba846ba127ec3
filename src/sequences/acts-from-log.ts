import { murmur3 } from "#base";
import {
  type Actions,
  Catalogue,
  consentBits,
  followShared,
  IdentityGraph,
  INTEREST_CONTROLLED,
  type InterestControl,
  interestControlOf,
  type NamedPurpose,
  viewEvent,
} from "#events";
import type { EventLog, Lake } from "#storage";
import { droppedChoices } from "./dropped-choices.ts";
import { droppedControls } from "./dropped-controls.ts";
import { PersonControls } from "./interest-controls.ts";
import { countChoices, type StandingChoices } from "./standing-choices.ts";
import { usableFor } from "./usable-rows.ts";

/** Something a person did: a row of their sequence, as predictions read it. */
export interface LoggedAct {
  readonly timestampMs: number;
  readonly action: string;
  /** What it was worth, where that was asked for and the event said so. */
  readonly value?: number;
  /** What they engaged with, unless they muted it or had it forgotten since. */
  readonly itemRow?: number;
}

/** What everybody did, and the items it names. */
export interface LoggedActs {
  /** Of each person, by time. */
  readonly people: readonly (readonly LoggedAct[])[];
  readonly catalogue: Catalogue;
}

const BATCH_RECORDS = 10_000;

interface Doer {
  readonly acts: (LoggedAct & { readonly consent: number })[];
  choices: StandingChoices | undefined;
  /** Ids of the events that said what they were worth. */
  readonly priced: Set<string>;
  readonly controls: InterestControl[];
}

/**
 * What people did that may be used for the purpose, each by time: of a share of them (1: everybody), drawn by hash. Of the actions in `priced`
 * it says what they were worth, of those that somebody wants something by with what: the properties of other events are not read. An event that came twice counts twice, for it changes no day, unless
 * it says what it is worth.
 */
export async function actsFromLog(
  log: EventLog,
  {
    actions,
    purpose,
    share,
    priced,
    lake,
  }: {
    readonly actions: Actions;
    readonly purpose: NamedPurpose;
    readonly share: number;
    readonly priced: ReadonlySet<string>;
    /** As in `TrainingQuery`. */
    readonly lake?: (() => Promise<Lake>) | undefined;
  },
): Promise<LoggedActs> {
  const catalogue = new Catalogue();
  const identity = new IdentityGraph();
  const onFailure = (error: unknown): never => {
    throw error;
  };
  await followShared(log, { catalogue, identity }, onFailure).catchUp(() => {});
  const choices = await droppedChoices(log, lake, { catalogue, identity });
  const controls = await droppedControls(log, lake, identity);
  const people = new Map<string, Doer>();
  for (let partition = 1; partition < log.partitionCount; partition++)
    for (let next = log.start(partition); next < log.end(partition); ) {
      const records = await log.read(partition, next, BATCH_RECORDS);
      next = records.at(-1)!.offset + 1;
      for (const { bytes } of records) {
        if (bytes.length === 0) continue; // erased
        const event = viewEvent(bytes);
        const person = identity.personOf(event.userId);
        if (murmur3(person) / 2 ** 32 >= share) continue;
        const doer = people.get(person) ?? newDoer(person, { choices, controls });
        people.set(person, doer);
        doer.choices = countChoices(doer.choices, event, catalogue.purposes);
        const isControl = event.kind === "track" && event.name === INTEREST_CONTROLLED;
        const control = isControl ? interestControlOf(event.event()) : undefined;
        if (control) doer.controls.push(control);
        const action = event.kind === "track" && actions.named(event.name);
        if (!action) continue;
        const isPositive = action.kind === "positive";
        const isPriced = priced.has(event.name);
        const said = isPositive || isPriced ? event.rowProperties() : undefined;
        const value = isPriced ? said?.value : undefined;
        const consent = consentBits(event.consent(), catalogue.purposes);
        if (value !== undefined && doer.priced.has(event.eventId)) continue;
        if (value !== undefined) doer.priced.add(event.eventId);
        const itemRow = isPositive && said?.itemId !== undefined ? catalogue.rowOf(said.itemId) : undefined;
        doer.acts.push({
          ...{ timestampMs: event.timestampMs, action: event.name, consent },
          ...(value !== undefined && { value }),
          ...(itemRow !== undefined && { itemRow }),
        });
      }
    }
  const used = Array.from(people.values(), ({ acts, choices, controls }) =>
    acts
      .filter(usableFor(purpose, choices, catalogue))
      .map(withoutSilenced(new PersonControls(controls), catalogue))
      .sort((left, right) => left.timestampMs - right.timestampMs),
  );
  return { people: used, catalogue };
}

/** Who had done nothing that the log still has, with what they had said before it begins. */
function newDoer(
  person: string,
  before: {
    readonly choices: Awaited<ReturnType<typeof droppedChoices>>;
    readonly controls: Awaited<ReturnType<typeof droppedControls>>;
  },
): Doer {
  return {
    acts: [],
    choices: before.choices.get(person),
    priced: new Set(),
    controls: [...(before.controls.get(person) ?? [])],
  };
}

/** What of an act is read: not the item that the person wants nothing said of. */
function withoutSilenced(
  controls: PersonControls,
  catalogue: Catalogue,
): (act: Doer["acts"][number]) => LoggedAct {
  if (controls.isEmpty) return ({ consent: _, ...act }) => act;
  return ({ consent: _, itemRow, ...act }) =>
    itemRow === undefined || !controls.counts(catalogue.at(itemRow), act.timestampMs)
      ? act
      : { ...act, itemRow };
}
