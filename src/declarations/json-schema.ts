import { TrackMessage } from "#api";
import type { DeclaredAction } from "./action.ts";
import { type Config, surfacesOf } from "./config.ts";
import type { Annotations, Fields, JsonSchema } from "./field.ts";

/** JSON Schema 2020-12 of everything a config declares, each a document of its own. */
export interface DeclaredSchemas {
  /** Event name -> schema of its `properties`. */
  readonly events: Readonly<Record<string, JsonSchema>>;
  /** Of the `traits` of an `identify`. */
  readonly traits: JsonSchema;
  /** Of the `attributes` of an item. */
  readonly itemAttributes: JsonSchema;
}

const DIALECT = "https://json-schema.org/draft/2020-12/schema";
/** Spread, so that what TypeBox marks its schemas with stays behind. */
const platformProperties: Readonly<Record<string, JsonSchema>> = Object.fromEntries(
  Object.entries(TrackMessage.properties.properties.properties).map(([name, schema]) => [
    name,
    { ...schema },
  ]),
);

/**
 * The schemas that values are checked by. Owner, retention and sensitivity are annotations: `x-owner`, `x-retention-days`,
 * `x-sensitivity`; what an action says about the person is in `x-kind`, `x-strength` and `x-verb`.
 */
export function jsonSchemaOf(config: Config): DeclaredSchemas {
  const events = Object.entries(config.actions).map(
    ([name, declared]) => [name, eventSchema(name, declared, config)] as const,
  );
  const fieldsSchema = (title: string, fields: Fields = {}): JsonSchema => ({
    $schema: DIALECT,
    $id: `urn:inkling:${title}`,
    title,
    ...objectSchema(fields, [], config),
  });
  return {
    events: Object.fromEntries(events),
    traits: fieldsSchema("traits", config.traits),
    itemAttributes: fieldsSchema("item-attributes", config.itemAttributes),
  };
}

function eventSchema(name: string, declared: DeclaredAction, config: Config): JsonSchema {
  const { kind, strength, verb, properties, ...annotations } = declared;
  const required = Object.entries(properties).filter(([, { isOptional }]) => !isOptional);
  const names = config.mode === "strict" ? required.map(([property]) => property) : [];
  const { properties: own, ...rest } = objectSchema(properties, names, config);
  return {
    $schema: DIALECT,
    $id: `urn:inkling:event:${encodeURIComponent(name)}`,
    title: name,
    ...annotationsSchema(annotations),
    "x-kind": kind,
    "x-strength": strength,
    "x-verb": verb,
    ...rest,
    properties: { ...platformProperties, ...surfaceSchema(config), ...(own as object) }, // made below
  };
}

/** In strict mode only the declared surfaces may appear. */
function surfaceSchema(config: Config): Readonly<Record<string, JsonSchema | false>> {
  if (config.mode !== "strict") return {};
  const names = [...surfacesOf(config).keys()];
  return { surface: names.length > 0 ? { ...platformProperties["surface"], enum: names } : false };
}

function objectSchema(fields: Fields, required: readonly string[], { mode }: Config): JsonSchema {
  const properties = Object.entries(fields).map(
    ([name, { schema, annotations }]) => [name, { ...schema, ...annotationsSchema(annotations) }] as const,
  );
  return {
    type: "object",
    properties: Object.fromEntries(properties),
    required,
    additionalProperties: mode !== "strict",
  };
}

function annotationsSchema({ description, owner, retentionDays, sensitivity }: Annotations): JsonSchema {
  return {
    ...(description !== undefined && { description }),
    ...(owner !== undefined && { "x-owner": owner }),
    ...(retentionDays !== undefined && { "x-retention-days": retentionDays }),
    ...(sensitivity !== undefined && { "x-sensitivity": sensitivity }),
  };
}
