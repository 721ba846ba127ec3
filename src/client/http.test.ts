import { describe, expect, test } from "vitest";
import { type Fetch, parseRetryAfter, send, waitMsBefore } from "./http.ts";

const NOW = Date.UTC(2026, 0, 1);

describe("Retry-After", () => {
  test.each<[string | null, number | undefined]>([
    [null, undefined],
    ["", undefined],
    ["soon", undefined],
    ["0", 0],
    ["7", 7000],
    ["Thu, 01 Jan 2026 00:00:03 GMT", 3000],
    ["Wed, 31 Dec 2025 00:00:00 GMT", 0],
    ["99999999", 300_000],
  ])("%j", (header, ms) => {
    expect(parseRetryAfter(header, NOW)).toBe(ms);
  });
});

test("waits grow to 30 s, lie in their upper half, and are never shorter than the server wishes", () => {
  const longest = [1, 2, 3, 4, 5, 6, 7, 8, 9, 1000].map((attempt) => waitMsBefore(attempt, () => 1));
  expect(longest).toEqual([200, 400, 800, 1600, 3200, 6400, 12_800, 25_600, 30_000, 30_000]);
  expect(waitMsBefore(2, () => 0)).toBe(200);
  expect(waitMsBefore(1, () => 0, 5000)).toBe(5000);
  expect(waitMsBefore(9, () => 1, 5000)).toBe(30_000);
});

describe("an answer is worth another try when the server is away or busy", () => {
  test.each<[number, string]>([
    [200, "ok"],
    [400, "refused"],
    [401, "refused"],
    [404, "refused"],
    [408, "retry"],
    [413, "too-large"],
    [429, "retry"],
    [500, "fault"],
    [502, "retry"],
    [503, "retry"],
    [504, "retry"],
  ])("%i: %s", async (status, kind) => {
    const fetch: Fetch = async () => ({ status, headers: new Headers(), text: async () => "{}" });
    const options = { host: "http://h", fetch, timeoutMs: 1000, nowMs: () => NOW };
    const request = { method: "GET", path: "/", authorization: undefined } as const;
    expect((await send(options, request)).kind).toBe(kind);
  });
});

test("a server that does not answer in time is away", async () => {
  const fetch: Fetch = (_, { signal }) =>
    new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
  const options = { host: "http://h", fetch, timeoutMs: 20, nowMs: () => NOW };
  const answer = await send(options, { method: "GET", path: "/", authorization: undefined });
  expect(answer).toMatchObject({ kind: "retry", error: { code: "request-failed" } });
});

test("a page where JSON was expected is not taken for an answer", async () => {
  const fetch: Fetch = async () => ({ status: 200, headers: new Headers(), text: async () => "<html>" });
  const options = { host: "http://h", fetch, timeoutMs: 1000, nowMs: () => NOW };
  const answer = await send(options, { method: "GET", path: "/", authorization: undefined });
  expect(answer).toMatchObject({ kind: "refused", error: { message: expect.stringContaining("no JSON") } });
});
