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
import type { EventLog } from "#storage";
import { countChoices, type StandingChoices } from "./standing-choices.ts";
import { usableFor } from "./usable-rows.ts";

/** Something a person did: a row of their sequence, for whom only its time and action matter. */
export interface LoggedAct {
  readonly timestampMs: number;
  readonly action: string;
}

const BATCH_RECORDS = 10_000;

interface Doer {
  readonly acts: (LoggedAct & { readonly consent: number })[];
  choices: StandingChoices | undefined;
}

/**
 * What people did that may be used for the purpose, each by time: of a share of them (1: everybody), drawn by hash. An event that came
 * twice counts twice; it changes no day.
 */
export async function actsFromLog(
  log: EventLog,
  {
    actions,
    purpose,
    share,
  }: { readonly actions: Actions; readonly purpose: NamedPurpose; readonly share: number },
): Promise<LoggedAct[][]> {
  const catalogue = new Catalogue();
  const identity = new IdentityGraph();
  const onFailure = (error: unknown): never => {
    throw error;
  };
  await followShared(log, { catalogue, identity }, onFailure).catchUp(() => {});
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
        const doer = people.get(person) ?? { acts: [], choices: undefined };
        people.set(person, doer);
        doer.choices = countChoices(doer.choices, event, catalogue.purposes);
        if (event.kind !== "track" || !actions.named(event.name)) continue;
        const consent = consentBits(event.consent(), catalogue.purposes);
        doer.acts.push({ timestampMs: event.timestampMs, action: event.name, consent });
      }
    }
  return Array.from(people.values(), ({ acts, choices }) =>
    acts
      .filter(usableFor(purpose, choices, catalogue))
      .map(({ timestampMs, action }) => ({ timestampMs, action }))
      .sort((left, right) => left.timestampMs - right.timestampMs),
  );
}
