import type { RecommendationBody } from "#api";
import { murmur3, PlatformError } from "#base";
import type { ModelId } from "#models";
import type { Recommender } from "#recommendation";

/**
 * @file Pages of a list. A cursor holds all it takes to make the next page, and nothing is kept for it: the moment and the seed of the first page, where
 * the next one begins, and sums of the request and of what answers it. The same list is made again, longer, and cut: so pages never
 * overlap, unless what is known of the time before the first page changed meanwhile (an event that came late, an item put anew).
 */
export interface Cursor {
  readonly asOfMs: number;
  readonly cameMs: number;
  readonly seed: string;
  readonly offset: number;
}

/** Items that can be reached by going on; each page makes the list anew from its top. */
const REACH = 2000;

/** Where the page begins and what it is made by; `undefined` for a first page. @throws PlatformError `invalid-request`, `stale-cursor` */
export function openCursor(body: RecommendationBody, recommender: Recommender): Cursor | undefined {
  if (body.cursor === undefined) return undefined;
  const [asOfMs, cameMs, seed, offset, asked, answering] = parse(body.cursor);
  if (asked !== sumOf(askedBy(body)))
    throw new PlatformError(
      "invalid-request",
      "cursor is of another request: send the one of its first page",
    );
  if (answering !== sumOf(answeringFor(body, recommender, recommender.modelIds)))
    throw new PlatformError(
      "stale-cursor",
      "other models, stages or counts are in force than when the first page was made: ask again without cursor",
    );
  return { asOfMs, cameMs, seed, offset };
}

/** The cursor of the page after one, which those models made; `undefined` when that one was the last. */
export function cursorAfter(
  page: Cursor & { readonly items: number },
  body: RecommendationBody,
  recommender: Recommender,
  modelIds: readonly ModelId[],
): string | undefined {
  const next = page.offset + page.items;
  if (page.items < body.n || next + body.n > REACH) return undefined;
  const sums = [sumOf(askedBy(body)), sumOf(answeringFor(body, recommender, modelIds))];
  return Buffer.from(JSON.stringify([page.asOfMs, page.cameMs, page.seed, next, ...sums])).toString(
    "base64url",
  );
}

type Parts = readonly [
  asOfMs: number,
  cameMs: number,
  seed: string,
  offset: number,
  asked: number,
  answering: number,
];

function parse(cursor: string): Parts {
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, "base64url").toString());
    if (isParts(parts)) return parts;
  } catch {
    // told below
  }
  throw new PlatformError("invalid-request", "cursor is none that was given: send nextCursor as it came");
}

function isParts(value: unknown): value is Parts {
  if (!Array.isArray(value) || value.length !== 6) return false;
  const [asOfMs, cameMs, seed, offset, ...sums] = value;
  const isTime = Number.isFinite(asOfMs) && Math.abs(asOfMs) <= 8.64e15; // what a date can hold
  return (
    isTime &&
    Number.isFinite(cameMs) &&
    typeof seed === "string" &&
    Number.isInteger(offset) && // a text would be put before the length of the page, not added to it
    offset >= 0 &&
    offset <= REACH &&
    sums.every(Number.isInteger)
  );
}

/** What makes another list when it changes. */
function askedBy({ cursor: _, n: _n, explain: _explain, ...body }: RecommendationBody): unknown {
  return Object.entries(body).sort(([left], [right]) => (left < right ? -1 : 1));
}

function answeringFor(
  { surface }: RecommendationBody,
  recommender: Recommender,
  modelIds: readonly ModelId[],
): unknown {
  const versions = modelIds.map(({ name, version }) => [name, version]);
  const { declared, counts } = recommender.surface(surface);
  return [versions, declared, counts];
}

function sumOf(value: unknown): number {
  return murmur3(JSON.stringify(value), 0);
}
