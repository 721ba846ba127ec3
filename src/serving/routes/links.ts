import { LinkParams, Problem, UnlinkResponse } from "#api";
import { PlatformError } from "#base";
import type { Server } from "../server.ts";
import type { Services } from "../services.ts";

/** Links between ids of one person. They are made by identify and alias events; here one is taken away. */
export function registerLinkRoutes(server: Server, { identity, ingestion }: Services): void {
  server.delete(
    "/v1/users/:id/links/:linkedId",
    {
      config: { door: "control" },
      schema: {
        summary: "Take an id out of a person: what came under it is its own again",
        params: LinkParams,
        response: { 200: UnlinkResponse, "4xx": Problem },
      },
    },
    async ({ params: { id, linkedId } }) => {
      if (identity.personOf(linkedId) !== identity.personOf(id) || !(await ingestion.unlink(linkedId))) {
        throw new PlatformError(
          "link-not-found",
          `"${linkedId}" is not linked to "${id}"; GET /v1/users/${id} lists its ids`,
        );
      }
      return { userId: identity.personOf(id), ids: [...identity.idsOf(id)] };
    },
  );
}
