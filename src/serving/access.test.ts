import type { FastifyRequest } from "fastify";
import { describe, expect, test } from "vitest";
import { Access, checkBind, type Door, type Keys } from "./access.ts";

const keys: Keys = {
  writeKey: "own",
  apiKey: "api",
  sources: [
    { source: "web", variable: "KEY_WEB", writeKey: "of-web" },
    { source: "app", variable: "KEY_APP", writeKey: "of-app" },
    { source: "closed", variable: "KEY_CLOSED" },
  ],
};

const basic = (text: string): string => `Basic ${Buffer.from(text).toString("base64")}`;

/** The source a request is let in for; "refused" when it is not. */
function enter(given: Keys, door: Door, headers: Readonly<Record<string, string>>): string | undefined {
  try {
    return new Access(given).check({ headers } as unknown as FastifyRequest, door); // all of it that is looked at
  } catch (error) {
    expect(error).toMatchObject({ code: "unauthorized" });
    return "refused";
  }
}

describe("a key opens the doors it is for", () => {
  test.each([
    ["of-web", { write: "web", control: "refused", read: "refused" }],
    ["of-app", { write: "app", control: "refused", read: "refused" }],
    ["own", { write: undefined, control: undefined, read: "refused" }],
    ["api", { write: "refused", control: "refused", read: undefined }],
    ["", { write: "refused", control: "refused", read: "refused" }],
    ["of-we", { write: "refused", control: "refused", read: "refused" }],
    ["undefined", { write: "refused", control: "refused", read: "refused" }],
  ] as const)("%s", (key, doors) => {
    for (const door of ["write", "control", "read"] as const) {
      expect(enter(keys, door, { authorization: basic(`${key}:`) }), door).toBe(doors[door]);
      expect(enter(keys, door, { authorization: `Bearer ${key}` }), door).toBe(doors[door]);
      expect(enter(keys, door, {}), door).toBe("refused");
    }
    expect(enter(keys, "open", {})).toBeUndefined();
  });
});

test("with keys of sources only, they send, and nobody takes away", () => {
  const only = { sources: keys.sources! };
  expect(enter(only, "write", { authorization: basic("of-web:") })).toBe("web");
  expect(enter(only, "write", {})).toBe("refused");
  for (const authorization of [basic("of-web:"), basic("own:"), basic(":")])
    expect(enter(only, "control", { authorization })).toBe("refused");
  expect(enter(only, "read", {})).toBeUndefined();
});

test("without a key the pages of this machine may send, and no others", () => {
  for (const given of [{}, { sources: [{ source: "web", variable: "KEY_WEB" }] }]) {
    for (const door of ["write", "control"] as const) {
      expect(enter(given, door, {})).toBeUndefined();
      expect(enter(given, door, { origin: "http://localhost:3000" })).toBeUndefined();
      expect(enter(given, door, { origin: "https://elsewhere.example" })).toBe("refused");
    }
  }
});

describe("listening", () => {
  const codeOf = (host: string, given: Keys): string | undefined => {
    try {
      checkBind(host, given);
      return undefined;
    } catch (error) {
      return `${(error as { code: string }).code} ${(error as Error).message}`;
    }
  };
  const web = { source: "web", variable: "KEY_WEB" };

  test("beyond loopback needs a key to send, one to read, and one for each source", () => {
    for (const host of ["127.0.0.1", "localhost", "::1"]) expect(codeOf(host, {})).toBeUndefined();
    expect(codeOf("0.0.0.0", { writeKey: "w", apiKey: "r" })).toBeUndefined();
    expect(codeOf("0.0.0.0", { apiKey: "r", sources: [{ ...web, writeKey: "k" }] })).toBeUndefined();
    expect(codeOf("0.0.0.0", { apiKey: "r" })).toMatch(/^unsafe-bind .*INKLING_WRITE_KEY/);
    expect(codeOf("0.0.0.0", { sources: [{ ...web, writeKey: "k" }] })).toMatch(/^unsafe-bind/);
    expect(codeOf("0.0.0.0", { writeKey: "w", apiKey: "r", sources: [web] })).toMatch(
      /^unsafe-bind .*set KEY_WEB for web/,
    );
    expect(codeOf("127.0.0.1", { writeKey: "w", apiKey: "r", sources: [web] })).toBeUndefined();
  });

  test("a key that does not say whose it is is refused without being shown", () => {
    const two = [
      { ...web, writeKey: "the-same" },
      { source: "app", variable: "KEY_APP", writeKey: "the-same" },
    ];
    for (const given of [
      { sources: two },
      { writeKey: "the-same", sources: [two[0]!] },
      { apiKey: "the-same", sources: [two[0]!] },
    ]) {
      const said = codeOf("127.0.0.1", given);
      expect(said).toMatch(/^invalid-config KEY_(WEB|APP) and (KEY_WEB|INKLING_WRITE_KEY|INKLING_API_KEY) /);
      expect(said).not.toContain("the-same");
    }
  });
});
