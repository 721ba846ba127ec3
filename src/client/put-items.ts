import type { IngestResponse } from "#api";
import { ClientError } from "./client-error.ts";
import { type DeliveryOptions, deliver } from "./delivery.ts";

/** The platform's limits of one request. */
const MAX_ITEMS = 5000;
const MAX_BYTES = 10 * 1024 * 1024;
const ENVELOPE_BYTES = 32;
const MAX_TRIES = 8;

/** Puts items in order, request by request. An item put twice is there once, so trying again does no harm. */
export async function putItems<Item extends object>(
  { post, waitMs }: Pick<DeliveryOptions, "post" | "waitMs">,
  items: Item | readonly Item[],
): Promise<IngestResponse> {
  const all: readonly Item[] = Array.isArray(items) ? items : [items as Item]; // the guard does not see readonly lists
  const rejected: IngestResponse["rejected"] = [];
  let accepted = 0;
  const abort = new AbortController().signal; // never: the tries are counted
  for (const { first, jsons } of requestsOf(all)) {
    const body = `{"items":[${jsons.join(",")}]}`;
    const outcome = await deliver({ post, waitMs, abort, maxTries: MAX_TRIES }, () => body);
    if (outcome.kind !== "ok") {
      const text = `${accepted} items were put, those from position ${first} on were not: ${outcome.error.message}`;
      const { reason, status } = outcome.error;
      const known = { ...(reason !== undefined && { reason }), ...(status !== undefined && { status }) };
      throw new ClientError("undelivered", text, {
        messages: all.slice(first),
        cause: outcome.error,
        ...known,
      });
    }
    const answer = outcome.body as IngestResponse; // the platform's schema
    accepted += answer.accepted;
    for (const rejection of answer.rejected)
      rejected.push({ ...rejection, position: first + rejection.position });
  }
  return { success: rejected.length === 0, accepted, rejected };
}

function* requestsOf(items: readonly object[]): Generator<{ first: number; jsons: string[] }> {
  const encoder = new TextEncoder();
  let jsons: string[] = [];
  let first = 0;
  let bytes = ENVELOPE_BYTES;
  for (const [position, item] of items.entries()) {
    const json = JSON.stringify(item);
    const size = encoder.encode(json).length + 1;
    if (jsons.length === MAX_ITEMS || (jsons.length > 0 && bytes + size > MAX_BYTES)) {
      yield { first, jsons };
      jsons = [];
      first = position;
      bytes = ENVELOPE_BYTES;
    }
    jsons.push(json);
    bytes += size;
  }
  if (jsons.length > 0) yield { first, jsons };
}
