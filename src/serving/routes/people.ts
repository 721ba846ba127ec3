import { PeopleQuerystring, PeopleResponse, Problem } from "#api";
import { listPeople } from "#profiles";
import { toIso } from "../bodies.ts";
import type { Server } from "../server.ts";
import type { Services } from "../services.ts";
import { asOfOf } from "./as-of.ts";

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
    async ({ query: { asOf, ...asked } }) => {
      const found = await listPeople(services, { ...asked, asOfMs: asOfOf(asOf ? { asOf } : {}, clock) });
      return {
        ...found,
        people: found.people.map(({ firstSeenMs, lastSeenMs, topics, activity, ...person }) => ({
          ...person,
          firstSeen: toIso(firstSeenMs),
          lastSeen: toIso(lastSeenMs),
          topics: topics.map(({ topic, share }) => ({ topic, share })),
          activity: [...activity],
        })),
        computedAt: toIso(clock.nowMs()),
      };
    },
  );
}
