import { Type } from "typebox";
import { expect, test } from "vitest";
import { ErasureBody, InterestsQuerystring, RecommendationBody, UserParams } from "#api";
import { requestValidator } from "./request-faults.ts";

/** What is said of a value that is refused. */
function saidOf(schema: object, httpPart: string, value: unknown): string | undefined {
  const { error } = requestValidator({ schema, httpPart })(value) as { error?: Error };
  return error?.message;
}

const list = (body: object) => saidOf(RecommendationBody, "body", { userId: "ann", ...body });

test("what is refused is named with its value and what would be right", () => {
  expect(list({ n: 10 })).toBeUndefined();
  expect(list({ n: 0 })).toBe("/n is 0; it must be >= 1");
  expect(list({ explain: "yes" })).toBe('/explain is "yes"; it must be boolean');
  expect(list({ count: 3 })).toMatch(/^\/count is not known here; known: userId, .*condition/);
  expect(list({ asOf: "2026-02-30T00:00:00Z" })).toBe(
    '/asOf is "2026-02-30T00:00:00Z"; it must be a time there is, with its zone, such as 2026-03-01T12:00:00+05:00',
  );
  expect(saidOf(Type.Object({ items: Type.Integer() }), "body", {})).toBe("/items is missing");
  expect(saidOf(Type.Object({}), "body", [])).toBe("the body is a list; it must be object");
  expect(saidOf(UserParams, "params", { id: "" })).toBe(
    '"id" in the path is ""; it must NOT have fewer than 1 characters',
  );
});

test("of a union, what is wrong with the branch that was meant", () => {
  expect(list({ condition: { text: "" } })).toBe(
    '/condition/text is ""; it must NOT have fewer than 1 characters',
  );
  expect(list({ condition: {} })).toBe(
    "/condition is an object; it must be or have just one of: topic, itemId, itemIds, text",
  );
  expect(saidOf(InterestsQuerystring, "querystring", { view: "short" })).toBe(
    'query parameter "view" is "short"; it must be one of "long", "now"',
  );
});

test("text is read as what the schema says", () => {
  const schema = Type.Object({ limit: Type.Integer({ maximum: 5, default: 3 }) });
  const validate = requestValidator({ schema, httpPart: "querystring" });
  expect([validate({ limit: "4" }), validate({})]).toEqual([
    { value: { limit: 4 } },
    { value: { limit: 3 } },
  ]);
  expect(saidOf(schema, "querystring", { limit: "six" })).toBe(
    'query parameter "limit" is "six"; it must be integer',
  );
});

test("a long value is cut", () => {
  expect(list({ surface: 7, n: 1 })).toBe("/surface is 7; it must be string");
  const long = list({ cursor: "x".repeat(40_000) });
  expect(long).toMatch(/^\/cursor is "x{79}\.\.\.; it must NOT have more than 32768 characters$/);
});

test("what is to be forgotten is not said again, and no body is no branch that anybody meant", () => {
  expect(saidOf(ErasureBody, "body", { values: "ann@example.org" })).toBe(
    "/values is a string; it must be array",
  );
  expect(saidOf(ErasureBody, "body", { values: [5] })).toBe("/values/0 is a number; it must be string");
  expect(saidOf(ErasureBody, "body", { value: [] })).toBe("/values is missing");
  expect(saidOf(ErasureBody, "body", null)).toBeUndefined();
});
