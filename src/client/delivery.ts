import type { Answer } from "./http.ts";

export interface DeliveryOptions {
  /** Sends once. */
  readonly post: (body: string, abort: AbortSignal) => Promise<Answer>;
  readonly waitMs: (attempt: number, retryAfterMs: number | undefined) => number;
  readonly abort: AbortSignal;
  /** Tries while the server is away or busy. */
  readonly maxTries: number;
}

/** A request that the server fails at this often is not the server's bad day. */
const MAX_FAULTS = 8;

/** An answer that ends the trying. */
export type Outcome = Extract<Answer, { kind: "ok" | "too-large" | "refused" }>;

/** Tries until there is an answer to live with, the tries are used up, or `abort` says that it is enough. Never throws. */
export async function deliver(options: DeliveryOptions, bodyOf: () => string): Promise<Outcome> {
  const { post, waitMs, abort, maxTries } = options;
  let faults = 0;
  for (let attempt = 1; ; attempt++) {
    const answer = await post(bodyOf(), abort);
    if (answer.kind !== "retry" && answer.kind !== "fault") return answer;
    if (answer.kind === "fault") faults++;
    if (faults >= MAX_FAULTS || attempt >= maxTries || abort.aborted)
      return { kind: "refused", error: answer.error };
    await pause(waitMs(attempt, answer.kind === "retry" ? answer.retryAfterMs : undefined), abort);
  }
}

/** Resolves after the time, or at once when aborted. */
function pause(ms: number, abort: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (abort.aborted) return resolve();
    const done = (): void => {
      clearTimeout(timer);
      abort.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    abort.addEventListener("abort", done);
  });
}
