/**
 * @file The load generator of benchmarks that read: asks about random users at a fixed rate, whatever the server does, and measures each answer from the moment its request was due. A server that stalls is so charged with everybody it kept
 * waiting (no coordinated omission: Gil Tene, "How not to measure latency"). What piles up while the code of both sides is cold is not: the requests
 * that are measured begin to be due when those before them are answered.
 */
import { spawn } from "node:child_process";
import { connect, type Socket } from "node:net";
import { fileURLToPath } from "node:url";
import { monotonicMs, Random } from "#base";

export interface RequestLoadTask {
  readonly host: string;
  readonly port: number;
  readonly users: number;
  /** Items that are drawn from; 1 when absent. */
  readonly items?: number;
  /** What is asked; every `user-*` in it becomes another random user, every `item-*` another random item. */
  readonly request: { readonly path: string; readonly body?: string };
  readonly requestsPerSecond: number;
  readonly requests: number;
  /** Requests before those that are measured. */
  readonly warmUp: number;
  readonly connections: number;
  readonly seed: number;
}

export interface RequestLoadResult {
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

  static open({ host, port }: RequestLoadTask, onAnswer: OnAnswer): Promise<Connection> {
    return new Promise((resolve) => {
      const socket = connect(port, host, () => resolve(new Connection(socket, onAnswer)));
      socket.on("error", fail);
    });
  }

  send(request: number, text: string): void {
    this.#request = request;
    this.#left = -1;
    this.#socket.write(text, "latin1");
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

async function run(task: RequestLoadTask): Promise<RequestLoadResult> {
  const { users, items = 1, requestsPerSecond, warmUp, connections, seed } = task;
  const total = warmUp + task.requests;
  const random = Random.of(seed, "readers");
  const latenciesMs = new Float64Array(total);
  const sentLateMs = new Float64Array(total);
  const idle: Connection[] = [];
  let answered = 0;
  let bytes = 0;
  let [first, startedMs] = [0, Number.POSITIVE_INFINITY];
  const dueMs = (request: number): number => startedMs + ((request - first) * 1000) / requestsPerSecond;
  const onAnswer = (connection: Connection, request: number, length: number): void => {
    latenciesMs[request] = monotonicMs() - dueMs(request);
    if (request >= warmUp) bytes += length;
    answered++;
    idle.push(connection);
  };
  for (let n = 0; n < connections; n++) idle.push(await Connection.open(task, onAnswer));
  const sendUpTo = async (end: number): Promise<void> => {
    [first, startedMs] = [answered, monotonicMs()];
    // Timers are a millisecond coarse, and looking at the clock all the time would take the server's threads a processor.
    for (let sent = first; answered < end; await new Promise(setImmediate)) {
      Atomics.wait(NOTHING, 0, 0, NAP_MS);
      while (sent < end && idle.length > 0 && dueMs(sent) <= monotonicMs()) sendNext(sent++);
    }
  };
  const sendNext = (sent: number): void => {
    sentLateMs[sent] = monotonicMs() - dueMs(sent);
    const text = textOf(task.request, (filled) =>
      filled
        .replaceAll("user-*", () => `user-${random.integer(users)}`)
        .replaceAll("item-*", () => `item-${random.integer(items)}`),
    );
    idle.pop()!.send(sent, text);
  };
  await sendUpTo(warmUp);
  const cpu = process.cpuUsage();
  await sendUpTo(total);
  const seconds = (monotonicMs() - startedMs) / 1000;
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

/** One request as it goes over the wire. */
function textOf({ path, body }: RequestLoadTask["request"], filled: (text: string) => string): string {
  if (body === undefined) return `GET ${filled(path)} HTTP/1.1\r\nhost: load\r\n\r\n`;
  const content = filled(body);
  return `POST ${filled(path)} HTTP/1.1\r\nhost: load\r\ncontent-type: application/json\r\ncontent-length: ${content.length}\r\n\r\n${content}`;
}

/** Runs the generator in a process of its own: its work must not stand in the server's way, nor the server's in its. */
export function runRequestLoad(task: RequestLoadTask): Promise<RequestLoadResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(
      process.execPath,
      ["--import", "tsx", fileURLToPath(import.meta.url), JSON.stringify(task)],
      {
        stdio: ["ignore", "pipe", "inherit"],
      },
    );
    const stopChild = (): void => void child.kill("SIGKILL");
    process.once("exit", stopChild);
    let output = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
    child.once("error", reject);
    child.once("close", (code) => {
      process.removeListener("exit", stopChild);
      if (code === 0) resolve(JSON.parse(output) as RequestLoadResult);
      else reject(new Error(`the load generator ended with ${code}`));
    });
  });
}

function fail(error: Error): never {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  process.stdout.write(JSON.stringify(await run(JSON.parse(process.argv[2] ?? "{}") as RequestLoadTask))); // our own parent's task
