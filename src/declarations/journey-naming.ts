import { fail, requireKnownKeys, requireObject } from "./config-fault.ts";
import type { FromEnvironment } from "./source.ts";

/** Somebody who writes names of journeys better than a template: an endpoint that speaks OpenAI's chat completions, here or elsewhere. */
export interface JourneyNaming {
  /** Up to and with the version: `http://127.0.0.1:11434/v1`. */
  readonly endpoint: string;
  readonly model: string;
  readonly key?: FromEnvironment;
  /** Default: 10,000. */
  readonly timeoutMs?: number;
}

const LONGEST_TIMEOUT_MS = 120_000;

/** @throws PlatformError `invalid-config` */
export function checkJourneyNaming(naming: unknown): void {
  const place = "journeyNaming";
  requireObject(place, naming, 'give { endpoint: "http://127.0.0.1:11434/v1", model: "..." }');
  requireKnownKeys(place, naming, ["endpoint", "model", "key", "timeoutMs"]);
  const { endpoint, model, key, timeoutMs } = naming;
  const url = typeof endpoint === "string" && URL.canParse(endpoint) ? new URL(endpoint) : undefined;
  if (url?.protocol !== "http:" && url?.protocol !== "https:")
    fail(`${place}.endpoint`, endpoint, 'give an address like "http://127.0.0.1:11434/v1"');
  if (typeof model !== "string" || model === "")
    fail(`${place}.model`, model, "give the name of the model the endpoint is to use");
  const isRead = typeof key === "object" && key !== null && "variable" in key;
  if (key !== undefined && !isRead) fail(`${place}.key`, "a value", 'give env("MY_VARIABLE"), not the key');
  const isTime = typeof timeoutMs === "number" && timeoutMs > 0 && timeoutMs <= LONGEST_TIMEOUT_MS;
  if (timeoutMs !== undefined && !isTime)
    fail(`${place}.timeoutMs`, timeoutMs, `give milliseconds above 0, at most ${LONGEST_TIMEOUT_MS}`);
}
