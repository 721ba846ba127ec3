import { Ajv, type ErrorObject, type ValidateFunction } from "ajv";
import type { TSchema } from "typebox";
import { ISO_TIME_WANTED, isIsoTime } from "#base";

// `strict: false`: TypeBox marks its schemas in ways ajv's strict mode refuses; the compiler has checked the schemas themselves.
// `unicode: false`: lengths are counted in UTF-16 units, which is what a text's length costs nothing to ask for.
const ajv = new Ajv({ strict: false, allErrors: false, coerceTypes: false, unicode: false, logger: false });
ajv.addFormat("date-time", isIsoTime);

/** A function that says what is wrong with a value: `undefined` when it has the schema's shape. Compiled when the first value comes, for most threads take in none. */
export function compileSchema(schema: TSchema): (value: unknown) => SchemaFault | undefined {
  let validate: ValidateFunction | undefined;
  return (value) => {
    validate ??= ajv.compile(schema);
    return validate(value) ? undefined : describe(validate.errors?.[0]);
  };
}

export interface SchemaFault {
  /** JSON pointer to the value at fault. */
  readonly path: string;
  readonly message: string;
}

function describe(error: ErrorObject | undefined): SchemaFault {
  const missing = error?.keyword === "required" ? `/${String(error.params["missingProperty"])}` : "";
  const message = error?.keyword === "format" ? ISO_TIME_WANTED : (error?.message ?? "invalid");
  return { path: `${error?.instancePath ?? ""}${missing}`, message };
}
