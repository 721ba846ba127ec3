/** @file The public clients as an application uses them, behind one face, so that one test speaks to both. */
import RudderAnalytics from "@rudderstack/rudder-sdk-node";
import { Analytics as SegmentAnalytics } from "@segment/analytics-node";

export interface Message {
  readonly userId: string;
  readonly event?: string;
  readonly name?: string;
  readonly groupId?: string;
  readonly previousId?: string;
  readonly timestamp?: Date;
  readonly properties?: Readonly<Record<string, string | number>>;
  readonly traits?: Readonly<Record<string, string>>;
}

export type Call = "track" | "identify" | "page" | "screen" | "group" | "alias";

export interface Client {
  send(call: Call, message: Message): void;
  /** Requests that were sent again. */
  readonly retried: number;
  /** Resolves when all that was sent is delivered or given up; with what was given up. */
  flush(): Promise<readonly string[]>;
}

export interface ClientOptions {
  readonly address: string;
  readonly writeKey: string;
  /** Events in a request. */
  readonly flushAt?: number;
  /** The client's own number when absent. */
  readonly retries?: number;
}

export const clients: Readonly<Record<string, (options: ClientOptions) => Client>> = {
  "@segment/analytics-node": segmentClient,
  "@rudderstack/rudder-sdk-node": rudderClient,
};

function segmentClient({ address, writeKey, flushAt = 15, retries }: ClientOptions): Client {
  const analytics = new SegmentAnalytics({
    host: address,
    writeKey,
    flushAt,
    flushInterval: 100,
    ...(retries !== undefined && { maxRetries: retries }),
  });
  const failures: string[] = [];
  let retried = 0;
  analytics.on("error", ({ reason }) => failures.push(String(reason)));
  analytics.on("http_request", ({ headers }) => {
    if ("X-Retry-Count" in headers) retried++;
  });
  return {
    get retried() {
      return retried;
    },
    // The calls differ in what they require; the test sends what each does.
    send: (call, message) => (analytics[call] as (message: Message) => void).call(analytics, message),
    async flush() {
      await analytics.closeAndFlush({ timeout: 60_000 });
      return failures;
    },
  };
}

function rudderClient({ address, writeKey, flushAt = 20, retries }: ClientOptions): Client {
  const failures: string[] = [];
  let retried = 0;
  const analytics = new RudderAnalytics(writeKey, {
    dataPlaneUrl: address,
    flushAt,
    flushInterval: 100,
    logLevel: "none",
    errorHandler: (error: unknown) => failures.push(String(error)),
    ...(retries !== undefined && {
      retryCount: retries,
      axiosRetryConfig: { retryDelay: () => 200, onRetry: () => retried++ },
    }),
  });
  const outcomes: Promise<void>[] = [];
  return {
    get retried() {
      return retried;
    },
    send(call, message) {
      const send = analytics[call] as (message: Message, callback: () => void) => unknown; // as above
      outcomes.push(new Promise((resolve) => send.call(analytics, message, resolve)));
    },
    async flush() {
      await Promise.all(outcomes);
      return failures;
    },
  };
}
