/**
 * Writes an answer as the handler made it, whose type is that of the schema. For answers with unions in them: of these the serializer made of a
 * schema compiles validators at the first answer, for hundreds of milliseconds in which nobody else is answered, and tries them at every one.
 */
export function asPlainJson(): (body: unknown) => string {
  return JSON.stringify;
}
