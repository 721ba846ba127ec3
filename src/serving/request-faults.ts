import { Ajv, type ErrorObject, type Options, type ValidateFunction } from "ajv";
import type { RouteOptions } from "fastify";
import { ISO_TIME_WANTED, isIsoTime, PlatformError } from "#base";

/** @file What is wrong with a request, in words that name the value and what would be right. */

// `verbose`: an error has the value and the schema that it names.
const common: Options = { strict: false, allErrors: false, useDefaults: true, verbose: true };
const bodyAjv = new Ajv(common);
const textAjv = new Ajv({ ...common, coerceTypes: true });
for (const ajv of [bodyAjv, textAjv]) ajv.addFormat("date-time", isIsoTime);

/** Longest value that is repeated whole. */
const SHOWN = 80;

interface RequestSchema {
  /** `writeOnly`, as JSON Schema has it: what it holds is not said again, be it wrong. */
  readonly schema: object & { readonly writeOnly?: boolean };
  readonly httpPart?: string;
}

/**
 * Text (path, query) is read as what the schema says; a body must already be it. Compiled with the first request of a route, for
 * all of them together take as long as half of a start.
 */
export function requestValidator({ schema, httpPart }: RequestSchema) {
  let validate: ValidateFunction | undefined;
  return (value: unknown) => {
    validate ??= (httpPart === "body" ? bodyAjv : textAjv).compile(schema);
    if (validate(value)) return { value };
    return {
      error: new PlatformError("invalid-request", describeFault(validate.errors ?? [], httpPart, schema)),
    };
  };
}

/** A parameter that nobody reads would look as if it had been heeded: routes of ours refuse what they do not know. */
export function refuseUnknownParameters(route: RouteOptions): void {
  if (!route.url.startsWith("/v1/") || route.config?.door === "write") return;
  const known = route.schema?.querystring ?? { type: "object", properties: {} };
  route.schema = { ...route.schema, querystring: { ...known, additionalProperties: false } };
}

function describeFault(
  errors: readonly ErrorObject[],
  part: string | undefined,
  { writeOnly = false }: RequestSchema["schema"],
): string {
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
  return `${place} is ${writeOnly ? kindOf(data) : shown(data)}; it ${expectationOf(error)}`;
}

/**
 * Of a union every branch complains. What lies deepest is of the branch that was meant; where only one is more than nothing at all (`null`), so
 * is that.
 */
function nearestFault(errors: readonly ErrorObject[]): ErrorObject {
  const last = errors.at(-1)!; // a value that was refused has an error
  const depthOf = ({ instancePath }: ErrorObject) => instancePath.split("/").length;
  const deepest = errors.reduce(
    (nearest, error) => (depthOf(error) > depthOf(nearest) ? error : nearest),
    last,
  );
  const branches = deepest.keyword === "anyOf" ? branchesOf(deepest) : [];
  const [only, ...others] = Array.from(branches.keys()).filter((n) => branches[n]!["type"] !== "null");
  const isOfOnly = ({ schemaPath }: ErrorObject) => schemaPath.includes(`/anyOf/${only}/`);
  return (others.length === 0 && errors.find(isOfOnly)) || deepest;
}

function branchesOf({ schema }: ErrorObject): readonly Readonly<Record<string, unknown>>[] {
  return schema as readonly Readonly<Record<string, unknown>>[]; // of an anyOf, by JSON Schema
}

function expectationOf(error: ErrorObject): string {
  const { keyword, message, params } = error;
  if (keyword === "enum") return `must be one of ${choices(params["allowedValues"])}`;
  if (keyword === "const") return `must be ${shown(params["allowedValue"])}`;
  if (keyword === "format") return ISO_TIME_WANTED;
  if (keyword !== "anyOf") return message ?? "does not have the documented shape";
  const branches = branchesOf(error);
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

/** What is more than one value is told by its kind: whoever sent it knows what was in it. */
function shown(value: unknown): string {
  if (typeof value === "object" && value !== null) return kindOf(value);
  const text = JSON.stringify(value) ?? "not there";
  return text.length > SHOWN ? `${text.slice(0, SHOWN)}...` : text;
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return "a list";
  if (value === null) return "null";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}
