import { assert } from "#base";
import {
  type Catalogue,
  type ConsentChoices,
  type EventKind,
  type IdentityGraph,
  SHARED_PARTITION,
} from "#events";
import type { EventLog, Lake } from "#storage";
import { requireReach } from "./dropped-events.ts";
import { countChoices, type StandingChoices } from "./standing-choices.ts";

const COLUMNS = ["userId", "kind", "name", "timestampMs", "consent", "partition", "logOffset"] as const;

/**
 * What people had said of consent in events that retention has dropped from the log, by person: the lake has them. Who learned from the log
 * alone would take a refusal that has grown old for none. Where the log reaches back to its beginning there is nothing, and no lake is opened.
 * @throws PlatformError `data-damaged` when the lake does not reach up to where the log begins
 */
export async function droppedChoices(
  log: EventLog,
  lake: (() => Promise<Lake>) | undefined,
  { catalogue, identity }: { readonly catalogue: Catalogue; readonly identity: IdentityGraph },
): Promise<ReadonlyMap<string, StandingChoices>> {
  const choices = new Map<string, StandingChoices>();
  const starts = Array.from({ length: log.partitionCount }, (_, partition) => log.start(partition));
  if (starts.every((start, partition) => start === 0 || partition === SHARED_PARTITION)) return choices;
  assert(lake, "a log that retention has dropped from is read with its lake");
  const opened = await lake();
  requireReach(opened, starts);
  for await (const { rows } of opened.scan({ columns: COLUMNS, saysConsent: true }))
    for (const { userId, kind, name, timestampMs, consent, partition, logOffset } of rows) {
      if (logOffset >= starts[partition]!) continue; // the log still has it
      const event = {
        ...{ kind: kind as EventKind, name, timestampMs }, // as it was stored
        consent: () => JSON.parse(consent!) as ConsentChoices, // written by us, and asked for
      };
      const person = identity.personOf(userId);
      const said = countChoices(choices.get(person), event, catalogue.purposes);
      if (said) choices.set(person, said);
    }
  return choices;
}
