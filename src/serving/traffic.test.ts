import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { promisify } from "node:util";
import { afterEach, expect, test } from "vitest";
import { type Clock, HistoricalClock, nextTurn } from "#base";
import type { Ingestion, IngestResult } from "#events";
import { ComeAgain, IngestGate } from "./ingest-gate.ts";
import { Metrics } from "./metrics.ts";
import { Pulse } from "./pulse.ts";
import { createServer, type Server } from "./server.ts";
import type { Services } from "./services.ts";

const KIB = 1024;

/** Ingestion that answers when it is told to: a disk that has stopped. */
class StuckIngestion {
  readonly #waiting: (() => void)[] = [];

  get waiting(): number {
    return this.#waiting.length;
  }

  async ingestMessages(messages: readonly unknown[]): Promise<IngestResult> {
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
    return { accepted: messages.length, rejected: [] };
  }

  goOn(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}

let server: Server | undefined;
let ingestion: StuckIngestion;
let pulse: Pulse;
/** What the platform says keeps it from writing. */
let fault: string | undefined;
afterEach(async () => {
  fault = undefined;
  ingestion?.goOn();
  await server?.close();
  server = undefined;
});

/** A server with room for this many bytes, over ingestion that is stuck; resolves with its address. */
async function start(ingestBytesInFlight: number): Promise<string> {
  ingestion = new StuckIngestion();
  const clock: Clock = new HistoricalClock(0);
  pulse = new Pulse(() => 0);
  const parts: Partial<Services> = {
    clock,
    ingestion: ingestion as unknown as Ingestion, // its one method that these routes call
    metrics: new Metrics({}),
    pulse,
    about: { name: "inkling", version: "0", dataset: "world", areTimesMadeUp: false },
    fault: () => fault,
    lagRecords: () => 0,
    runs: { close: async () => {} } as Services["runs"], // what a server that closes asks of them
  };
  const services = parts as Services; // no other route is asked
  server = await createServer(services, { keys: {}, logLevel: "silent", ingestBytesInFlight });
  return server.listen({ port: 0 });
}

function send(address: string, bytes: number): Promise<Response> {
  const body = JSON.stringify({ batch: [{ type: "page", userId: "u", name: "x".repeat(bytes) }] });
  return fetch(`${address}/v1/batch`, {
    method: "POST",
    body,
    headers: { "content-type": "application/json" },
  });
}

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 2));
}

async function metric(address: string, name: string): Promise<number> {
  const text = await (await fetch(`${address}/metrics`)).text();
  return Number(new RegExp(`^${name.replace(/[{}]/g, "\\$&")} (\\S+)$`, "m").exec(text)?.[1] ?? 0);
}

const IN_FLIGHT = "inkling_ingest_in_flight_bytes";

test("beyond the limit senders are told to come again, health says so, and afterwards there is room", async () => {
  const address = await start(700 * KIB);
  const admitted = [send(address, 200 * KIB), send(address, 200 * KIB), send(address, 200 * KIB)];
  await until(() => ingestion.waiting === 3);
  const refused = await send(address, 200 * KIB);
  expect(refused.status).toBe(503);
  expect(refused.headers.get("retry-after")).toBe("1");
  expect(refused.headers.get("content-type")).toContain("application/problem+json");
  expect(await metric(address, IN_FLIGHT)).toBeGreaterThan(600 * KIB);
  expect(await metric(address, 'inkling_requests_refused_total{reason="overloaded"}')).toBe(1);
  const ready = await fetch(`${address}/health/ready`);
  expect([ready.status, await ready.json()]).toEqual([
    503,
    { status: expect.stringMatching(/overloaded/), lagRecords: 0 },
  ]);
  await until(() => pulse.read().latencies.some(({ errors }) => errors === 1)); // whoever looks is told
  expect((await fetch(`${address}/health/live`)).status).toBe(200);
  ingestion.goOn();
  expect((await Promise.all(admitted)).map(({ status }) => status)).toEqual([200, 200, 200]);
  expect(await metric(address, IN_FLIGHT)).toBe(0);
  expect((await fetch(`${address}/health/ready`)).status).toBe(200);
});

test("while nothing can be written events are refused with the reason, and everything else is let in", async () => {
  const address = await start(700 * KIB);
  fault = "the disk of data is full";
  const refused = await send(address, 1);
  expect([refused.status, refused.headers.get("retry-after")]).toEqual([503, "1"]);
  expect(await refused.json()).toMatchObject({
    code: "not-ready",
    detail: "the disk of data is full; send the same again later",
  });
  expect(ingestion.waiting).toBe(0);
  expect(await metric(address, 'inkling_requests_refused_total{reason="stuck"}')).toBe(1);
  expect(await metric(address, IN_FLIGHT)).toBe(0);
  expect((await fetch(`${address}/health/live`)).status).toBe(200);
  // Let in, where this half of a platform has no such service.
  expect((await fetch(`${address}/v1/users/u`, { method: "DELETE" })).status).not.toBe(503);
  fault = undefined;
  const accepted = send(address, 1);
  await until(() => ingestion.waiting === 1);
  ingestion.goOn();
  expect((await accepted).status).toBe(200);
});

test("a body larger than the limit gets in when it is alone", async () => {
  const address = await start(10 * KIB);
  const alone = send(address, 100 * KIB);
  await until(() => ingestion.waiting === 1);
  expect((await send(address, 1)).status).toBe(503);
  ingestion.goOn();
  expect((await alone).status).toBe(200);
});

test("senders that go away before their body is there leave no bytes behind", async () => {
  const address = await start(700 * KIB);
  const { port } = new URL(address);
  const headers =
    "POST /v1/batch HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 400000\r\n\r\n{";
  const sockets = [1, 2, 3].map(() => connect(Number(port), "localhost"));
  for (const socket of sockets) socket.on("error", () => {}).write(headers);
  await until(async () => (await metric(address, IN_FLIGHT)) >= 400_000);
  for (const socket of sockets) socket.destroy();
  await until(async () => (await metric(address, IN_FLIGHT)) === 0);
});

test("a sender that goes away while its events are being stored takes room until they are", async () => {
  const address = await start(700 * KIB);
  const abort = new AbortController();
  const body = JSON.stringify({ batch: [{ note: "x".repeat(100 * KIB) }] });
  const init = {
    method: "POST",
    body,
    signal: abort.signal,
    headers: { "content-type": "application/json" },
  };
  const gone = fetch(`${address}/v1/batch`, init).catch(() => {});
  await until(() => ingestion.waiting === 1);
  abort.abort();
  await gone;
  expect(await metric(address, IN_FLIGHT)).toBeGreaterThan(100 * KIB);
  ingestion.goOn();
  await until(async () => (await metric(address, IN_FLIGHT)) === 0);
});

test("a sender that goes away while its body waits to be read takes room until its events are stored", async () => {
  const address = await start(700 * KIB);
  let turnsBefore = 20_000;
  const isThere = new Promise<IncomingMessage>((resolve) =>
    server!.server.once("request", (message) => {
      for (let n = turnsBefore; n > 0; n--) void nextTurn().then(() => turnsBefore--);
      resolve(message);
    }),
  );
  const abort = new AbortController();
  const body = JSON.stringify({ batch: [{ note: "x".repeat(100 * KIB) }] });
  const init = { method: "POST", body, signal: abort.signal, headers: { "content-type": "text/plain" } };
  const gone = fetch(`${address}/v1/batch`, init).catch(() => {});
  const message = await isThere;
  await until(() => message.complete);
  abort.abort();
  await gone;
  await until(() => message.destroyed);
  expect(turnsBefore).toBeGreaterThan(0);
  expect(await metric(address, IN_FLIGHT)).toBeGreaterThan(100 * KIB);
  await until(() => ingestion.waiting === 1);
  expect(await metric(address, IN_FLIGHT)).toBeGreaterThan(100 * KIB);
  ingestion.goOn();
  await until(async () => (await metric(address, IN_FLIGHT)) === 0);
});

test("a closing server answers what is in flight and tells everybody new to come again", async () => {
  const address = await start(700 * KIB);
  const inFlight = send(address, 10);
  await until(() => ingestion.waiting === 1);
  const closing = server!.close();
  const { port } = new URL(address);
  const answer = await new Promise<{ status?: number; retryAfter?: string }>((resolve, reject) => {
    const late = request({ port, host: "localhost", path: "/v1/track", method: "POST" }, (response) => {
      const { statusCode: status, headers } = response.resume();
      resolve({
        ...(status && { status }),
        ...(headers["retry-after"] && { retryAfter: headers["retry-after"] }),
      });
    });
    late.on("error", reject).end("{}");
  });
  expect(answer).toEqual({ status: 503, retryAfter: "1" });
  const ready = await fetch(`${address}/health/ready`);
  expect([ready.status, await ready.json()]).toEqual([503, { status: "stopping", lagRecords: 0 }]);
  ingestion.goOn();
  expect((await inFlight).status).toBe(200);
  await closing;
  await expect(fetch(address)).rejects.toThrow();
});

test("what is let in and let out adds up, also when a body turns out larger", () => {
  const gate = new IngestGate(10 * KIB);
  const first = gate.admit(2 * KIB);
  const second = gate.admit(2 * KIB);
  expect(gate.bytes).toBe(6 * KIB); // a KiB each beside the bodies
  expect(() => second.resize(8 * KIB)).toThrow(ComeAgain);
  expect(gate.bytes).toBe(6 * KIB);
  expect(() => gate.admit(4 * KIB)).toThrow(ComeAgain);
  first.release();
  second.resize(20 * KIB); // alone, it may
  second.release();
  second.release();
  second.resize(5 * KIB); // too late: it has gone
  expect(gate.bytes).toBe(0);
});

test.each([
  [400, "invalid-request", "what is this\r\n\r\n"],
  [431, "headers-too-large", `GET / HTTP/1.1\r\nhost: x\r\ncookie: ${"c".repeat(20_000)}\r\n\r\n`],
])(
  "what is no request for Node is answered %i, as a problem, and the connection ends",
  async (status, code, sent) => {
    const { port } = new URL(await start(700 * KIB));
    const socket = connect(Number(port), "localhost");
    socket.write(sent);
    const [head, body] = (await text(socket)).split("\r\n\r\n");
    expect(head).toMatch(
      new RegExp(`^HTTP/1.1 ${status} .*\r\ncontent-type: application/problem\\+json\r\n`),
    );
    expect(head).toContain(`content-length: ${body!.length}`);
    expect(JSON.parse(body!)).toMatchObject({ status, code, detail: expect.stringMatching(/send/) });
  },
);

test("who was refused and does not hang up is hung up on", async () => {
  const { port, hostname } = new URL(await start(700 * KIB));
  const host = hostname.replace(/[[\]]/g, "");
  const socket = connect({ port: Number(port), host, allowHalfOpen: true });
  const connections = promisify(server!.server.getConnections.bind(server!.server));
  socket.write("what is this\r\n\r\n");
  await once(socket.resume(), "end"); // the answer is there; our side stays open
  expect(await connections()).toBe(1);
  await until(async () => (await connections()) === 0);
  socket.destroy();
});
