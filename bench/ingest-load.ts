/**
 * @file The load generator of `ingest.bench.ts`: a process that posts batches over a few kept connections, and tells how it went.
 * It shares the machine with the server, so it is spare: bodies are made once and only the fields that must differ (message
 * id, user, time) are written into their bytes before each is sent, over plain sockets.
 */
import { connect, type Socket } from "node:net";
import type { TrackMessage } from "#api";
import { monotonicMs, Random } from "#base";
import { ACTIONS, ITEMS, SURFACES, uuid, zipf } from "./made-events.ts";

export interface LoadTask {
  readonly address: string;
  readonly events: number;
  readonly batch: number;
  readonly connections: number;
  readonly users: number;
  readonly seed: number;
  /** Time of the first event; each is a millisecond later than the one before. */
  readonly startMs: number;
}

export interface LoadResult {
  readonly accepted: number;
  readonly seconds: number;
  readonly latenciesMs: readonly number[];
  /** This process's own, to see whether it was the limit. */
  readonly cpuSeconds: number;
  readonly bodyBytesPerEvent: number;
}

const PROGRESS_EVERY_MS = 5000;
/** Bodies made before the clock starts; each is sent again and again with other ids, users and times. */
const BODIES = 256;
/** Stands in a body where digits are written. */
const MARK = { messageId: "00000000", userId: "user-000000", time: "2000-01-01T00:00:00.000Z" } as const;

/** Users in the order in which they act, drawn beforehand: drawing each when it acts would cost more than the server's work. */
function drawUsers(random: Random, count: number): Uint32Array {
  const draw = zipf(count);
  return Uint32Array.from({ length: 1 << 20 }, () => draw(random));
}

/** What a web client sends for one act, with marks where each sending differs. */
function template(random: Random): TrackMessage {
  return {
    type: "track",
    messageId: MARK.messageId + uuid(random).slice(MARK.messageId.length),
    userId: MARK.userId,
    event: ACTIONS[random.integer(ACTIONS.length)]!,
    timestamp: MARK.time,
    properties: {
      itemId: `item-${random.integer(ITEMS)}`,
      surface: SURFACES[random.integer(SURFACES.length)]!,
      position: random.integer(20),
      dwellMs: random.integer(20_000),
    },
    context: { library: { name: "inkling-js", version: "1.0.0" } },
  };
}

/** One request's bytes, and where in them the marks of each event are. */
interface Request {
  readonly bytes: Buffer;
  readonly places: readonly { readonly messageId: number; readonly userId: number; readonly time: number }[];
}

function makeRequest(random: Random, length: number): Request {
  const body = JSON.stringify({ batch: Array.from({ length }, () => template(random)) });
  const head = `POST /v1/batch HTTP/1.1\r\nhost: load\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n`;
  const bytes = Buffer.from(head + body, "latin1");
  const places = [];
  for (let from = head.length; places.length < length; ) {
    const messageId = bytes.indexOf('"messageId":"', from) + '"messageId":"'.length;
    const userId = bytes.indexOf(MARK.userId, messageId) + "user-".length;
    const time = bytes.indexOf(MARK.time, userId);
    places.push({ messageId, userId, time });
    from = time;
  }
  return { bytes, places };
}

/** Writes the number's last `width` digits. */
function writeDigits(bytes: Buffer, value: number, at: number, width: number): void {
  let left = value;
  for (let place = at + width - 1; place >= at; place--) {
    bytes[place] = 48 + (left % 10);
    left = Math.floor(left / 10);
  }
}

/** Makes the next request of `length` new events; its bytes are the kernel's when the next but `BODIES` is made. */
function requestMaker({ seed, users, startMs, batch }: LoadTask): (length: number) => Buffer {
  const random = Random.of(seed, "ingest");
  const drawn = drawUsers(random, users);
  const requests = Array.from({ length: BODIES }, () => makeRequest(random, batch));
  let made = 0;
  let sent = 0;
  return (length) => {
    const full = requests[sent++ % BODIES]!;
    const request = length === batch ? full : makeRequest(random, length);
    for (const { messageId, userId, time } of request.places) {
      writeDigits(request.bytes, made, messageId, 8);
      writeDigits(request.bytes, drawn[made % drawn.length]!, userId, 6);
      writeTime(request.bytes, startMs + made, time);
      made++;
    }
    return request.bytes;
  };
}

let dayMs = Number.NaN;
let day = "";

function writeTime(bytes: Buffer, timeMs: number, at: number): void {
  const midnightMs = Math.floor(timeMs / 86_400_000) * 86_400_000;
  if (midnightMs !== dayMs) {
    dayMs = midnightMs;
    day = new Date(midnightMs).toISOString().slice(0, 11);
  }
  const inDay = timeMs - midnightMs;
  bytes.write(day, at, "latin1");
  writeDigits(bytes, Math.floor(inDay / 3_600_000), at + 11, 2);
  writeDigits(bytes, Math.floor(inDay / 60_000) % 60, at + 14, 2);
  writeDigits(bytes, Math.floor(inDay / 1000) % 60, at + 17, 2);
  writeDigits(bytes, inDay % 1000, at + 20, 3);
}

/** Sends a request and resolves with the answer's body; one at a time on a socket. */
function exchange(socket: Socket, request: Buffer): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = "";
    const onData = (part: Buffer): void => {
      text += part.toString("latin1");
      const headEnd = text.indexOf("\r\n\r\n");
      if (headEnd < 0) return;
      const length = Number(/content-length: (\d+)/i.exec(text)?.[1]);
      if (text.length < headEnd + 4 + length) return;
      socket.off("data", onData);
      const body = text.slice(headEnd + 4);
      if (text.startsWith("HTTP/1.1 200")) resolve(body);
      else reject(new Error(text));
    };
    socket.on("data", onData);
    socket.once("error", reject);
    socket.write(request, () => socket.off("error", reject));
  });
}

async function run(task: LoadTask): Promise<LoadResult> {
  const { address, events, batch, connections } = task;
  const { hostname, port } = new URL(address);
  const nextRequest = requestMaker(task);
  const latenciesMs: number[] = [];
  let left = events;
  let accepted = 0;
  let bodyBytes = 0;
  const sockets = Array.from({ length: connections }, () => connect(Number(port), hostname).setNoDelay(true));
  const cpuBefore = process.cpuUsage();
  const startedMs = monotonicMs();
  let toldMs = startedMs;
  const connection = async (socket: Socket): Promise<void> => {
    while (left > 0) {
      const length = Math.min(batch, left);
      left -= length;
      const request = nextRequest(length);
      bodyBytes += request.length;
      const sentMs = monotonicMs();
      const answer = JSON.parse(await exchange(socket, request)) as { accepted: number };
      accepted += answer.accepted;
      const nowMs = monotonicMs();
      latenciesMs.push(nowMs - sentMs);
      if (nowMs - toldMs < PROGRESS_EVERY_MS) continue;
      toldMs = nowMs;
      const rate = Math.round(accepted / ((nowMs - startedMs) / 1000));
      process.stderr.write(`${accepted} of ${events} events, ${rate} a second\n`);
    }
  };
  await Promise.all(sockets.map(connection));
  const seconds = (monotonicMs() - startedMs) / 1000;
  for (const socket of sockets) socket.destroy();
  const { user, system } = process.cpuUsage(cpuBefore);
  return {
    accepted,
    seconds,
    latenciesMs,
    cpuSeconds: (user + system) / 1e6,
    bodyBytesPerEvent: bodyBytes / events,
  };
}

process.stdout.write(JSON.stringify(await run(JSON.parse(process.argv[2] ?? "{}") as LoadTask))); // our own parent's task
