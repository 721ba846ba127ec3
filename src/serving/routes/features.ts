import {
  type FeatureBody,
  FeatureHealthResponse,
  FeaturesResponse,
  OnlineFeaturesBody,
  OnlineFeaturesResponse,
  Problem,
  type UserQuerystring,
} from "#api";
import { PlatformError } from "#base";
import type { NamedPurpose } from "#events";
import type { OnlineFeatures, OnlineValue } from "#features";
import { toIso, toIsoOrNull } from "../bodies.ts";
import type { Server } from "../server.ts";
import type { Services } from "../services.ts";

/** Feast's word for no time. */
const NO_TIME = "1970-01-01T00:00:00Z";
/** Names under which a person's ids may stand among the entities. */
const USER_KEYS = ["user_id", "user", "userId"];

/** Features, in Feast's JSON and in ours. */
export function registerFeatureRoutes(server: Server, services: Services): void {
  const { features } = services;
  server.post(
    "/get-online-features",
    {
      schema: {
        summary: "Features of many people now, as Feast's feature servers are asked and answer",
        body: OnlineFeaturesBody,
        response: { 200: OnlineFeaturesResponse, "4xx": Problem },
      },
    },
    async ({ body }, reply) => {
      const names = namesFor(body, features);
      const [entity, given] = entityOf(body);
      const isUser = USER_KEYS.includes(entity);
      const userIds = isUser ? given.map(String) : [];
      const values = await features.read(names, userIds);
      if (body.log) noteServed(services, names, userIds, values);
      reply.type("application/json; charset=utf-8");
      return onlineJson({ names: namesShown(names, body, features), entity, given, values }) as never; // the schema's text already
    },
  );

  server.get(
    "/v1/features/health",
    {
      schema: {
        summary: "Skew, absence, freshness and drift of each feature, as last looked at",
        response: { 200: FeatureHealthResponse },
      },
    },
    async () => {
      const report = services.featureHealth();
      if (!report) return { at: null, people: 0, compared: 0, skewed: 0, features: [], coverage: {} };
      const { baseline: _, ...told } = report;
      return {
        ...told,
        features: told.features.map((feature) => ({ ...feature, quantiles: { ...feature.quantiles } })),
        coverage: { ...told.coverage },
      };
    },
  );

  server.get(
    "/v1/features",
    {
      schema: {
        summary: "The features that are served, and their definitions",
        response: { 200: FeaturesResponse },
      },
    },
    async () => ({
      version: features.version,
      features: features.names.map((name) => {
        const { definition, version } = features.planned(name)!; // one of its names
        return { name, view: definition.view, kind: definition.kind, version, definition: { ...definition } };
      }),
      services: Object.fromEntries(
        Object.entries(features.services).map(([name, members]) => [name, [...members]]),
      ),
    }),
  );
}

/** Of people who have any; one record each. */
function noteServed(
  { features, clock, noteServed: note }: Services,
  names: readonly string[],
  userIds: readonly string[],
  values: readonly (readonly OnlineValue[])[],
): void {
  const atMs = clock.nowMs();
  const { version } = features;
  const served = userIds.flatMap((userId, person) => {
    const found = names.flatMap((reference, n) => {
      const one = values[person]![n]!; // one for each person and name
      return one.status === "NOT_FOUND"
        ? []
        : [[reference.slice(reference.indexOf(":") + 1), one.value] as const];
    });
    return found.length === 0 ? [] : [{ userId, atMs, version, values: Object.fromEntries(found) }];
  });
  note(served);
}

interface Online {
  readonly names: readonly string[];
  readonly entity: string;
  readonly given: readonly (string | number)[];
  /** By person; none for an entity that nobody has. */
  readonly values: readonly (readonly OnlineValue[])[];
}

/** Written by hand, for a schema of unknown values would be walked twice. */
function onlineJson({ names, entity, given, values }: Online): string {
  const column = (texts: readonly string[], statuses: readonly string[], times: readonly string[]): string =>
    `{"values":[${texts.join(",")}],"statuses":[${statuses.map(quote).join(",")}],"event_timestamps":[${times.map(quote).join(",")}]}`;
  const isoOf = isoTimes();
  const ids = column(
    given.map((id) => JSON.stringify(id)),
    given.map(() => "PRESENT"),
    given.map(() => NO_TIME),
  );
  const columns = names.map((_, n) => {
    const ofAll = given.map((_id, person) => values[person]?.[n]);
    return column(
      ofAll.map((one) => (one ? JSON.stringify(one.value) : "null")),
      ofAll.map((one) => one?.status ?? "NOT_FOUND"),
      ofAll.map((one) => (one?.newestMs === undefined ? NO_TIME : isoOf(one.newestMs))),
    );
  });
  return `{"metadata":{"feature_names":${JSON.stringify([entity, ...names])}},"results":[${[ids, ...columns].join(",")}]}`;
}

/** Times as text; features that reflect the same event, which many do, share it. */
function isoTimes(): (timestampMs: number) => string {
  let lastMs = Number.NaN;
  let text = "";
  return (timestampMs) => {
    if (timestampMs !== lastMs) {
      lastMs = timestampMs;
      text = toIso(timestampMs);
    }
    return text;
  };
}

/** Of words that need no escape. */
function quote(word: string): string {
  return `"${word}"`;
}

/** @throws PlatformError `invalid-request` when neither names nor a known service is given */
function namesFor(
  { features: names, feature_service: service }: OnlineFeaturesBody,
  features: OnlineFeatures,
): readonly string[] {
  if (names) return names;
  const members = service === undefined ? undefined : features.services[service];
  if (members) return members;
  const known = Object.keys(features.services).join(", ") || "none";
  throw new PlatformError(
    "invalid-request",
    service === undefined
      ? 'give features: ["name", ...] or a feature_service'
      : `feature_service is "${service}"; declared: ${known}`,
  );
}

function entityOf({ entities }: OnlineFeaturesBody): [name: string, ids: readonly (string | number)[]] {
  const given = Object.entries(entities);
  const [first] = given;
  if (!first || given.length > 1)
    throw new PlatformError("invalid-request", 'entities has one list of ids, such as { "user_id": ["u1"] }');
  return first;
}

/** Feast leaves the view out, unless it is asked to put it in front. */
function namesShown(
  names: readonly string[],
  { full_feature_names: isFull }: OnlineFeaturesBody,
  features: OnlineFeatures,
): string[] {
  return names.map((reference) => {
    const name = reference.slice(reference.indexOf(":") + 1);
    if (!isFull) return name;
    return `${features.planned(name)?.definition.view ?? reference.split(":")[0]}__${name}`;
  });
}

/** The features of `GET /v1/users/{id}?include=features`; for a purpose only those that are declared for it. */
export async function readIncludedFeatures(
  { features }: Services,
  userId: string,
  query: UserQuerystring,
  purpose: NamedPurpose | undefined,
): Promise<Record<string, FeatureBody>> {
  if (query.asOf !== undefined)
    throw new PlatformError(
      "invalid-request",
      "features are of now: leave out asOf, or take them as of a time with inkling features export",
    );
  const asked =
    query.features?.split(",").flatMap((name) => features.services[name] ?? name) ?? features.names;
  const names = asked.filter((name) => !purpose || features.isFor(name, purpose.name));
  const [values = []] = await features.read(names, [userId]);
  return Object.fromEntries(
    names.map((name, n) => {
      const { value, status, newestMs } = values[n]!; // one for each name
      return [
        name,
        { value, status, asOf: toIsoOrNull(newestMs), version: features.planned(name)?.version ?? "" },
      ];
    }),
  );
}
