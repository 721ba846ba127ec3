import pc from "picocolors";
import { type ProfileContext, readProfile } from "#profiles";
import { listUsers } from "#sequences";
import type { Keys } from "#serving";
import type { Platform } from "../platform.ts";

/** Somebody to look at first. */
export interface Person {
  readonly userId: string;
  readonly eventCount: number;
  readonly topTopic: string | undefined;
  /** An item the person has not met, for the example that sends an event. */
  readonly itemId: string;
}

/** The first people in the state are looked at; the one with most to show is picked, the same one every time. */
const LOOKED_AT = 50;
/** More than this and the page gets long. */
const ENOUGH_EVENTS = 2000;

export async function pickPerson(platform: Platform): Promise<Person | undefined> {
  const { state, catalogue, identity, actions, isSensitive } = platform;
  const isUnsaid = (itemRow: number): boolean => catalogue.at(itemRow).tags.some(isSensitive);
  const context: ProfileContext = { state, catalogue, identity, actions, isUnsaid };
  const asOfMs = platform.clock.nowMs();
  let best: Person | undefined;
  for (const userId of await listUsers(platform.state, LOOKED_AT)) {
    const profile = await readProfile(context, userId, asOfMs);
    if (!profile || profile.eventCount <= (best?.eventCount ?? 0) || profile.eventCount > ENOUGH_EVENTS)
      continue;
    const { eventCount, topics } = profile;
    best = { userId, eventCount, topTopic: topics[0]?.topic, itemId: platform.catalogue.at(0).itemId };
  }
  return best;
}

/** Where to look, three calls that work, and a number to check. */
export function describeStart(facts: {
  address: string;
  platform: Platform;
  person: Person | undefined;
  keys: Keys;
}): string {
  const { address, platform, person, keys } = facts;
  const { dataset, areTimesMadeUp, imported } = platform.manifest;
  const now = new Date(platform.clock.nowMs()).toISOString();
  const lines = [
    "",
    `  ${pc.bold("Inkling")} serves ${pc.bold(dataset ?? "your data")} at ${pc.cyan(address)}`,
    `  ${imported.messages.toLocaleString("en")} events, ${platform.catalogue.itemCount.toLocaleString("en")} items`,
    platform.clock.isHistorical
      ? `  now is ${now}, the time of the newest event${areTimesMadeUp ? " (this set keeps order only: times are made up)" : ""}`
      : `  now is ${now}`,
    "",
  ];
  if (!person) return `${[...lines, `  API: ${address}/openapi.json`].join("\n")}\n`;
  const read = keys.apiKey ? ' -H "authorization: Bearer $INKLING_API_KEY"' : "";
  const source = keys.sources?.find(({ writeKey }) => writeKey);
  const writeVariable = keys.writeKey ? "INKLING_WRITE_KEY" : source?.variable;
  const write = writeVariable === undefined ? "" : ` -u "$${writeVariable}:"`;
  const json = ' -H "content-type: application/json"';
  const id = encodeURIComponent(person.userId);
  const topic = person.topTopic === undefined ? "" : ` and names "${person.topTopic}" first`;
  const event = {
    userId: person.userId,
    event: "save",
    properties: { itemId: person.itemId },
  };
  lines.push(
    `  ${pc.dim("who is this?")}`,
    `  curl -s${read} ${address}/v1/users/${id}`,
    `  ${pc.dim("what would they like next, and why?")}`,
    `  curl -s${read} ${address}/v1/recommendations${json} -d ${quoted({ userId: person.userId, n: 5 })}`,
    `  ${pc.dim("tell it something new, and ask again")}`,
    `  curl -s${write} ${address}/v1/track${json} -d ${quoted(event)}`,
    "",
    `  check: the first call says "eventCount":${person.eventCount}${topic}; after the third it says ${person.eventCount + 1}`,
    `  API: ${address}/openapi.json`,
  );
  return `${lines.join("\n")}\n`;
}

/** A body as one word of a shell. */
function quoted(body: object): string {
  return `'${JSON.stringify(body).replaceAll("'", "'\\''")}'`;
}
