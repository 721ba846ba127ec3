import type { Catalogue, ConsentChoices, EventKind, IdentityGraph } from "#events";
import type { EventLog, Lake } from "#storage";
import { droppedRows } from "./dropped-events.ts";
import { countChoices, type StandingChoices } from "./standing-choices.ts";

const COLUMNS = ["userId", "kind", "name", "timestampMs", "consent"] as const;

/**
 * What people had said of consent in events that retention has dropped from the log, by person: the lake has them. Who learned from the log
 * alone would take a refusal that has grown old for none.
 * @throws PlatformError as {@link droppedRows}
 */
export async function droppedChoices(
  log: EventLog,
  lake: (() => Promise<Lake>) | undefined,
  { catalogue, identity }: { readonly catalogue: Catalogue; readonly identity: IdentityGraph },
): Promise<ReadonlyMap<string, StandingChoices>> {
  const choices = new Map<string, StandingChoices>();
  for await (const row of droppedRows(log, lake, { columns: COLUMNS, saysConsent: true })) {
    const { userId, kind, name, timestampMs, consent } = row;
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
