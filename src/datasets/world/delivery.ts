import { HOUR_MS, MINUTE_MS, type Random, SECOND_MS } from "#base";
import type { DeliveryConfig } from "./world-config.ts";

/**
 * @file How events reach the platform: most at once, some late (a phone without reception), some twice (a client that
 * retried). Late and duplicate are drawn independently for each event. The message itself is never altered: its timestamp
 * says when it happened, and a copy carries the same messageId.
 */
export interface Arrival<Message> {
  readonly arrivalMs: number;
  readonly message: Message;
}

/** An event that arrives at least this long after it happened is late. */
export const lateAfterMs = 15 * MINUTE_MS;

/** The arrivals of one message that happened at `timeMs`: one or two, none after `endMs` (the world waits for stragglers). */
export function deliver<Message>(
  config: DeliveryConfig,
  message: Message,
  timeMs: number,
  endMs: number,
  random: Random,
): Arrival<Message>[] {
  const delayMs = random.chance(config.lateShare)
    ? lateAfterMs + random.exponential() * config.lateMeanHours * HOUR_MS
    : 0;
  const first = { arrivalMs: Math.min(endMs, Math.round(timeMs + delayMs)), message };
  if (!random.chance(config.duplicateShare)) return [first];
  const retryMs = SECOND_MS + random.exponential() * 20 * SECOND_MS;
  return [first, { arrivalMs: Math.min(endMs, Math.round(first.arrivalMs + retryMs)), message }];
}
