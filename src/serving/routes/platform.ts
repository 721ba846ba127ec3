import { Type } from "typebox";
import { BATCH_BYTES, HealthResponse, PlatformResponse, SchemaResponse } from "#api";
import { undeclaredEvents } from "#sequences";
import { toIso, versionsOf } from "../bodies.ts";
import { describeChange } from "../features-not-applied.ts";
import type { Server } from "../server.ts";
import type { Services } from "../services.ts";
import type { Traffic } from "../traffic.ts";

/** What the platform is, whether it is well, and what it counts. */
export function registerPlatformRoutes(server: Server, services: Services, traffic: Traffic): void {
  const { about, state, clock, catalogue, recommender, metrics, featuresNotApplied } = services;

  server.get("/", { schema: { summary: "What this is", response: { 200: PlatformResponse } } }, async () => ({
    name: about.name,
    version: about.version,
    dataset: about.dataset,
    clock: {
      kind: clock.isHistorical ? "historical" : "system",
      now: toIso(clock.nowMs()),
      areTimesMadeUp: about.areTimesMadeUp,
    },
    items: catalogue.itemCount,
    undeclaredEvents: await undeclaredEvents(state),
    ...(featuresNotApplied && { featuresNotApplied: describeChange(featuresNotApplied) }),
    models: versionsOf(recommender.models),
    links: { openapi: "/openapi.json", metrics: "/metrics", live: "/health/live", ready: "/health/ready" },
  }));

  const health = {
    config: { door: "open" as const },
    schema: { response: { 200: HealthResponse, 503: HealthResponse } },
  };
  server.get("/health/live", { ...health }, async () => ({
    status: "ok",
    lagRecords: services.lagRecords(),
  }));
  server.get("/health/ready", { ...health }, async (_, reply) => {
    const fault = services.fault() ?? traffic.fault(BATCH_BYTES);
    reply.code(fault === undefined ? 200 : 503);
    return { status: fault ?? "ok", lagRecords: services.lagRecords() };
  });

  server.get(
    "/metrics",
    { schema: { summary: "Prometheus", response: { 200: Type.String() } } },
    async (_, reply) => {
      reply.type(metrics.contentType);
      return metrics.text();
    },
  );

  server.get(
    "/v1/schema",
    {
      schema: {
        summary: "JSON Schema of what the application declares: events, traits, item attributes",
        response: { 200: SchemaResponse },
      },
    },
    async () => services.declared,
  );

  server.get("/openapi.json", { config: { door: "open" as const }, schema: { hide: true } }, async () =>
    server.swagger(),
  );
}
