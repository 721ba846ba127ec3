import { murmur3 } from "#base";
import {
  type Actions,
  Catalogue,
  consentBits,
  followShared,
  IdentityGraph,
  type NamedPurpose,
  viewEvent,
} from "#events";
import type { EventLog, Lake } from "#storage";
import { droppedChoices } from "./dropped-choices.ts";
import { countChoices, type StandingChoices } from "./standing-choices.ts";
import { usableFor } from "./usable-rows.ts";

/** Something a person did: a row of their sequence, for whom only its time and action matter. */
export interface LoggedAct {
  readonly timestampMs: number;
  readonly action: string;
  /** What it was worth, where that was asked for and the event said so. */
  readonly value?: number;
}

const BATCH_RECORDS = 10_000;

interface Doer {
  readonly acts: (LoggedAct & { readonly consent: number })[];
  choices: StandingChoices | undefined;
  /** Ids of the events that said what they were worth. */
  readonly priced: Set<string>;
}

/**
 * What people did that may be used for the purpose, each by time: of a share of them (1: everybody), drawn by hash. Of the actions in `priced`
 * it says what they were worth: the properties of other events are not read. An event that came twice counts twice, for it changes no day, unless
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
): Promise<LoggedAct[][]> {
  const catalogue = new Catalogue();
  const identity = new IdentityGraph();
  const onFailure = (error: unknown): never => {
    throw error;
  };
  await followShared(log, { catalogue, identity }, onFailure).catchUp(() => {});
  const before = await droppedChoices(log, lake, { catalogue, identity });
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
        const doer = people.get(person) ?? { acts: [], choices: before.get(person), priced: new Set() };
        people.set(person, doer);
        doer.choices = countChoices(doer.choices, event, catalogue.purposes);
        if (event.kind !== "track" || !actions.named(event.name)) continue;
        const value = priced.has(event.name) ? event.rowProperties().value : undefined;
        const consent = consentBits(event.consent(), catalogue.purposes);
        if (value !== undefined && doer.priced.has(event.eventId)) continue;
        if (value !== undefined) doer.priced.add(event.eventId);
        const worth = value === undefined ? {} : { value };
        doer.acts.push({ timestampMs: event.timestampMs, action: event.name, consent, ...worth });
      }
    }
  return Array.from(people.values(), ({ acts, choices }) =>
    acts
      .filter(usableFor(purpose, choices, catalogue))
      .map(({ consent: _, ...act }) => act)
      .sort((left, right) => left.timestampMs - right.timestampMs),
  );
}
