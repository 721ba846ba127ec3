import type { RouteOptions } from "fastify";

/**
 * Has answers whose schemas have unions in them written as the handler made them, whose type is that of the schema. Of a schema with unions the
 * serializer compiles validators at the first answer, for hundreds of milliseconds in which nobody else is answered, and tries them at every one.
 */
export function writeUnionsPlainly(route: RouteOptions): void {
  if (hasUnion(route.schema?.response)) route.serializerCompiler = () => JSON.stringify;
}

function hasUnion(schema: unknown): boolean {
  if (typeof schema !== "object" || schema === null) return false;
  return "anyOf" in schema || Object.values(schema).some(hasUnion);
}
