import {
  InterestControlResponse,
  InterestParams,
  InterestsQuerystring,
  InterestsResponse,
  Problem,
  UserParams,
} from "#api";
import { PlatformError } from "#base";
import { INTEREST_CONTROLLED, type InterestControlKind, type Item } from "#events";
import type { InterestsSignal } from "#profiles";
import { readPerson } from "#sequences";
import { toIso } from "../bodies.ts";
import { interestsBody } from "../interest-bodies.ts";
import type { Server } from "../server.ts";
import type { Services } from "../services.ts";
import { asOfOf } from "./as-of.ts";
import { userNotFound } from "./user-not-found.ts";

/** What a person is interested in, why, and what they want of it. */
export function registerInterestRoutes(server: Server, services: Services): void {
  const { identity, catalogue, clock } = services;
  server.get(
    "/v1/users/:id/interests",
    {
      schema: {
        summary: "A user's interests with their stage of life, and the journeys they are on",
        params: UserParams,
        querystring: InterestsQuerystring,
        response: { 200: InterestsResponse, "4xx": Problem },
      },
    },
    async ({ params: { id }, query }) => {
      const signal = await readInterests(services, id, asOfOf(query, clock));
      const computedAtMs = clock.nowMs();
      return {
        userId: identity.personOf(id),
        ...interestsBody(signal, catalogue, { ...query, computedAtMs }),
      };
    },
  );
  registerControl(
    server,
    services,
    "forget",
    "Forget an interest: what was done until now no longer counts for it",
  );
  registerControl(
    server,
    services,
    "mute",
    "Mute an interest: nothing of it is said or shown until it is unmuted",
  );
  registerControl(server, services, "unmute", "Unmute an interest");
}

const places = {
  forget: { method: "DELETE", url: "/v1/users/:id/interests/:interestId" },
  mute: { method: "POST", url: "/v1/users/:id/interests/:interestId/mute" },
  unmute: { method: "DELETE", url: "/v1/users/:id/interests/:interestId/mute" },
} as const;

function registerControl(
  server: Server,
  services: Services,
  control: InterestControlKind,
  summary: string,
): void {
  server.route({
    ...places[control],
    config: { door: "control" },
    schema: { summary, params: InterestParams, response: { 200: InterestControlResponse, "4xx": Problem } },
    handler: async ({ params: { id, interestId } }) => {
      const { identity, clock, ingestion } = services;
      const covered = await coverOf(services, id, interestId);
      const userId = identity.personOf(id);
      const { rejected } = await ingestion.ingestMessages([
        {
          type: "track",
          event: INTEREST_CONTROLLED,
          ...(userId.startsWith(ANONYMOUS) ? { anonymousId: userId.slice(ANONYMOUS.length) } : { userId }),
          timestamp: toIso(clock.nowMs()),
          properties: { control, interestId, ...covered },
        },
      ]);
      if (rejected[0]) throw new PlatformError("internal", rejected[0].message);
      return { userId, interestId, control };
    },
  });
}

const ANONYMOUS = "anonymous:";
/** What an event has room for: names of topics together, and ids of items. */
const TOPIC_BYTES = 6000;
const ITEM_BYTES = 18_000;

/**
 * What belongs to an interest: its topic and those below it in the tree, so that items put later are covered by their tags; and what no such
 * tag says: of a tag all items about it, of anything else the person's own first, then all others.
 */
async function coverOf(services: Services, id: string, interestId: string) {
  const { interests, catalogue, clock } = services;
  const { taxonomy } = interests.knowledge;
  const signal = await readInterests(services, id, clock.nowMs());
  const topic = taxonomy.withId(interestId);
  const control = signal.controls.muted.find((muted) => muted.interestId === interestId);
  if (control && !topic?.isTag) {
    const { topic: name, topicsBelow, itemIds } = control;
    return { topic: name, topicsBelow, itemIds };
  }
  const interest = signal.interests.find((known) => known.interestId === interestId);
  if (!interest && !topic)
    throw new PlatformError(
      "interest-not-found",
      `"${interestId}" is no interest of "${id}"; GET /v1/users/${id}/interests lists those there are`,
    );
  const theirs = topic?.isTag ? [] : (interest?.itemRows ?? []).map((row) => catalogue.at(row));
  if (!topic) return { itemIds: idsOf(theirs) };
  const below = taxonomy.topics.filter(({ name, path }) => name !== topic.name && path.includes(topic.name));
  const topicsBelow = asManyAsFit(
    below.map(({ name }) => name),
    TOPIC_BYTES,
  );
  const tags = new Set([topic.name, ...topicsBelow]);
  const others = catalogue.items().filter((item) => taxonomy.isAbout(item, topic));
  const itemIds = idsOf([...theirs, ...others].filter((item) => !item.tags.some((tag) => tags.has(tag))));
  return {
    topic: topic.name,
    ...(topicsBelow.length > 0 && { topicsBelow }),
    ...(itemIds.length > 0 && { itemIds }),
  };
}

function idsOf(items: readonly Item[]): string[] {
  return asManyAsFit(
    items.map(({ itemId }) => itemId),
    ITEM_BYTES,
  );
}

function asManyAsFit(texts: readonly string[], most: number): string[] {
  let bytes = 0;
  return [...new Set(texts)].filter((text) => {
    bytes += Buffer.byteLength(text) + 3;
    return bytes <= most;
  });
}

async function readInterests(
  { state, identity, interests }: Services,
  id: string,
  asOfMs: number,
): Promise<InterestsSignal> {
  const person = await readPerson(state, identity.idsOf(id));
  if (!person || person.record.firstMs > asOfMs) throw userNotFound(id);
  return interests.read(identity.personOf(id), person, asOfMs);
}
