import { Ajv, type ErrorObject, type Options, type ValidateFunction } from "ajv";
import addFormats from "ajv-formats";
import type { RouteOptions } from "fastify";
import { PlatformError } from "#base";

/** @file What is wrong with a request, in words that name the value and what would be right. */

// `verbose`: an error has the value and the schema that it names.
const common: Options = { strict: false, allErrors: false, useDefaults: true, verbose: true };
const bodyAjv = new Ajv(common);
const textAjv = new Ajv({ ...common, coerceTypes: true });
for (const ajv of [bodyAjv, textAjv]) addFormats.default(ajv, { mode: "fast", formats: ["date-time"] });

/** Longest value that is repeated whole. */
const SHOWN = 80;

interface RequestSchema {
  readonly schema: object;
  readonly httpPart?: string;
}

/** Text (path, query) is read as what the schema says; a body must already be it. */
export function requestValidator({ schema, httpPart }: RequestSchema) {
  const validate: ValidateFunction = (httpPart === "body" ? bodyAjv : textAjv).compile(schema);
  return (value: unknown) =>
    validate(value)
      ? { value }
      : { error: new PlatformError("invalid-request", describeFault(validate.errors ?? [], httpPart)) };
}

/** A parameter that nobody reads would look as if it had been heeded: routes of ours refuse what they do not know. */
export function refuseUnknownParameters(route: RouteOptions): void {
  if (!route.url.startsWith("/v1/") || route.config?.door === "write") return;
  const known = route.schema?.querystring ?? { type: "object", properties: {} };
  route.schema = { ...route.schema, querystring: { ...known, additionalProperties: false } };
}

function describeFault(errors: readonly ErrorObject[], part: string | undefined): string {
  const error = nearestFault(errors);
  const { data, instancePath, keyword, params, parentSchema } = error;
  const place = placeOf(instancePath, part);
  if (keyword === "required")
    return `${placeOf(`${instancePath}/${params["missingProperty"]}`, part)} is missing`;
  if (keyword === "additionalProperties") {
    const unknown = placeOf(`${instancePath}/${params["additionalProperty"]}`, part);
    const known = Object.keys(parentSchema?.["properties"] ?? {});
    const instead = known.length === 0 ? "none is" : known.join(", ");
    return `${unknown} is not known here; known: ${instead}`;
  }
  return `${place} is ${shown(data)}; it ${expectationOf(error)}`;
}

/** Of a union every branch complains; what lies deepest is of the branch that was meant. */
function nearestFault(errors: readonly ErrorObject[]): ErrorObject {
  const last = errors.at(-1)!; // a value that was refused has an error
  const depthOf = ({ instancePath }: ErrorObject) => instancePath.split("/").length;
  return errors.reduce((nearest, error) => (depthOf(error) > depthOf(nearest) ? error : nearest), last);
}

function expectationOf({ keyword, message, params, schema }: ErrorObject): string {
  if (keyword === "enum") return `must be one of ${choices(params["allowedValues"])}`;
  if (keyword === "const") return `must be ${shown(params["allowedValue"])}`;
  if (keyword !== "anyOf") return message ?? "does not have the documented shape";
  const branches = schema as readonly Readonly<Record<string, unknown>>[]; // by JSON Schema
  if (branches.every((branch) => "const" in branch))
    return `must be one of ${choices(branches.map((branch) => branch["const"]))}`;
  const wanted = branches.map(({ required, type }) =>
    Array.isArray(required) ? required.join(" and ") : `a ${type}`,
  );
  return `must be or have just one of: ${wanted.join(", ")}`;
}

function choices(allowed: readonly unknown[]): string {
  return allowed.map(shown).join(", ");
}

function placeOf(pointer: string, part: string | undefined): string {
  if (part === "body") return pointer === "" ? "the body" : pointer;
  const name = pointer.slice(1);
  return part === "params" ? `"${name}" in the path` : `query parameter "${name}"`;
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? "not there";
  return text.length > SHOWN ? `${text.slice(0, SHOWN)}...` : text;
}
