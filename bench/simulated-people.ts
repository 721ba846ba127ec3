import { DAY_MS, type ItemRow, parseIsoTime, Random } from "#base";
import { createWorld, type World, worldPresets } from "#datasets";
import { Actions, Catalogue } from "#events";
import { modelNamed } from "#models";
import { CatalogueItemSpace, type Engagement, type ItemSpace, Taxonomy } from "#profiles";
import { packInteractions } from "#sequences";

/** @file People of the world's second form as the platform would know them, without a server: for figures of quality. */
export interface SimulatedPeople {
  readonly world: World;
  readonly catalogue: Catalogue;
  readonly taxonomy: Taxonomy;
  readonly space: ItemSpace;
  /** Person index -> engagements, oldest first. */
  readonly engagements: readonly (readonly Engagement[])[];
  /** Person index -> everything they did that is a row of their sequence, by time. */
  readonly rows: readonly (readonly SimulatedRow[])[];
}

export interface SimulatedRow {
  readonly timestampMs: number;
  readonly action: string;
  /** What they engaged with. */
  readonly itemRow?: ItemRow;
}

const FACTORS = { embeddingSize: 32, epochs: 8 };

export async function simulatePeople(
  { people, days, seed }: { readonly people: number; readonly days: number; readonly seed: number },
  say: (line: string) => void,
): Promise<SimulatedPeople> {
  const world = createWorld({ ...worldPresets.living, seed, days, peopleCount: people });
  const catalogue = new Catalogue();
  for (const { itemId, ...input } of world.items()) catalogue.apply({ kind: "item", itemId, input });
  say(`simulating ${people} people for ${days} days`);
  const actions = new Actions();
  const rows = Array.from({ length: people }, () => [] as SimulatedRow[]);
  const engagements = Array.from({ length: people }, () => [] as Engagement[]);
  for (let person = 0; person < people; person++) {
    const seen = new Set<string>();
    for (const message of world.personMessages(person)) {
      if (message.type !== "track" || seen.has(message.messageId!)) continue; // the world gives every message its id
      seen.add(message.messageId!);
      const timestampMs = parseIsoTime(message.timestamp!);
      const strength = actions.named(message.event!)?.strength ?? 0;
      const itemRow = catalogue.rowOf(message.properties!.itemId!);
      const isEngaged = strength > 0 && itemRow !== undefined;
      rows[person]!.push({ timestampMs, action: message.event!, ...(isEngaged && { itemRow }) });
      if (isEngaged)
        engagements[person]!.push({
          itemRow,
          timestampMs,
          eventId: message.messageId!,
          action: message.event!,
          strength,
        });
    }
    for (const list of [rows[person]!, engagements[person]!])
      list.sort((left, right) => left.timestampMs - right.timestampMs);
  }
  say("fitting factors");
  const interactions = packInteractions(
    engagements.flatMap((own, user) =>
      own
        .filter(({ timestampMs }) => timestampMs < world.endMs - DAY_MS)
        .map(({ itemRow, strength, timestampMs }) => ({
          user,
          item: itemRow,
          weight: strength,
          timestampMs,
        })),
    ),
    people,
    catalogue.itemCount,
  );
  const ials = modelNamed("ials");
  const context = { random: Random.of(seed, "ials"), progress: () => {} };
  const { itemFactors } = await ials.fit(interactions, { ...ials.defaults, ...FACTORS }, context);
  const space = new CatalogueItemSpace(
    catalogue,
    itemFactors && { version: "simulated", vectors: itemFactors },
  );
  return { world, catalogue, taxonomy: new Taxonomy(catalogue), space, engagements, rows };
}
