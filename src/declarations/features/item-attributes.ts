import type { Field, Fields } from "../field.ts";
import { scalarTypeOf } from "./check-expression.ts";
import { type Expression, item, type Scalar } from "./expression.ts";

/** An expression for each declared attribute that is a text, a number, or true or false. */
export type AttributesOf<Attributes extends Fields> = {
  readonly [Name in keyof Attributes as ScalarIn<Attributes[Name]> extends never ? never : Name]: Expression<
    ScalarIn<Attributes[Name]>
  >;
};

type ScalarIn<Of> = Of extends Field<infer Value> ? Extract<Value, Scalar> : never;

/**
 * What the catalogue says of an event's item, by the names and types that are declared: `const { price } = attributesOf(itemAttributes)`, then
 * `average(price)`. An attribute that nobody declared, or one of another type, does not compile.
 */
export function attributesOf<const Attributes extends Fields>(
  attributes: Attributes,
): AttributesOf<Attributes> {
  const named = Object.entries(attributes).flatMap(([name, { schema }]) => {
    const type = scalarTypeOf(schema);
    return type === undefined ? [] : [[name, item[type](name)] as const];
  });
  return Object.fromEntries(named) as AttributesOf<Attributes>; // a name for each, of its type
}
