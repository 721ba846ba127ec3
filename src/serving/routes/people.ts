import { PeopleQuerystring, PeopleResponse, type PersonRow, Problem } from "#api";
import { MINUTE_MS, monotonicMs, PlatformError } from "#base";
import {
  listPeople,
  orderPeople,
  type PeopleQuery,
  type PersonSummary,
  type SurveyedOrder,
  surveyedOrders,
} from "#profiles";
import { countUsers } from "#sequences";
import { toIso } from "../bodies.ts";
import type { Server } from "../server.ts";
import type { Services } from "../services.ts";
import { topicBody } from "../topic-body.ts";
import { asOfOf } from "./as-of.ts";
import { namesIn } from "./include.ts";
import { notSurveyed } from "./not-surveyed.ts";

const ADDABLE = ["state", "predictions"];

/** People, to find one among them. */
export function registerPeopleRoute(server: Server, services: Services): void {
  const { clock } = services;
  const everybody = countEverybody(services);
  server.get(
    "/v1/users",
    {
      schema: {
        summary: "People by id or trait, each with their topics and what they did in the last 28 days",
        querystring: PeopleQuerystring,
        response: { 200: PeopleResponse, "4xx": Problem },
      },
    },
    async ({ query: { asOf, include, sort, ...asked } }) => {
      const added = namesIn(include, ADDABLE);
      const asOfMs = asOfOf(asOf ? { asOf } : {}, clock);
      const { orderAsOf, ...order } = orderOf(services, sort, asOf);
      const found = await listPeople(services, { ...asked, ...order, asOfMs });
      const people = found.people.map(async (person) => ({
        ...rowOf(person, services),
        ...(added.length > 0 && (await saidOf(services, person.userId, { added, asOfMs }))),
      }));
      return {
        ...found,
        people: await Promise.all(people),
        ...(!(found.isComplete && asked.after === undefined) && { everybody: await everybody() }),
        ...(orderAsOf !== undefined && { orderAsOf }),
        computedAt: toIso(clock.nowMs()),
      };
    },
  );
}

const COUNT_MS = 10 * MINUTE_MS;

/** How many ids there are; counting takes a look at each, so the number is up to ten minutes old. */
function countEverybody({ state }: Services): () => Promise<number> {
  let counted: { readonly atMs: number; readonly count: Promise<number> } | undefined;
  return () => {
    const atMs = monotonicMs();
    if (counted === undefined || atMs - counted.atMs > COUNT_MS) counted = { atMs, count: countUsers(state) };
    return counted.count;
  };
}

/** What is foretold of everybody, and how they use the product, is known as of the last look at all of them. */
function orderOf(
  { population: { survey } }: Services,
  sort: PeopleQuery["sort"] | SurveyedOrder,
  asOf: string | undefined,
): Pick<PeopleQuery, "sort" | "places"> & { readonly orderAsOf?: string } {
  if (!isSurveyed(sort)) return { sort };
  if (asOf !== undefined)
    throw new PlatformError(
      "invalid-request",
      `people are ordered by ${sort} as of the last look at everybody only: leave out asOf, or sort by lastSeen, events or userId`,
    );
  if (!survey) throw notSurveyed();
  return { sort: "lastSeen", places: orderPeople(survey, sort), orderAsOf: toIso(survey.asOfMs) };
}

function isSurveyed(sort: string): sort is SurveyedOrder {
  return (surveyedOrders as readonly string[]).includes(sort);
}

function rowOf(
  { firstSeenMs, lastSeenMs, topics, activity, ...person }: PersonSummary,
  services: Services,
): PersonRow {
  return {
    ...person,
    firstSeen: toIso(firstSeenMs),
    lastSeen: toIso(lastSeenMs),
    topics: topics.map((topic) => {
      const { topic: name, path, share } = topicBody(topic, services);
      return { topic: name, path, share };
    }),
    activity: [...activity],
  };
}

/** By the code that answers of one person, which keeps its answers. */
async function saidOf(
  { signals }: Services,
  userId: string,
  { added, asOfMs }: { readonly added: readonly string[]; readonly asOfMs: number },
): Promise<Pick<PersonRow, "state" | "predictions">> {
  const person = await signals.person(userId);
  if (!person) return {}; // forgotten since
  const query = { asOfMs, purpose: undefined };
  const [stands, foretold] = await Promise.all([
    added.includes("state") ? signals.state(userId, person, query) : undefined,
    added.includes("predictions") ? signals.predictions(userId, person, query) : undefined,
  ]);
  return {
    ...(added.includes("state") && { state: stands?.state ?? null }),
    ...(foretold && {
      predictions: Object.fromEntries(
        foretold.predictions.map(({ target, probability }) => [target, probability]),
      ),
    }),
  };
}
