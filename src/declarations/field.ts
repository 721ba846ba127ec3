/**
 * @file Builders of typed fields: each is a JSON Schema that carries the TypeScript type of the values it lets through, so
 * that one declaration is the compiler's check in the sender and the validator's in the receiver. Plain JSON Schema rather
 * than TypeBox, so that an application that imports its own config does not take a schema library along.
 */

/** Who may see a value: `personal` says something about a person, `sensitive` could harm them in the wrong hands. */
export type Sensitivity = "normal" | "personal" | "sensitive";

export const sensitivities: readonly Sensitivity[] = ["normal", "personal", "sensitive"];

/** What is said about a declaration besides its shape. */
export interface Annotations {
  readonly description?: string;
  /** Team or person to ask. */
  readonly owner?: string;
  /** Days until it may be deleted, at least 1; left out: kept. Of an action `inkling retain` deletes the events by it, of fields and traits it is a note. */
  readonly retentionDays?: number;
  readonly sensitivity?: Sensitivity;
}

/** The part of JSON Schema 2020-12 that fields are made of. */
export type JsonSchema = { readonly [keyword: string]: unknown };

declare const valueType: unique symbol;

/** A value of an event, a trait or an item attribute. Immutable: each method answers a new field. */
export interface Field<Value = unknown, IsOptional extends boolean = boolean> {
  /** Exists for the compiler only. */
  readonly [valueType]?: Value;
  readonly schema: JsonSchema;
  readonly isOptional: IsOptional;
  readonly annotations: Annotations;
  /** May be left out. Traits and item attributes may always be. */
  optional(): Field<Value, true>;
  /** May be `null`. */
  nullable(): Field<Value | null, IsOptional>;
  annotate(annotations: Annotations): Field<Value, IsOptional>;
}

/** name -> field */
export type Fields = Readonly<Record<string, Field>>;

export interface TextLimits {
  readonly minLength?: number;
  readonly maxLength?: number;
}

export interface NumberLimits {
  readonly minimum?: number;
  readonly maximum?: number;
}

export function text(limits: TextLimits = {}): Field<string, false> {
  return makeField({ type: "string", ...limits });
}

export function number(limits: NumberLimits = {}): Field<number, false> {
  return makeField({ type: "number", ...limits });
}

export function integer(limits: NumberLimits = {}): Field<number, false> {
  return makeField({ type: "integer", ...limits });
}

export function boolean(): Field<boolean, false> {
  return makeField({ type: "boolean" });
}

/** A moment: ISO 8601 with zone. */
export function time(): Field<string, false> {
  return makeField({ type: "string", format: "date-time" });
}

/** One of the values given, and nothing else. */
export function oneOf<const Values extends readonly (string | number)[]>(
  ...values: Values
): Field<Values[number], false> {
  return makeField({ enum: values });
}

export function listOf<Value>(
  element: Field<Value, boolean>,
  limits: { readonly minItems?: number; readonly maxItems?: number } = {},
): Field<readonly Value[], false> {
  return makeField({ type: "array", items: element.schema, ...limits });
}

/** Any JSON value: declared, and not looked into. */
export function anything(): Field<unknown, false> {
  return makeField({});
}

function makeField<Value, IsOptional extends boolean = false>(
  schema: JsonSchema,
  isOptional = false as IsOptional, // the default of the type parameter
  annotations: Annotations = {},
): Field<Value, IsOptional> {
  return {
    schema,
    isOptional,
    annotations,
    optional: () => makeField<Value, true>(schema, true, annotations),
    nullable: () => makeField<Value | null, IsOptional>(orNull(schema), isOptional, annotations),
    annotate: (more) => makeField<Value, IsOptional>(schema, isOptional, { ...annotations, ...more }),
  };
}

function orNull(schema: JsonSchema): JsonSchema {
  return Object.keys(schema).length === 0 ? schema : { anyOf: [schema, { type: "null" }] };
}
