import type { RecommendationBody } from "#api";
import { type ItemRow, murmur3, PlatformError } from "#base";
import type { ModelId } from "#models";
import type { Recommender } from "#recommendation";

/**
 * @file Pages of a list. A cursor holds all it takes to make the next page, and nothing is kept for it: the moment and the seed of the first page, which
 * items were shown so far, and sums of the request and of what answers it. The same list is made again, longer, and what was shown left
 * out: so no item comes twice and none is passed over, also when items come and go meanwhile, are muted, or events come late.
 */
export interface Cursor {
  readonly asOfMs: number;
  readonly cameMs: number;
  readonly seed: string;
  /** Of the pages before, in their order. */
  readonly shown: readonly ItemRow[];
}

/** Items that can be reached by going on; each page makes the list anew from its top. */
const REACH = 2000;

/** What the page goes on after and what it is made by; `undefined` for a first page. @throws PlatformError `invalid-request`, `stale-cursor` */
export function openCursor(body: RecommendationBody, recommender: Recommender): Cursor | undefined {
  if (body.cursor === undefined) return undefined;
  const [asOfMs, cameMs, seed, shown, asked, answering] = parse(body.cursor);
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
  return { asOfMs, cameMs, seed, shown };
}

/** The cursor of the page after one, which those models made; `undefined` when that one was the last. */
export function cursorAfter(
  page: Cursor & { readonly itemRows: readonly ItemRow[] },
  body: RecommendationBody,
  recommender: Recommender,
  modelIds: readonly ModelId[],
): string | undefined {
  const shown = [...page.shown, ...page.itemRows];
  if (page.itemRows.length < body.n || shown.length + body.n > REACH) return undefined;
  const sums = [sumOf(askedBy(body)), sumOf(answeringFor(body, recommender, modelIds))];
  return Buffer.from(JSON.stringify([page.asOfMs, page.cameMs, page.seed, shown, ...sums])).toString(
    "base64url",
  );
}

type Parts = readonly [
  asOfMs: number,
  cameMs: number,
  seed: string,
  shown: readonly ItemRow[],
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
  const [asOfMs, cameMs, seed, shown, ...sums] = value;
  const isTime = Number.isFinite(asOfMs) && Math.abs(asOfMs) <= 8.64e15; // what a date can hold
  return (
    isTime &&
    Number.isFinite(cameMs) &&
    typeof seed === "string" &&
    Array.isArray(shown) &&
    shown.length <= REACH &&
    shown.every(Number.isInteger) &&
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
