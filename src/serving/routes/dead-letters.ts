import { DeadLettersQuerystring, DeadLettersResponse, Problem } from "#api";
import { deadLetterBody } from "../bodies.ts";
import type { Server } from "../server.ts";
import type { Services } from "../services.ts";

/** What was rejected, and why. */
export function registerDeadLetterRoutes(server: Server, { deadLetters }: Services): void {
  server.get(
    "/v1/dead-letters",
    {
      schema: {
        summary: "Rejected events and items as they arrived, each with its reason, newest first",
        querystring: DeadLettersQuerystring,
        response: { 200: DeadLettersResponse, "4xx": Problem },
      },
    },
    async ({ query: { reason, before, limit } }) => {
      const page = await deadLetters.page({
        limit,
        ...(reason !== undefined && { code: reason }),
        ...(before !== undefined && { before }),
      });
      return {
        deadLetters: page.letters.map(deadLetterBody),
        next: page.next ?? null,
        counts: Object.fromEntries(deadLetters.counts),
        bytes: deadLetters.bytes,
        maxBytes: deadLetters.maxBytes,
        dropped: deadLetters.dropped,
      };
    },
  );
}
