import type { FastifyReply, FastifySchema, FastifySchemaCompiler } from "fastify";
import {
  type FeatureBody,
  FeatureCourseResponse,
  FeatureHealthResponse,
  FeatureParams,
  FeaturesResponse,
  OnlineFeaturesBody,
  OnlineFeaturesResponse,
  Problem,
  type UserQuerystring,
} from "#api";
import { PlatformError } from "#base";
import type { NamedPurpose } from "#events";
import {
  type AskedFeatures,
  type EntityRow,
  joinKeysOf,
  type OnlineFeatures,
  type OnlineValue,
  type PastMoment,
  type Spread,
  ValueTable,
} from "#features";
import { toIsoOrNull } from "../bodies.ts";
import { type EntityColumn, type EntityColumns, FeatureJson } from "../feature-json.ts";
import { APPLY, changeBody, isNotApplied, unknownFeature } from "../features-not-applied.ts";
import { FramedRequest, type RequestFrame, type RequestFrames } from "../request-frames.ts";
import { sendJson } from "../send-json.ts";
import type { Server } from "../server.ts";
import type { Services } from "../services.ts";

/** What is asked again and again, by whoever asks for it. */
export type FeatureFrames = RequestFrames<AskedFeatures>;

/** Names under which a person's ids may stand among the entities. */
const USER_KEYS = ["user_id", "user", "userId"];
const ITEM_KEYS = ["item_id", "item", "itemId"];

/** Features, in Feast's JSON and in ours. */
export function registerFeatureRoutes(server: Server, services: Services): void {
  const { features, featuresNotApplied } = services;
  registerHealth(server, services);

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
      features: [...features.names, ...features.itemNames].map((name) => {
        const planned = features.planned(name)!; // one of its names
        const { definition, version } = planned;
        const { view, kind, entity } = definition;
        const joinKeys = [...joinKeysOf(planned)];
        return { name, view, kind, entity, joinKeys, version, definition: { ...definition } };
      }),
      services: Object.fromEntries(
        Object.entries(features.services).map(([name, members]) => [name, [...members]]),
      ),
      ...(featuresNotApplied && { notApplied: changeBody(featuresNotApplied) }),
    }),
  );
}

/**
 * Features of many now, as Feast asks for them.
 * @param server its own bodies of JSON are read with `frames`
 */
export function registerOnlineFeatures(server: Server, services: Services, frames: FeatureFrames): void {
  const { features, featuresNotApplied } = services;
  const json = new FeatureJson(features, featuresNotApplied);
  /** Where people alone are asked for by one list of ids, which is what is asked most. */
  const answerPeople = async (
    reply: FastifyReply,
    { asked, entity, isFull }: RequestFrame<AskedFeatures>,
    ids: readonly (string | number)[],
  ): Promise<void> => {
    const table = await asked.read(ids.map(String));
    sendJson(reply, json.write(asked, isFull, [[entity, ids]], table));
  };
  server.post(
    "/get-online-features",
    {
      schema: {
        summary: "Features of many people now, as Feast's feature servers are asked and answer",
        body: OnlineFeaturesBody,
        response: { 200: OnlineFeaturesResponse, "4xx": Problem },
      },
      validatorCompiler: orFramed(server.validatorCompiler!), // set before any route
    },
    async ({ body }, reply) => {
      if (body instanceof FramedRequest) return answerPeople(reply, body.frame, body.ids);
      const asked = features.asked(namesFor(body, features));
      const columns = entitiesOf(body);
      const [[entity, ids]] = columns;
      const isFull = body.full_feature_names === true;
      if (columns.length === 1 && USER_KEYS.includes(entity) && asked.isOfPeople && !body.log) {
        const frame = { asked, entity, isFull };
        frames.learn(body, frame);
        return answerPeople(reply, frame, ids);
      }
      const rows = rowsOf(columns);
      const table = ValueTable.of(await features.readRows(asked.names, rows), asked.names.length);
      if (body.log) noteServed(services, asked.names, rows, table.toRows());
      sendJson(reply, json.write(asked, isFull, columns, table));
    },
  );
}

/** A body that is known was checked when it was met first. */
function orFramed(compile: FastifySchemaCompiler<FastifySchema>): FastifySchemaCompiler<FastifySchema> {
  return (route) => {
    const validate = compile(route);
    return (body: unknown) => body instanceof FramedRequest || validate(body);
  };
}

/** What was found of features, at the last look and before. */
function registerHealth(server: Server, services: Services): void {
  const { features, featureHealth, featureLooks } = services;
  server.get(
    "/v1/features/health",
    {
      schema: {
        summary: "Skew, absence, freshness and drift of each feature, as last looked at",
        response: { 200: FeatureHealthResponse },
      },
    },
    async () => {
      const report = featureHealth();
      if (!report)
        return { at: null, people: 0, items: 0, compared: 0, skewed: 0, features: [], coverage: {} };
      const { baseline: _, ...told } = report;
      return {
        ...told,
        features: told.features.map(({ quantiles, spread, past: _past, ...feature }) => ({
          ...feature,
          quantiles: { ...quantiles },
          ...(spread && { spread: spreadBody(spread) }),
        })),
        coverage: { ...told.coverage },
      };
    },
  );

  server.get(
    "/v1/features/:name/course",
    {
      schema: {
        summary: "Skew, absence, freshness and drift of one feature over time",
        params: FeatureParams,
        response: { 200: FeatureCourseResponse, "4xx": Problem },
      },
    },
    async ({ params: { name } }) => {
      if (!features.planned(name)) throw unknownFeature(name, services);
      const health = featureHealth()?.features.find((one) => one.name === name);
      return { name, looks: featureLooks(name).map(lookBody), past: (health?.past ?? []).map(lookBody) };
    },
  );
}

function lookBody<Look extends Pick<PastMoment, "quantiles">>(look: Look): Look {
  return { ...look, quantiles: { ...look.quantiles } };
}

function spreadBody({ bounds, now, before }: Spread) {
  return { bounds: [...bounds], now: [...now], ...(before && { before: [...before] }) };
}

/** Of rows that name a person and have any; one record each. */
function noteServed(
  { features, clock, noteServed: note }: Services,
  names: readonly string[],
  rows: readonly EntityRow[],
  values: readonly (readonly OnlineValue[])[],
): void {
  const atMs = clock.nowMs();
  const known = names.map((reference) => reference.slice(reference.indexOf(":") + 1));
  const planned = known.flatMap((name) => features.planned(name) ?? []);
  const pairedWith = new Set(
    planned.flatMap((one) => joinKeysOf(one).slice(1)).filter((key) => key !== "item_id"),
  );
  const lineages = Object.fromEntries(
    known.map((name) => [name, features.planned(name)?.lineage ?? ""] as const), // of those that are there
  );
  const served = rows.flatMap(({ userId, itemId, keys = {} }, person) => {
    const found = known.flatMap((name, n) => {
      const { status, value } = values[person]![n]!; // one for each person and name
      return status === "NOT_FOUND" ? [] : [[name, value] as const];
    });
    if (userId === undefined || found.length === 0) return [];
    const further = Object.entries(keys).filter(([key]) => pairedWith.has(key));
    return [
      {
        ...{ userId, atMs, definedAs: lineages, values: Object.fromEntries(found) },
        ...(itemId !== undefined && { itemId }),
        ...(further.length > 0 && { keys: Object.fromEntries(further) }),
      },
    ];
  });
  note(served);
}

/** What each row says: who, what, and under which further keys. */
function rowsOf(columns: EntityColumns): EntityRow[] {
  const named = (known: readonly string[]): EntityColumn | undefined =>
    columns.find(([name]) => known.includes(name));
  const [users, items] = [named(USER_KEYS), named(ITEM_KEYS)];
  return columns[0][1].map((_, n) => ({
    ...(users && { userId: String(users[1][n]) }),
    ...(items && { itemId: String(items[1][n]) }),
    keys: Object.fromEntries(columns.map(([name, ids]) => [name, String(ids[n])])),
  }));
}

/** @throws PlatformError `invalid-request` when neither names nor a known service is given */
function namesFor(
  { features: names, feature_service: service }: OnlineFeaturesBody,
  features: OnlineFeatures,
): readonly string[] {
  if (names) return names;
  const members = service === undefined ? undefined : features.membersOf(service);
  if (members) return members;
  const known = Object.keys(features.services).join(", ") || "none";
  throw new PlatformError(
    "invalid-request",
    service === undefined
      ? 'give features: ["name", ...] or a feature_service'
      : `feature_service is "${service}"; declared: ${known}`,
  );
}

/** @throws PlatformError `invalid-request` for none, and for lists that are not as long as each other */
function entitiesOf({ entities }: OnlineFeaturesBody): EntityColumns {
  const [first, ...others] = Object.entries(entities);
  if (!first)
    throw new PlatformError("invalid-request", 'entities has lists of ids, such as { "user_id": ["u1"] }');
  const other = others.find(([, ids]) => ids.length !== first[1].length);
  if (other)
    throw new PlatformError(
      "invalid-request",
      `entities: ${other[0]} has ${other[1].length} ids and ${first[0]} has ${first[1].length}; each row takes one of each`,
    );
  return [first, ...others];
}

/** The features of `GET /v1/users/{id}?include=features`; for a purpose only those that are declared for it. */
export async function readIncludedFeatures(
  { features, featuresNotApplied }: Services,
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
    query.features?.split(",").flatMap((name) => features.membersOf(name) ?? name) ?? features.names;
  const names = asked.filter(
    (name) => !purpose || features.isFor(name, purpose.name) || isNotApplied(name, featuresNotApplied),
  );
  const [values = []] = await features.read(names, [userId]);
  return Object.fromEntries(
    names.map((name, n) => {
      const { value, status, newestMs } = values[n]!; // one for each name
      return [
        name,
        {
          ...{ value, status, asOf: toIsoOrNull(newestMs) },
          version: features.planned(name)?.version ?? "",
          ...(isNotApplied(name, featuresNotApplied) && { hint: APPLY }),
        },
      ];
    }),
  );
}
