/**
 * @file Requests over kept connections, at a fixed rate whatever the server does, each measured from the moment it was due. A server
 * that stalls is so charged with everybody it kept waiting (no coordinated omission: Gil Tene, "How not to measure latency"). For a
 * process of its own, so that server and load have a core each.
 */
import { connect, type Socket } from "node:net";
import { monotonicMs } from "#base";

export interface Target {
  readonly host: string;
  readonly port: number;
}

export interface Request {
  readonly path: string;
  /** JSON; makes it a POST. */
  readonly body?: string;
}

export interface RateTask extends Target {
  readonly requestsPerSecond: number;
  readonly requests: number;
  /** Requests before those that are measured. */
  readonly warmUp: number;
  readonly connections: number;
}

export interface RateResult {
  /** Of every measured request, in the order in which they were due. */
  readonly latenciesMs: readonly number[];
  /** How late each was sent: of its latency the part that is the generator's or a busy connection's. */
  readonly sentLateMs: readonly number[];
  readonly bytes: number;
  /** From the first measured request being due to the last answer. */
  readonly seconds: number;
  readonly cpuSeconds: number;
}

/** Between two looks at the clock and at the sockets; part of every latency. */
const NAP_MS = 0.1;
const NOTHING = new Int32Array(new SharedArrayBuffer(4));
const HEAD_END = Buffer.from("\r\n\r\n");

type OnAnswer = (connection: Connection, request: number, bytes: number) => void;

/** One kept connection: a request at a time, answers told by their length. */
class Connection {
  readonly #socket: Socket;
  readonly #onAnswer: OnAnswer;
  #request = -1;
  #head: Buffer | undefined;
  #bytes = 0;
  #left = 0;

  private constructor(socket: Socket, onAnswer: OnAnswer) {
    this.#socket = socket.setNoDelay(true);
    this.#onAnswer = onAnswer;
    socket.on("data", (chunk) => this.#hear(chunk));
    socket.on("error", fail);
  }

  static open({ host, port }: Target, onAnswer: OnAnswer): Promise<Connection> {
    return new Promise((resolve) => {
      const socket = connect(port, host, () => resolve(new Connection(socket, onAnswer)));
      socket.on("error", fail);
    });
  }

  send(request: number, { path, body }: Request): void {
    this.#request = request;
    this.#left = -1;
    const head = `${body === undefined ? "GET" : "POST"} ${path} HTTP/1.1\r\nhost: load\r\n`;
    const length = Buffer.byteLength(body ?? "");
    const entity = `content-type: application/json\r\ncontent-length: ${length}\r\n\r\n${body}`;
    this.#socket.write(body === undefined ? `${head}\r\n` : head + entity);
  }

  close(): void {
    this.#socket.destroy();
  }

  #hear(chunk: Buffer): void {
    if (this.#left >= 0) this.#left -= chunk.length;
    else {
      const head = this.#head ? Buffer.concat([this.#head, chunk]) : chunk;
      const end = head.indexOf(HEAD_END);
      if (end < 0) {
        this.#head = head;
        return;
      }
      this.#head = undefined;
      const text = head.toString("latin1", 0, end).toLowerCase();
      if (!text.startsWith("http/1.1 200 ")) fail(new Error(head.toString()));
      this.#bytes = Number(/content-length: (\d+)/.exec(text)?.[1]);
      this.#left = this.#bytes - (head.length - end - HEAD_END.length);
    }
    if (this.#left <= 0) this.#onAnswer(this, this.#request, this.#bytes);
  }
}

/** Sends what `next` gives, in order of their numbers from 0. Ends the process when an answer is not 200. */
export async function runAtRate(task: RateTask, next: (request: number) => Request): Promise<RateResult> {
  const { requestsPerSecond, warmUp, connections } = task;
  const total = warmUp + task.requests;
  const latenciesMs = new Float64Array(total);
  const sentLateMs = new Float64Array(total);
  const idle: Connection[] = [];
  let answered = 0;
  let bytes = 0;
  let startedMs = Number.POSITIVE_INFINITY;
  const dueMs = (request: number): number => startedMs + (request * 1000) / requestsPerSecond;
  const onAnswer = (connection: Connection, request: number, length: number): void => {
    latenciesMs[request] = monotonicMs() - dueMs(request);
    if (request >= warmUp) bytes += length;
    answered++;
    idle.push(connection);
  };
  for (let n = 0; n < connections; n++) idle.push(await Connection.open(task, onAnswer));
  startedMs = monotonicMs();
  let cpu = process.cpuUsage();
  // Timers are a millisecond coarse, and looking at the clock all the time would take the server's threads a processor.
  for (let sent = 0; answered < total; await new Promise(setImmediate)) {
    Atomics.wait(NOTHING, 0, 0, NAP_MS);
    while (sent < total && idle.length > 0 && dueMs(sent) <= monotonicMs()) {
      if (sent === warmUp) cpu = process.cpuUsage();
      sentLateMs[sent] = monotonicMs() - dueMs(sent);
      idle.pop()!.send(sent, next(sent++));
    }
  }
  const seconds = (monotonicMs() - dueMs(warmUp)) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  for (const connection of idle) connection.close();
  return {
    latenciesMs: [...latenciesMs.subarray(warmUp)],
    sentLateMs: [...sentLateMs.subarray(warmUp)],
    bytes,
    seconds,
    cpuSeconds: (user + system) / 1e6,
  };
}

function fail(error: Error): never {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
}
