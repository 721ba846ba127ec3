import {
  Problem,
  SequenceQuerystring,
  SequenceResponse,
  UserParams,
  UserQuerystring,
  UserResponse,
  type VectorSignal,
} from "#api";
import { allOf, nextTurn, PlatformError } from "#base";
import type { NamedPurpose } from "#events";
import { KeptAnswers, type SignalQuery, type UserVector } from "#profiles";
import {
  actionCodes,
  type PersonState,
  readPerson,
  readPersonSequence,
  surfaceCodes,
  usableFor,
} from "#sequences";
import { sequenceEvent, toIso, toIsoOrNull } from "../bodies.ts";
import { sendJson, sendKept } from "../send-json.ts";
import { SequenceJson } from "../sequence-json.ts";
import type { Server } from "../server.ts";
import type { Services } from "../services.ts";
import { topicBody } from "../topic-body.ts";
import { asOfOf } from "./as-of.ts";
import { readIncludedFeatures } from "./features.ts";
import { namesIn } from "./include.ts";
import { purposeOf } from "./purpose.ts";
import { readSaid, saidBody } from "./said-of-person.ts";
import { userNotFound } from "./user-not-found.ts";

/** Definition version of the signals answered here: it changes when their meaning does. */
const SIGNAL_VERSION = "1";
/** Answers a text is kept of: some tens of kilobytes each. */
const KEPT_TEXTS = 1000;

/** Signals of one user. */
export function registerUserRoutes(server: Server, services: Services): void {
  registerProfileRoute(server, services);
  registerSequenceRoute(server, services);
}

function registerProfileRoute(server: Server, services: Services): void {
  const { identity, clock, signals } = services;
  const texts = new KeptAnswers<Buffer>(KEPT_TEXTS);
  server.get(
    "/v1/users/:id",
    {
      schema: {
        summary: "What is known of a user: traits, counts, latest events, top topics with their evidence",
        params: UserParams,
        querystring: UserQuerystring,
        response: { 200: UserResponse, "4xx": Problem },
      },
    },
    async ({ params: { id }, query, url }, reply) => {
      const added = namesIn(query.include, ADDABLE);
      const asOfMs = asOfOf(query, clock);
      const purpose = purposeOf(query, services);
      const person = await signals.person(id);
      if (!person || person.record.firstMs > asOfMs) throw userNotFound(id);
      const asked = { id, userId: identity.personOf(id), person, asOfMs, purpose, added, query };
      if (query.asOf !== undefined || !added.every((name) => KEPT.includes(name)))
        return readBody(services, asked);
      const also = [...identity.idsOf(id), ...signals.basis, ...services.interests.basis];
      const { userId } = asked;
      const text = await texts.read({ userId, person, asOfMs, also, asked: url }, async () =>
        Buffer.from(JSON.stringify(await readBody(services, asked))),
      );
      sendKept(reply, text);
    },
  );
}

/** A request about a person who is known. */
interface AskedUser extends SignalQuery {
  readonly id: string;
  readonly userId: string;
  readonly person: PersonState;
  readonly added: readonly string[];
  readonly query: UserQuerystring;
}

async function readBody(
  services: Services,
  { id, userId, person, asOfMs, purpose, added, query }: AskedUser,
): Promise<UserResponse> {
  const { catalogue, identity, clock, signals } = services;
  const ids = identity.idsOf(id);
  // Begun together, all of it reads the state as it is now, however many turns the work takes.
  const [profile, said] = await allOf([
    signals.profile(userId, person, { asOfMs, purpose }),
    readSaid(services, userId, person, { asOfMs, purpose, added }),
  ]);
  if (!profile) throw userNotFound(id);
  const features = added.includes("features")
    ? await readIncludedFeatures(services, id, query, purpose)
    : undefined;
  await nextTurn(); // the body of a busy person takes as long as a slice of working it out
  return {
    userId,
    ids: [...ids],
    traits: { ...profile.traits },
    firstSeen: toIso(profile.firstSeenMs),
    lastSeen: toIso(profile.lastSeenMs),
    eventCount: profile.eventCount,
    engagementCount: profile.engagementCount,
    counts: { ...profile.counts },
    topics: profile.topics.map((topic) => topicBody(topic, services)),
    latest: profile.latest.map((row) => sequenceEvent(row, catalogue)),
    ...(features && { features }),
    ...saidBody(said, services, Math.min(asOfMs, person.record.lastMs)),
    ...(added.includes("vectors") && {
      vectors: await readVectors(services, id, query.model, { asOfMs, purpose }),
    }),
    asOf: toIso(profile.lastSeenMs),
    computedAt: toIso(clock.nowMs()),
    version: SIGNAL_VERSION,
    completeness: 1,
  };
}

function registerSequenceRoute(server: Server, services: Services): void {
  const { state, catalogue, identity, clock } = services;
  const sequenceJson = new SequenceJson(catalogue);
  server.get(
    "/v1/users/:id/sequence",
    {
      schema: {
        summary: "A user's events, newest first",
        params: UserParams,
        querystring: SequenceQuerystring,
        response: { 200: SequenceResponse, "4xx": Problem },
      },
    },
    async ({ params: { id }, query }, reply) => {
      const asOfMs = asOfOf(query, clock);
      const person = await readPerson(state, identity.idsOf(id));
      if (!person || person.record.firstMs > asOfMs) throw userNotFound(id);
      const purpose = purposeOf(query, services);
      const window = await readPersonSequence(state, person, {
        limit: query.limit,
        asOfMs,
        ...(query.since !== undefined && { sinceMs: Date.parse(query.since) }),
        ...(query.action !== undefined && { actions: actionCodes(catalogue, query.action.split(",")) }),
        ...(query.surface !== undefined && { surfaces: surfaceCodes(catalogue, query.surface.split(",")) }),
        ...(purpose && { isUsable: usableFor(purpose, person.record.consent, catalogue) }),
      });
      const written = sequenceJson.write(window, {
        userId: identity.personOf(id),
        asOf: toIsoOrNull(window.newestMs),
        computedAt: toIso(clock.nowMs()),
        version: SIGNAL_VERSION,
        completeness: 1,
      });
      sendJson(reply, written);
    },
  );
}

/** What is said of a person until they do anything or the minute is over. */
const KEPT: readonly string[] = ["interests", "state", "predictions"];
const ADDABLE: readonly string[] = [...KEPT, "vectors", "features"];

/** @throws PlatformError `no-data` when no model makes vectors, `unknown-model` when the one asked for does not */
async function readVectors(
  { vectors, state, identity }: Services,
  id: string,
  model: string | undefined,
  { asOfMs, purpose }: { asOfMs: number; purpose: NamedPurpose | undefined },
): Promise<{ now: VectorSignal; long: VectorSignal }> {
  const encoder = await vectors.encoder(model);
  if (!encoder)
    throw new PlatformError(
      "no-data",
      "no model in service makes vectors; fit one with: inkling train sequence-encoder",
    );
  const ids = identity.idsOf(id);
  const person = await readPerson(state, ids);
  if (!person) throw userNotFound(id);
  const query = { ids, person, asOfMs, ...(purpose && { purpose }) };
  const [now, long] = await Promise.all([vectors.now(encoder, query), vectors.long(encoder, query)]);
  return { now: vectorSignal(now), long: vectorSignal(long) };
}

/** As few digits as give the same number in single precision. */
function shortest(value: number): number {
  return Number(value.toPrecision(9));
}

function vectorSignal({ vector, version, asOfMs, computedAtMs, completeness }: UserVector): VectorSignal {
  return {
    value: vector ? Array.from(vector.values, shortest) : null,
    version,
    asOf: toIsoOrNull(asOfMs),
    computedAt: toIso(computedAtMs),
    completeness,
  };
}
