import { PeopleQuerystring, PeopleResponse, type PersonRow, Problem } from "#api";
import { listPeople, type PersonSummary } from "#profiles";
import { toIso } from "../bodies.ts";
import type { Server } from "../server.ts";
import type { Services } from "../services.ts";
import { asOfOf } from "./as-of.ts";
import { namesIn } from "./include.ts";

const ADDABLE = ["state", "predictions"];

/** People, to find one among them. */
export function registerPeopleRoute(server: Server, services: Services): void {
  const { clock } = services;
  server.get(
    "/v1/users",
    {
      schema: {
        summary: "People by id or trait, each with their topics and what they did in the last 28 days",
        querystring: PeopleQuerystring,
        response: { 200: PeopleResponse, "4xx": Problem },
      },
    },
    async ({ query: { asOf, include, ...asked } }) => {
      const added = namesIn(include, ADDABLE);
      const asOfMs = asOfOf(asOf ? { asOf } : {}, clock);
      const found = await listPeople(services, { ...asked, asOfMs });
      const people = found.people.map(async (person) => ({
        ...rowOf(person),
        ...(added.length > 0 && (await saidOf(services, person.userId, { added, asOfMs }))),
      }));
      return { ...found, people: await Promise.all(people), computedAt: toIso(clock.nowMs()) };
    },
  );
}

function rowOf({ firstSeenMs, lastSeenMs, topics, activity, ...person }: PersonSummary): PersonRow {
  return {
    ...person,
    firstSeen: toIso(firstSeenMs),
    lastSeen: toIso(lastSeenMs),
    topics: topics.map(({ topic, share }) => ({ topic, share })),
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
