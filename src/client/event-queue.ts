import type { IngestResponse } from "#api";
import { ClientError } from "./client-error.ts";
import { deliver, type Outcome } from "./delivery.ts";
import type { Answer } from "./http.ts";

/**
 * @file Events on their way: a bounded queue, one batch in flight at a time. One at a time keeps the order, of every user
 * and over failures; a batch is tried until it is answered, under the same message ids, so that the platform absorbs what
 * it has already.
 */
export interface QueueOptions {
  /** Sends one batch, once. */
  readonly post: (body: string, abort: AbortSignal) => Promise<Answer>;
  readonly flushAt: number;
  readonly flushIntervalMs: number;
  readonly maxQueue: number;
  readonly report: (error: ClientError) => void;
  readonly waitMs: (attempt: number, retryAfterMs: number | undefined) => number;
  readonly sentAt: () => string;
}

interface Entry {
  readonly json: string;
  readonly bytes: number;
}

/** What became of the events so far. */
export interface QueueCounts {
  readonly queued: number;
  readonly accepted: number;
  readonly rejected: number;
  readonly undelivered: number;
}

/** The platform's limits of one event and one batch. */
export const MAX_EVENT_BYTES = 32 * 1024;
const MAX_BATCH_BYTES = 500 * 1024;
export const MAX_BATCH_EVENTS = 2500;
/** `{"sentAt":"...","batch":[]}` */
const ENVELOPE_BYTES = 64;

export class EventQueue {
  readonly #options: QueueOptions;
  readonly #encoder = new TextEncoder();
  readonly #abort = new AbortController();
  /** Oldest first; those in flight stay until they are answered. */
  #entries: Entry[] = [];
  #sending: Promise<void> | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #accepted = 0;
  #rejected = 0;
  #undelivered = 0;

  constructor(options: QueueOptions) {
    this.#options = options;
  }

  get counts(): QueueCounts {
    const queued = this.#entries.length;
    return {
      queued,
      accepted: this.#accepted,
      rejected: this.#rejected,
      undelivered: this.#undelivered,
    };
  }

  /** The error that kept the message out; `undefined` when it was taken. */
  add(message: unknown): ClientError | undefined {
    const { maxQueue } = this.#options;
    if (this.#entries.length >= maxQueue) {
      const text = `${maxQueue} events wait for the platform already; this one was not taken`;
      return new ClientError("queue-full", text, { messages: [message] });
    }
    const json = encode(message);
    if (json instanceof ClientError) return json;
    const bytes = this.#encoder.encode(json).length + 1; // and a comma
    if (bytes > MAX_EVENT_BYTES) {
      const text = `the event takes ${bytes} bytes, the limit is ${MAX_EVENT_BYTES}`;
      return new ClientError("invalid-event", text, { messages: [message] });
    }
    this.#entries.push({ json, bytes });
    this.#schedule();
    return undefined;
  }

  /** Sends everything; resolves when all of it is answered or given up. */
  async flush(): Promise<void> {
    while (this.#entries.length > 0) await this.#start();
    await this.#sending;
  }

  /** As `flush`, but gives up what is not answered after `timeoutMs`, and reports it. */
  async close(timeoutMs: number): Promise<void> {
    const timer = setTimeout(() => this.#abort.abort(), timeoutMs);
    await this.flush();
    clearTimeout(timer);
  }

  #schedule(): void {
    const { flushAt, flushIntervalMs } = this.#options;
    if (this.#entries.length >= flushAt) this.#start();
    else if (!this.#sending) this.#timer ??= setTimeout(() => this.#start(), flushIntervalMs);
  }

  #start(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#sending ??= this.#sendAll().finally(() => {
      this.#sending = undefined;
      if (this.#entries.length > 0) this.#schedule(); // added between the last look and now
    });
    return this.#sending;
  }

  async #sendAll(): Promise<void> {
    await undefined; // events added in the same turn travel together
    let limit = MAX_BATCH_EVENTS;
    while (this.#entries.length > 0) {
      const batch = this.#nextBatch(limit);
      const answer = await this.#deliver(batch);
      if (answer.kind === "too-large" && batch.length > 1) {
        limit = Math.ceil(batch.length / 2); // a proxy with a limit of its own
        continue;
      }
      this.#entries.splice(0, batch.length);
      if (answer.kind === "ok") this.#count(batch, answer.body as Partial<IngestResponse>);
      else this.#giveUp(batch, answer.error);
    }
  }

  #nextBatch(limit: number): readonly Entry[] {
    let bytes = ENVELOPE_BYTES;
    let count = 0;
    for (const entry of this.#entries) {
      bytes += entry.bytes;
      if (count === limit || bytes > MAX_BATCH_BYTES) break;
      count++;
    }
    return this.#entries.slice(0, count);
  }

  #deliver(batch: readonly Entry[]): Promise<Outcome> {
    const { post, waitMs, sentAt } = this.#options;
    const events = batch.map(({ json }) => json).join(",");
    const options = { post, waitMs, abort: this.#abort.signal, maxTries: Number.POSITIVE_INFINITY };
    return deliver(options, () => `{"sentAt":"${sentAt()}","batch":[${events}]}`);
  }

  #count(batch: readonly Entry[], answer: Partial<IngestResponse>): void {
    const { rejected = [], accepted = batch.length - rejected.length } = answer; // another collector says success alone
    this.#accepted += accepted;
    this.#rejected += rejected.length;
    for (const { position, code, path, message } of rejected) {
      const text = `${code} at ${path || "/"}: ${message}`;
      const entry = batch[position];
      const messages = entry ? [JSON.parse(entry.json)] : [];
      this.#options.report(new ClientError("rejected", text, { messages, reason: code, path }));
    }
  }

  #giveUp(batch: readonly Entry[], error: ClientError): void {
    this.#undelivered += batch.length;
    const { reason, status } = error;
    const text = `${batch.length} events were not delivered: ${error.message}`;
    const messages = batch.map(({ json }) => JSON.parse(json) as unknown);
    const known = { ...(reason !== undefined && { reason }), ...(status !== undefined && { status }) };
    this.#options.report(new ClientError("undelivered", text, { messages, cause: error, ...known }));
  }
}

function encode(message: unknown): string | ClientError {
  try {
    return JSON.stringify(message);
  } catch (cause) {
    const text = `the event is no JSON: ${cause instanceof Error ? cause.message : String(cause)}`;
    return new ClientError("invalid-event", text, { messages: [message], cause });
  }
}
