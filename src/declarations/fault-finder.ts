import { Ajv2020, type ErrorObject } from "ajv/dist/2020.js";
import { ISO_TIME_WANTED, isIsoTime } from "#base";
import type { Config } from "./config.ts";
import type { JsonSchema } from "./field.ts";
import { INTEREST_CONTROLLED } from "./interest-controlled.ts";
import { jsonSchemaOf } from "./json-schema.ts";
import { CONSENT_UPDATED } from "./purpose.ts";

/** What is wrong with a value, by the config. */
export interface DeclarationFault {
  /** JSON pointer within the message or the item. */
  readonly path: string;
  readonly message: string;
}

/** Holds what arrives against what is declared. Each function answers `undefined` when there is nothing to say. */
export interface FaultFinder {
  /** Of a `track`: its name and its `properties`. */
  event(name: string, properties: unknown): DeclarationFault | undefined;
  /** Of an `identify`: its `traits`. */
  traits(traits: unknown): DeclarationFault | undefined;
  /** Of an item: its `attributes`. */
  itemAttributes(attributes: unknown): DeclarationFault | undefined;
}

const NONE_DECLARED = "no surface is declared; add it to surfaces in inkling.config.ts";

type Check = (value: unknown) => DeclarationFault | undefined;

/**
 * Compiles the config's schemas once. In lenient mode what declares no fields costs one map look-up, and nothing else. The
 * shape that the platform itself asks for (`itemId` is a text ...) is taken as checked.
 */
export function propertyFaultFinder(config: Config): FaultFinder {
  const schemas = jsonSchemaOf(config);
  const isStrict = config.mode === "strict";
  const events = new Map<string, Check | undefined>();
  for (const [name, { properties }] of Object.entries(config.actions)) {
    const hasNothingToCheck = !isStrict && Object.keys(properties).length === 0;
    events.set(name, hasNothingToCheck ? undefined : compile(schemas.events[name]!, "/properties")); // one of each action
  }
  const section = (fields: object | undefined, schema: JsonSchema, path: string): Check =>
    !isStrict && Object.keys(fields ?? {}).length === 0 ? () => undefined : compile(schema, path);
  const undeclared = (name: string): DeclarationFault => ({
    path: "/event",
    message: `"${name}" is not declared; add it to actions in inkling.config.ts, or set mode: "lenient" to store it as it is`,
  });
  const checkTraits = section(config.traits, schemas.traits, "/traits");
  const checkAttributes = section(config.itemAttributes, schemas.itemAttributes, "/attributes");
  return {
    event(name, properties = {}) {
      const check = events.get(name);
      if (check) return check(properties);
      const isKnown = events.has(name) || name === CONSENT_UPDATED || name === INTEREST_CONTROLLED;
      return isStrict && !isKnown ? undeclared(name) : undefined;
    },
    traits: (traits = {}) => checkTraits(traits),
    itemAttributes: (attributes = {}) => checkAttributes(attributes),
  };
}

function compile(schema: JsonSchema, root: string): Check {
  // `strict: false`: the x- annotations are no keywords of ajv. The config's own checks have been made.
  const ajv = new Ajv2020({ strict: false, allErrors: false, coerceTypes: false, useDefaults: false });
  ajv.addFormat("date-time", isIsoTime);
  const validate = ajv.compile(schema);
  return (value) => (validate(value) ? undefined : describe(validate.errors ?? [], root));
}

function describe(errors: readonly ErrorObject[], root: string): DeclarationFault {
  const error = errors.at(-1); // of an anyOf the last says that no branch fits
  const at = `${root}${error?.instancePath ?? ""}`;
  const params = error?.params ?? {};
  switch (error?.keyword) {
    case "required":
      return {
        path: `${at}/${pointerPart(params["missingProperty"])}`,
        message: "it is required and missing",
      };
    case "additionalProperties":
      return {
        path: `${at}/${pointerPart(params["additionalProperty"])}`,
        message: "it is not declared; add it to inkling.config.ts",
      };
    case "format":
      return { path: at, message: `it ${ISO_TIME_WANTED}` };
    case "false schema":
      return { path: at, message: NONE_DECLARED };
    case "enum":
      return { path: at, message: describeChoices(params["allowedValues"]) };
    case "anyOf":
      return {
        path: at,
        message: `${errors
          .map(({ message }) => message)
          .slice(0, -1)
          .join(" or ")}`,
      };
    default:
      return { path: at, message: error?.message ?? "invalid" };
  }
}

function describeChoices(allowed: unknown): string {
  const choices = Array.isArray(allowed) ? allowed : [];
  const shown = choices.slice(0, 10).map((choice) => JSON.stringify(choice));
  return `it must be one of ${shown.join(", ")}${choices.length > shown.length ? " ..." : ""}`;
}

/** RFC 6901: a name as one part of a pointer. */
function pointerPart(name: unknown): string {
  return String(name).replaceAll("~", "~0").replaceAll("/", "~1");
}
