import { type RequestLoadResult, type RequestLoadTask, runRequestLoad } from "./request-load.ts";

/** What one attempt at a rate came to. */
export interface Attempt {
  readonly latenciesMs: readonly number[];
  /** From when the first was due to the last answer. */
  readonly seconds: number;
}

export interface Sustained<One extends Attempt> {
  /** A second: the rate asked, or the highest tried that was kept up with. */
  readonly rate: number;
  readonly attempt: One;
}

/** How long is looked how much is done when more is asked for than that. */
const LOOK_SECONDS = 1;
/** Of what was done then. */
const SHARES = [0.9, 0.75, 0.6, 0.45];
/** Longer than it takes to send them, and it was not kept up with; and what the last answer may take. */
const LATE_SHARE = 1.02;
const LAST_SECONDS = 0.25;

/**
 * @file The highest rate that is kept up with, up to the one asked for, and what was seen at it. Latencies at a rate that is not kept up with say only
 * how long the attempt went on: they grow from the first request to the last.
 */
export async function sustain<One extends Attempt>(
  asked: number,
  seconds: number,
  attemptAt: (rate: number, count: number) => Promise<One>,
): Promise<Sustained<One>> {
  const keepsUp = (attempt: Attempt, planned: number): boolean =>
    attempt.seconds <= LATE_SHARE * planned + LAST_SECONDS;
  const count = (rate: number, planned: number): number => Math.max(1, Math.ceil(rate * planned));
  const lookSeconds = Math.min(LOOK_SECONDS, seconds);
  const look = await attemptAt(asked, count(asked, lookSeconds));
  const isKept = keepsUp(look, lookSeconds);
  if (isKept && lookSeconds === seconds) return { rate: asked, attempt: look };
  const most = count(asked, lookSeconds) / look.seconds;
  const rates = SHARES.map((share) => share * most);
  if (isKept) rates.unshift(asked);
  for (const rate of rates) {
    const attempt = await attemptAt(rate, count(rate, seconds));
    if (keepsUp(attempt, seconds) || rate === rates.at(-1)) return { rate, attempt };
  }
  return { rate: 0, attempt: look };
}

/** What is asked of a server of this process. */
export interface Asking extends Pick<RequestLoadTask, "request" | "users" | "connections" | "seed"> {
  readonly address: string;
  readonly requestsPerSecond: number;
  readonly seconds: number;
}

/** Of a rate, what its requests took; bytes and processor time of this process for each. */
export type Answered = RequestLoadResult & { readonly cpuUs: number };

/** Requests before those that are measured, as part of their number. */
const WARM_UP = 0.2;

/** Asks a server of this process at the rate given, or the highest that it keeps up with once V8 has compiled what it takes: a first second does not count. */
export async function sustainRequests({ address, seconds, ...asking }: Asking): Promise<Sustained<Answered>> {
  const { port, hostname: host } = new URL(address);
  const attemptAt = async (requestsPerSecond: number, requests: number): Promise<Answered> => {
    const warmUp = Math.ceil(WARM_UP * requests);
    const before = process.cpuUsage();
    const task = { ...asking, host, port: Number(port), requestsPerSecond, requests, warmUp };
    const load = await runRequestLoad(task);
    const { user, system } = process.cpuUsage(before);
    return { ...load, bytes: load.bytes / requests, cpuUs: (user + system) / (requests + warmUp) };
  };
  const { requestsPerSecond } = asking;
  await attemptAt(requestsPerSecond, Math.ceil(requestsPerSecond * Math.min(LOOK_SECONDS, seconds)));
  return sustain(requestsPerSecond, seconds, attemptAt);
}
