import type { FastifySchemaValidationError } from "fastify";

/**
 * What is wrong with a part of a request, in one sentence. Of a value that fits none of several forms the validator tells what each form misses, that which comes
 * first too often being one nobody meant: told is what is wrong deepest inside, in the form that came nearest, or else which properties would tell the forms
 * apart.
 */
export function schemaFault(errors: readonly FastifySchemaValidationError[], part: string): Error {
  const depthOf = ({ instancePath }: FastifySchemaValidationError): number => instancePath.split("/").length;
  const forms = errors.filter(({ keyword }) => keyword !== "anyOf");
  const [first] = errors;
  if (forms.length < 2) return new Error(first ? sentenceOf(first, part) : `${part} is not as it should be`);
  const deepest = Math.max(...forms.map(depthOf));
  const near = forms.filter((error) => depthOf(error) === deepest);
  const told = near.find(({ keyword }) => keyword !== "required");
  if (told) return new Error(sentenceOf(told, part));
  const missing = [...new Set(near.map(({ params }) => `"${String(params["missingProperty"])}"`))];
  return new Error(`${part}${near[0]!.instancePath} must have one of ${missing.join(", ")}`);
}

function sentenceOf(
  { keyword, instancePath, params, message }: FastifySchemaValidationError,
  part: string,
): string {
  const place = `${part}${instancePath}`;
  if (keyword === "minLength" && params["limit"] === 1)
    return `${place} is empty; give at least one character, or leave it out`;
  if (keyword === "additionalProperties")
    return `${place} must NOT have additional properties, such as "${String(params["additionalProperty"])}"`;
  return `${place} ${message ?? "is not as it should be"}`;
}
