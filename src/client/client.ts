import type { OnlineFeaturesResponse, RecommendationResponse } from "#api";
import type { Config, defaultConfig } from "#declarations";
import { ClientError } from "./client-error.ts";
import { EventQueue } from "./event-queue.ts";
import { type Answer, type Fetch, type HttpOptions, send, waitMsBefore } from "./http.ts";
import { putItems } from "./put-items.ts";
import type { Client, EventOptions, Item, Profile, User } from "./types.ts";

/**
 * @file The tracking client: types of the application's own declarations, the platform's `fetch`, and no dependency, so that
 * it runs in browsers, workers and servers alike. Nothing here is checked again at run time: the compiler did, and the
 * platform does.
 */
export interface ClientOptions {
  /** Such as `http://127.0.0.1:7070`. */
  readonly host: string;
  /** For events and items. A platform on loopback needs none. */
  readonly writeKey?: string;
  /** For `recommendations` and `profile`. Not for browsers: it reads everybody. */
  readonly apiKey?: string;
  /** Default: the runtime's. */
  readonly fetch?: Fetch;
  /** A batch is sent when this many events wait, 1 to 2500. Default: 100. */
  readonly flushAt?: number;
  /** ... or this long after the first of them. Default: 1000. */
  readonly flushIntervalMs?: number;
  /** Events that may wait, sent and unanswered ones included. A new one beyond is refused, none is dropped. Default: 10,000. */
  readonly maxQueue?: number;
  /** Of one request. Default: 10,000. */
  readonly requestTimeoutMs?: number;
  /**
   * The device's clock may be wrong, as in browsers: the platform corrects each time by when the batch was sent. The price is
   * that a slow network can move events by its delay. Default: false, times are corrected where the clock is more than a minute off.
   */
  readonly correctsClock?: boolean;
  /** Hears of every event that was refused, rejected or given up. Without it `track` throws and `flush` rejects instead. */
  readonly onError?: (error: ClientError) => void;
  /** Milliseconds since the Unix epoch. Default: the machine's clock. */
  readonly nowMs?: () => number;
}

const CLOSE_TIMEOUT_MS = 10_000;

/**
 * A client typed by the config: `createClient<typeof config>({ host, writeKey })`.
 * @throws TypeError when an option has a value it cannot take
 */
export function createClient<Given extends Config = typeof defaultConfig>(
  options: ClientOptions,
): Client<Given> {
  return new TrackingClient<Given>(options);
}

class TrackingClient<Given extends Config> implements Client<Given> {
  readonly items: Client<Given>["items"];
  readonly #options: ClientOptions;
  readonly #http: HttpOptions;
  readonly #queue: EventQueue;
  #isClosed = false;
  /** What nobody listened to. */
  #unheard: ClientError | undefined;

  constructor(options: ClientOptions) {
    const { flushAt = 100, flushIntervalMs = 1000, maxQueue = 10_000, requestTimeoutMs = 10_000 } = options;
    requireWhole("flushAt", flushAt, 1, 2500);
    requireWhole("flushIntervalMs", flushIntervalMs, 0, 2 ** 31 - 1);
    requireWhole("maxQueue", maxQueue, 1, 10_000_000);
    requireWhole("requestTimeoutMs", requestTimeoutMs, 1, 2 ** 31 - 1);
    this.#options = options;
    this.#http = {
      host: checkedHost(options.host),
      fetch: options.fetch ?? ((url, init) => fetch(url, init)),
      timeoutMs: requestTimeoutMs,
      nowMs: options.nowMs ?? Date.now,
    };
    const write = (path: string) => (body: string, abort: AbortSignal) => this.#write(path, body, abort);
    const waitMs = (attempt: number, retryAfterMs: number | undefined) =>
      waitMsBefore(attempt, uniform, retryAfterMs);
    this.#queue = new EventQueue({
      post: write("/v1/batch"),
      flushAt,
      flushIntervalMs,
      maxQueue,
      waitMs,
      report: (error) => this.#report(error),
      sentAt: () => this.#iso(),
    });
    this.items = {
      put: (items) => putItems<Item<Given>>({ post: write("/v1/items"), waitMs }, items),
    };
  }

  get counts() {
    return this.#queue.counts;
  }

  track(user: User, event: string, properties: object = {}, options?: EventOptions): string | undefined {
    return this.#add({ type: "track", event, properties }, user, options);
  }

  identify(user: User, traits: object = {}, options?: EventOptions): string | undefined {
    return this.#add({ type: "identify", traits }, user, options);
  }

  async recommendations(request: object = {}): Promise<RecommendationResponse> {
    const answer = await this.#read("POST", "/v1/recommendations", JSON.stringify(request));
    if (answer.kind !== "ok") throw answer.error;
    return answer.body as RecommendationResponse; // the platform's schema
  }

  async profile(userId: string, { asOf }: { asOf?: string } = {}): Promise<Profile<Given> | undefined> {
    const query = asOf === undefined ? "" : `?asOf=${encodeURIComponent(asOf)}`;
    const answer = await this.#read("GET", `/v1/users/${encodeURIComponent(userId)}${query}`);
    if (answer.kind === "ok") return answer.body as Profile<Given>; // the platform's schema
    if (answer.error.reason === "user-not-found") return undefined;
    throw answer.error;
  }

  async features(of: string | Readonly<Record<string, string>>, names: readonly string[]): Promise<never> {
    const ids = Object.entries(typeof of === "string" ? { user_id: of } : of);
    const entities = Object.fromEntries(ids.map(([name, id]) => [name, [id]]));
    const request = { features: names, entities };
    const answer = await this.#read("POST", "/get-online-features", JSON.stringify(request));
    if (answer.kind !== "ok") throw answer.error;
    const { results } = answer.body as OnlineFeaturesResponse; // the platform's schema
    const values = names.map((name, n) => [name, results[n + ids.length]?.values[0] ?? null]);
    return Object.fromEntries(values) as never; // typed by the config, whose definitions the platform serves
  }

  async flush(): Promise<void> {
    await this.#queue.flush();
    this.#throwUnheard();
  }

  async close({ timeoutMs = CLOSE_TIMEOUT_MS }: { timeoutMs?: number } = {}): Promise<void> {
    this.#isClosed = true;
    await this.#queue.close(timeoutMs);
    this.#throwUnheard();
  }

  #add(content: object, user: User, options: EventOptions = {}): string | undefined {
    const { timestamp, messageId = crypto.randomUUID(), context } = options;
    const message = {
      ...content,
      messageId,
      ...(typeof user === "string" ? { userId: user } : user),
      ...this.#times(timestamp),
      ...(context && { context }),
    };
    const error = this.#isClosed
      ? new ClientError("closed", "the client is closed; make another", { messages: [message] })
      : this.#queue.add(message);
    if (!error) return messageId;
    if (!this.#options.onError) throw error;
    this.#report(error);
    return undefined;
  }

  #times(timestamp: Date | string | undefined): object {
    if (timestamp !== undefined) return { timestamp, originalTimestamp: timestamp }; // what somebody wrote down is not corrected
    return this.#options.correctsClock ? { originalTimestamp: this.#iso() } : { timestamp: this.#iso() };
  }

  #write(path: string, body: string, abort: AbortSignal): Promise<Answer> {
    const authorization = bearer(this.#options.writeKey);
    return send(this.#http, { method: "POST", path, authorization, body, abort });
  }

  #read(method: "GET" | "POST", path: string, body?: string): Promise<Answer> {
    const authorization = bearer(this.#options.apiKey);
    return send(this.#http, { method, path, authorization, ...(body !== undefined && { body }) });
  }

  #report(error: ClientError): void {
    const { onError } = this.#options;
    if (!onError) {
      this.#unheard ??= error;
      return;
    }
    try {
      onError(error);
    } catch (thrown) {
      queueMicrotask(() => {
        throw thrown; // the application's own mistake: seen, and no reason to stop delivering
      });
    }
  }

  #throwUnheard(): void {
    const error = this.#unheard;
    this.#unheard = undefined;
    if (error) throw error;
  }

  #iso(): string {
    return new Date(this.#http.nowMs()).toISOString();
  }
}

function bearer(key: string | undefined): string | undefined {
  return key === undefined ? undefined : `Bearer ${key}`;
}

function checkedHost(host: string): string {
  if (!/^https?:\/\/[^\s/]/.test(host))
    throw new TypeError(`host is ${JSON.stringify(host)}: give an address such as http://127.0.0.1:7070`);
  return host.replace(/\/+$/, "");
}

function requireWhole(name: string, value: number, minimum: number, maximum: number): void {
  if (Number.isInteger(value) && value >= minimum && value <= maximum) return;
  throw new TypeError(`${name} is ${value}: give a whole number from ${minimum} to ${maximum}`);
}

/** In [0, 1). */
function uniform(): number {
  return crypto.getRandomValues(new Uint32Array(1))[0]! / 2 ** 32; // an array of one
}
