import {
  ErasureAccepted,
  ErasureBody,
  ErasureParams,
  ErasureRequest,
  ErasureResponse,
  Problem,
  UserParams,
} from "#api";
import { PlatformError } from "#base";
import type { Server } from "../server.ts";
import type { Services } from "../services.ts";

/** Forgetting a person, and the receipt that says what was done. */
export function registerErasureRoutes(server: Server, { identity, erasures, hasTraces }: Services): void {
  const begin = async (userId: string, values?: readonly string[]) => {
    const ids = identity.idsOf(userId);
    if (!(await hasTraces(ids)))
      throw new PlatformError("user-not-found", `nothing was received of user "${userId}"`);
    return { erasureId: await erasures.begin(ids, values), status: "pending" as const };
  };

  server.delete(
    "/v1/users/:id",
    {
      config: { door: "control" },
      schema: {
        summary:
          "Erase a person, under all their ids, from every store; events that come later are a new person's",
        params: UserParams,
        body: ErasureBody,
        response: { 202: ErasureAccepted, "4xx": Problem },
      },
    },
    async ({ params: { id }, body }, reply) => {
      const begun = await begin(id, body?.values);
      reply.code(202);
      return begun;
    },
  );

  server.post(
    "/v1/erasures",
    {
      config: { door: "control", makesRoom: true },
      schema: {
        summary:
          "As DELETE /v1/users/{id}, for an id that does not come through a path as it is: . and .. are taken out by clients, an encoded slash by proxies",
        body: ErasureRequest,
        response: { 202: ErasureAccepted, "4xx": Problem },
      },
    },
    async ({ body: { userId, values } }, reply) => {
      const begun = await begin(userId, values);
      reply.code(202);
      return begun;
    },
  );

  server.get(
    "/v1/erasures/:id",
    {
      schema: {
        summary:
          "The receipt of an erasure: store by store what was removed, when, and what a search still finds",
        params: ErasureParams,
        response: { 200: ErasureResponse, "4xx": Problem },
      },
    },
    async ({ params: { id } }) => {
      const receipt = await erasures.receipt(id);
      if (!receipt)
        throw new PlatformError(
          "erasure-not-found",
          `"${id}" is not the id of an erasure; DELETE /v1/users/{id} gives one`,
        );
      return receipt as ErasureResponse; // the same, but read-only
    },
  );
}
