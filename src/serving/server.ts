import type { IncomingMessage, ServerResponse } from "node:http";
import swagger from "@fastify/swagger";
import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import { type FastifyBaseLogger, type FastifyInstance, fastify, type RawServerDefault } from "fastify";
import { BATCH_BYTES } from "#api";
import { PlatformError } from "#base";
import { Access, type Keys } from "./access.ts";
import { askingForPage, readConsole, registerConsole } from "./console-files.ts";
import { Inflater } from "./inflate.ts";
import { IngestGate } from "./ingest-gate.ts";
import { checkEncoding, readAsJson } from "./json-body.ts";
import { writeUnionsPlainly } from "./plain-json.ts";
import { isFailure, sendProblem } from "./problem.ts";
import { REQUEST_TIMEOUT_MS, refuseConnection } from "./refused-connections.ts";
import { refuseUnknownParameters, requestValidator } from "./request-faults.ts";
import { RequestFrames } from "./request-frames.ts";
import { RouteFactsKept } from "./route-facts.ts";
import { registerDeadLetterRoutes } from "./routes/dead-letters.ts";
import { registerErasureRoutes } from "./routes/erasures.ts";
import { registerFeatureCourseRoute } from "./routes/feature-course.ts";
import { type FeatureFrames, registerFeatureRoutes, registerOnlineFeatures } from "./routes/features.ts";
import { registerFeedRoutes } from "./routes/feed.ts";
import { registerIndexRoutes } from "./routes/indexes.ts";
import { registerIngestRoutes } from "./routes/ingest.ts";
import { registerInterestRoutes } from "./routes/interests.ts";
import { registerItemRoutes } from "./routes/items.ts";
import { registerLinkRoutes } from "./routes/links.ts";
import { registerMapRoutes } from "./routes/map.ts";
import { registerModelRoutes } from "./routes/models.ts";
import { registerPeopleRoute } from "./routes/people.ts";
import { registerPlatformRoutes } from "./routes/platform.ts";
import { registerPopulationRoutes } from "./routes/population.ts";
import { registerPulseRoutes } from "./routes/pulse.ts";
import { registerRankRoutes } from "./routes/rank.ts";
import { registerRecommendationRoutes } from "./routes/recommendations.ts";
import { registerTopicRoute } from "./routes/topics.ts";
import { registerUserRoutes } from "./routes/users.ts";
import { registerVectorRoutes } from "./routes/vectors.ts";
import { registerWhatIfRoute } from "./routes/what-if.ts";
import type { Services } from "./services.ts";
import { Traffic } from "./traffic.ts";

/** A server whose routes are typed from their TypeBox schemas. */
export type Server = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>;

export interface ServerOptions {
  readonly keys: Keys;
  /** Least severe level that is written to standard error. */
  readonly logLevel: "silent" | "warn" | "info";
  /** Bytes of ingest bodies in flight beyond which senders are told to come again. Default: 32 MiB. */
  readonly ingestBytesInFlight?: number;
  /** Where the built console lies. Default: there is none. */
  readonly consoleFolder?: string;
}

/**
 * What clients call JSON when they cannot, or do not, say so: `sendBeacon` says text, and axios, which RudderStack's client
 * sends by, calls any packed body a form.
 */
const EVENT_TYPES = ["text/plain", "application/x-www-form-urlencoded"];

/** Door -> name of its key in OpenAPI. */
const securityOf = { write: "writeKey", control: "controlKey", read: "apiKey" } as const;

/** The HTTP server over the platform's services, ready to listen. */
export async function createServer(
  services: Services,
  { keys, logLevel, ingestBytesInFlight, consoleFolder }: ServerOptions,
): Promise<Server> {
  const server = fastify({
    logger: logLevel === "silent" ? false : { level: logLevel, stream: process.stderr },
    childLoggerFactory: (own) => own, // one for each request would be made for all those that say nothing
    bodyLimit: BATCH_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    forceCloseConnections: "idle",
    return503OnClosing: false, // Traffic does, as a problem document that says when to come again
    routerOptions: { maxParamLength: 1100 },
    frameworkErrors: sendProblem, // of an address that no route is looked up for
    clientErrorHandler: refuseConnection,
  }).withTypeProvider<TypeBoxTypeProvider>();
  server.setValidatorCompiler(requestValidator);
  server.addConstraintStrategy(askingForPage);
  server.setErrorHandler(sendProblem);
  server.setNotFoundHandler((request) => {
    throw new PlatformError(
      "route-not-found",
      `${request.method} ${request.url} is not a route; see /openapi.json`,
    );
  });
  const access = new Access(keys);
  server.decorateRequest("source", undefined);
  server.decorateRequest("problem", null);
  server.decorateRequest("facts");
  const facts = new RouteFactsKept();
  server.addHook("onRequest", (request, _reply, next) => {
    request.facts = facts.of(request);
    request.source = access.check(request, request.facts.door);
    checkEncoding(request);
    next();
  });
  const traffic = new Traffic(new IngestGate(ingestBytesInFlight), services);
  traffic.watch(server);
  server.addHook("onResponse", (request, reply, next) => {
    next();
    const { route, door, isStream, pulseName } = request.facts;
    if (isStream) return;
    const { method } = request;
    services.metrics.observeRequest(method, route, reply.statusCode, reply.elapsedTime / 1000);
    if (door === "open") return;
    const isFailing = isFailure(request, reply.statusCode);
    services.pulse.countRequest(pulseName(method), { isFailure: isFailing, ms: reply.elapsedTime });
  });
  server.addHook("onRoute", (route) => {
    const door = route.config?.door ?? "read";
    if (route.schema && door !== "open") route.schema.security = [{ [securityOf[door]]: [] }];
  });
  server.addHook("onRoute", refuseUnknownParameters);
  server.addHook("onRoute", writeUnionsPlainly);
  await server.register(swagger, { openapi: openApiInfo(services.about.version) });
  await server.register(async (scope) =>
    registerRoutes(scope.withTypeProvider<TypeBoxTypeProvider>(), services, traffic),
  );
  if (consoleFolder !== undefined) registerConsole(server, await readConsole(consoleFolder));
  return server;
}

async function registerRoutes(server: Server, services: Services, traffic: Traffic): Promise<void> {
  const inflater = new Inflater();
  server.removeAllContentTypeParsers();
  readAsJson(server, ["application/json"], inflater);
  registerPlatformRoutes(server, services, traffic);
  registerItemRoutes(server, services);
  registerUserRoutes(server, services);
  registerPeopleRoute(server, services);
  registerPopulationRoutes(server, services);
  registerMapRoutes(server, services);
  registerWhatIfRoute(server, services);
  registerPulseRoutes(server, services, traffic);
  registerFeatureRoutes(server, services);
  registerFeatureCourseRoute(server, services);
  registerFeedRoutes(server, services, traffic);
  registerInterestRoutes(server, services);
  registerLinkRoutes(server, services);
  registerErasureRoutes(server, services);
  registerDeadLetterRoutes(server, services);
  registerRecommendationRoutes(server, services);
  registerRankRoutes(server, services);
  registerVectorRoutes(server, services);
  registerTopicRoute(server, services);
  registerModelRoutes(server, services);
  registerIndexRoutes(server, services);
  await server.register(async (scope) => {
    const online = scope.withTypeProvider<TypeBoxTypeProvider>();
    const frames: FeatureFrames = new RequestFrames();
    online.removeAllContentTypeParsers();
    readAsJson(online, ["application/json"], inflater, frames);
    registerOnlineFeatures(online, services, frames);
  });
  await server.register(async (scope) => {
    const events = scope.withTypeProvider<TypeBoxTypeProvider>();
    readAsJson(events, EVENT_TYPES, inflater);
    registerIngestRoutes(events, services);
  });
}

function openApiInfo(version: string) {
  return {
    openapi: "3.1.0" as const,
    info: {
      title: "Inkling",
      version,
      description: "Understanding of users: what people do in, what they want out, in the same second.",
    },
    components: {
      securitySchemes: {
        writeKey: {
          type: "http" as const,
          scheme: "basic",
          description: "The write key of a source, or the platform's own, as user name, no password",
        },
        controlKey: {
          type: "http" as const,
          scheme: "basic",
          description: "The platform's own write key as user name, no password; a source's key only sends",
        },
        apiKey: { type: "http" as const, scheme: "bearer" },
      },
    },
  };
}
