import { Ajv } from "ajv";
import type { FastifySchemaValidationError } from "fastify";
import { expect, test } from "vitest";
import { RecommendationBody } from "#api";
import { schemaFault } from "./schema-fault.ts";

const validate = new Ajv({
  strict: false,
  allErrors: false,
  useDefaults: true,
  validateFormats: false,
}).compile(RecommendationBody);

/** What a request for a list is told. */
function toldOf(body: object): string {
  expect(validate(body)).toBe(false);
  return schemaFault(validate.errors as FastifySchemaValidationError[], "body").message;
}

test("of a list about something the form that was meant is told of, not the first there is", () => {
  expect(toldOf({ condition: { text: "" } })).toBe(
    "body/condition/text is empty; give at least one character, or leave it out",
  );
  expect(toldOf({ condition: { text: 7 } })).toBe("body/condition/text must be string");
  expect(toldOf({ condition: { itemIds: [] } })).toBe(
    "body/condition/itemIds must NOT have fewer than 1 items",
  );
  expect(toldOf({ condition: { topic: "art", and: 1 } })).toBe(
    'body/condition must NOT have additional properties, such as "and"',
  );
  expect(toldOf({ condition: {} })).toBe(
    'body/condition must have one of "topic", "itemId", "itemIds", "text"',
  );
  expect(toldOf({ condition: "art" })).toBe("body/condition must be object");
});

test("anything else is told as the validator says it", () => {
  expect(toldOf({ n: 0 })).toBe("body/n must be >= 1");
  expect(toldOf({ unheard: 1 })).toBe('body must NOT have additional properties, such as "unheard"');
});
