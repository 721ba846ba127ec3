/**
 * @file The door under arbitrary bodies. The laws, for every one of them:
 * - the answer is no 5xx, is JSON, and a refusal is a problem document with a code of the catalogue;
 * - accepted + rejected = the length of the batch, each rejection names another position, in order, with a reason;
 * - an event that nothing is wrong with is never among the rejected;
 * - each user's eventCount has grown by exactly the accepted ids that are new for that user, and so has the count of each name;
 * - no prototype has changed.
 * `INKLING_FUZZ_RUNS=100000` for the full run; `INKLING_FUZZ_SEED` for another one.
 */
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { errorCatalogue, ignoreProgress } from "#base";
import type { Server } from "#serving";
import { Platform } from "../src/main/platform.ts";
import { type FuzzRequest, requests } from "./fuzz-bodies.ts";
import { type PreparedFolder, prepareFolder } from "./prepared-folder.ts";

const RUNS = Number(process.env["INKLING_FUZZ_RUNS"] ?? 3000);
const SEED = Number(process.env["INKLING_FUZZ_SEED"] ?? 1);
/** A run takes about four milliseconds, and ten times that on a busy machine. */
const RUN_MS = 200;

let prepared: PreparedFolder;
let platform: Platform;
let server: Server;
/** What a counted user must have by now. */
interface Tally {
  readonly ids: Set<unknown>;
  /** Event name -> how many of them had a new id, or none. */
  readonly counts: Map<string, number>;
}
const tallies = new Map<string, Tally>();
const summary = { bodies: 0, events: 0, accepted: 0, rejected: 0, statuses: {} as Record<string, number> };

beforeAll(async () => {
  prepared = await prepareFolder();
  const folder = join(prepared.path, "world");
  platform = await Platform.open({ folder, progress: ignoreProgress, onNotice: () => {} });
  server = await platform.createServer({});
});
afterAll(async () => {
  await server.close();
  await platform.close();
  await prepared.remove();
});

test(`${RUNS} arbitrary bodies are each answered, exactly accounted for, and change nothing else`, {
  timeout: 240_000 + RUNS * RUN_MS,
}, async () => {
  await fc.assert(fc.asyncProperty(requests, check), {
    numRuns: RUNS,
    seed: SEED,
    endOnFailure: RUNS > 10_000,
  });
  expect(summary.accepted).toBeGreaterThan(RUNS / 2);
  expect(summary.rejected).toBeGreaterThan(RUNS / 2);
  // What the run covered is part of its result.
  process.stdout.write(`fuzz: ${JSON.stringify(summary)}\n`);
});

async function check(request: FuzzRequest): Promise<void> {
  const { path, headers, body, batch, good } = request;
  const response = await server.inject({ method: "POST", url: path, headers, payload: body });
  const answer = response.json();
  summary.bodies++;
  summary.statuses[response.statusCode] = (summary.statuses[response.statusCode] ?? 0) + 1;
  expect(response.statusCode, JSON.stringify(answer)).toBeLessThan(500);
  expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
  if (response.statusCode !== 200) {
    expect(Object.keys(errorCatalogue)).toContain(answer.code);
    expect(errorCatalogue[answer.code as keyof typeof errorCatalogue].status).toBe(response.statusCode);
    expect(batch !== undefined && body.length < 100_000 && good?.length === batch.length, answer.detail).toBe(
      false,
    );
    return;
  }
  if (batch === undefined) return checkCountedUsers(path === "/v1/items" ? [] : [singleOf(path, body)]);
  const positions: number[] = answer.rejected.map(({ position }: { position: number }) => position);
  expect(answer.accepted + positions.length).toBe(batch.length);
  expect(positions).toEqual([...new Set(positions)].sort((left, right) => left - right));
  for (const { code, message } of answer.rejected)
    expect([typeof code, typeof message]).toEqual(["string", "string"]);
  expect(positions.filter((position) => good?.includes(position))).toEqual([]);
  summary.events += batch.length;
  summary.accepted += answer.accepted;
  summary.rejected += positions.length;
  await checkCountedUsers(batch.filter((_, position) => !positions.includes(position)));
}

/** The event of a body that was accepted by a route of its own. */
function singleOf(path: string, body: Buffer): unknown {
  const isBatch = path === "/v1/batch" || path === "/v1/import"; // a made-up one: nobody counted is in it
  return isBatch ? undefined : { ...JSON.parse(body.toString()), type: path.slice("/v1/".length) };
}

/** Notes the accepted events, and compares every user they are about with what the platform says. */
async function checkCountedUsers(accepted: readonly unknown[]): Promise<void> {
  const touched = new Set<string>();
  for (const event of accepted) {
    const { userId, messageId, type, event: said } = (event ?? {}) as Readonly<Record<string, unknown>>; // anything at all
    if (typeof userId !== "string" || !userId.startsWith("counted-")) continue;
    const tally = tallies.get(userId) ?? { ids: new Set(), counts: new Map() };
    tallies.set(userId, tally);
    touched.add(userId);
    if (messageId !== undefined && tally.ids.has(messageId)) continue;
    tally.ids.add(messageId ?? Symbol("made by the platform"));
    const name = String(type === "track" ? said : type);
    tally.counts.set(name, (tally.counts.get(name) ?? 0) + 1);
  }
  for (const userId of touched) {
    const { ids, counts } = tallies.get(userId)!;
    const { body } = await server.inject(`/v1/users/${userId}`);
    const user = JSON.parse(body) as { eventCount: number; counts: Record<string, number> };
    expect({ userId, eventCount: user.eventCount }).toEqual({ userId, eventCount: ids.size });
    const sorted = (entries: Iterable<[string, number]>) =>
      [...entries].sort(([left], [right]) => (left < right ? -1 : 1));
    expect({ userId, counts: sorted(Object.entries(user.counts)) }).toEqual({
      userId,
      counts: sorted(counts),
    });
  }
}
