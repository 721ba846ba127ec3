import { Readable } from "node:stream";
import { Type } from "typebox";
import { type FedEventLine, FeedCommit, type FeedMarkLine, FeedQuerystring, Problem } from "#api";
import type { EventFeed } from "#sequences";
import { storedMessage } from "../bodies.ts";
import type { Server } from "../server.ts";
import type { Services } from "../services.ts";
import type { Traffic } from "../traffic.ts";
import { purposeNamed } from "./purpose.ts";

/** The events as other programs read them. */
export function registerFeedRoutes(server: Server, services: Services, traffic: Traffic): void {
  const { feed } = services;
  const readers = new Set<AbortController>();
  traffic.onDrain(() => {
    for (const reader of readers) reader.abort();
  });
  server.get(
    "/v1/events",
    {
      config: { isStream: true },
      schema: {
        summary: "Events that may be used for a purpose, as they come, from where the group of readers is",
        description: "After the events of each run comes a line with its partition and what to commit.",
        querystring: FeedQuerystring,
        response: {
          200: Type.Unsafe<Readable>({
            type: "string",
            description: "application/x-ndjson: an object a line",
          }),
          "4xx": Problem,
        },
      },
    },
    async ({ query: { group, purpose, follow } }, reply) => {
      const reader = new AbortController();
      readers.add(reader);
      reply.raw.once("close", () => {
        reader.abort();
        readers.delete(reader);
      });
      const asked = { group, purpose: purposeNamed(purpose, services), isFollowing: follow };
      const lines = linesOf(feed.read({ ...asked, abort: reader.signal }));
      return reply.type("application/x-ndjson").send(Readable.from(lines, { objectMode: false }));
    },
  );
  server.post(
    "/v1/events/commit",
    {
      schema: {
        summary: "What the group has finished: it is not read again",
        body: FeedCommit,
        response: { 204: Type.Null(), "4xx": Problem },
      },
    },
    async ({ body: { group, offsets } }, reply) => {
      const places = Object.entries(offsets).map(
        ([partition, offset]) => [Number(partition), offset] as const,
      );
      await feed.commit(group, new Map(places));
      return reply.code(204).send(null);
    },
  );
}

/** A run's events and what to commit after them, in one piece. */
async function* linesOf(runs: ReturnType<EventFeed["read"]>): AsyncGenerator<string> {
  for await (const { partition, events, next, missed } of runs) {
    const lines: (FedEventLine | FeedMarkLine)[] = events.map(({ offset, personId: person, event }) => {
      return { partition, offset, person, message: storedMessage(event) };
    });
    lines.push({ partition, next, ...(missed > 0 && { missed }) });
    yield lines.map((line) => `${JSON.stringify(line)}\n`).join("");
  }
}
