import { Problem, UserFeatureCourseResponse, UserFeatureParams } from "#api";
import { toIso } from "../bodies.ts";
import { unknownFeature } from "../features-not-applied.ts";
import type { Server } from "../server.ts";
import type { Services } from "../services.ts";
import { userNotFound } from "./user-not-found.ts";

const MOMENTS = 40;

/** One feature of one person over their time here. */
export function registerFeatureCourseRoute(server: Server, services: Services): void {
  const { features, signals, identity, clock } = services;
  server.get(
    "/v1/users/:id/features/:name/course",
    {
      schema: {
        summary: "A feature of a person at earlier moments, as training sets have it",
        params: UserFeatureParams,
        response: { 200: UserFeatureCourseResponse, "4xx": Problem },
      },
    },
    async ({ params: { id, name } }) => {
      const planned = features.names.includes(name) ? features.planned(name) : undefined;
      if (!planned) throw unknownFeature(name, services, "feature of people");
      const person = await signals.person(id);
      if (!person) throw userNotFound(id);
      const nowMs = clock.nowMs();
      const { firstMs } = person.record;
      const stepMs = (nowMs - firstMs) / (MOMENTS - 1);
      const timesMs = Array.from({ length: MOMENTS }, (_, n) =>
        Math.round(nowMs - (MOMENTS - 1 - n) * stepMs),
      );
      const past = await features.readPast(name, id, { firstMs, timesMs });
      return {
        userId: identity.personOf(id),
        name,
        version: planned.version,
        past: past.map(({ atMs, value, status }) => ({ at: toIso(atMs), value, status })),
        computedAt: toIso(nowMs),
      };
    },
  );
}
