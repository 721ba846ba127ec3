import { windowStart } from "../definition/window-start.ts";
import { decodeRows, type FeatureRow } from "../feature-row.ts";
import { featuresAt } from "../history/features-at.ts";
import { choicesOf } from "../person-consent.ts";
import { decodeDirectory } from "../state/directory.ts";
import { decodeFeatureHead, type FeatureHead } from "../state/feature-head.ts";
import { featureKey, rowsKey } from "../state/feature-keys.ts";
import { areContested } from "./contested-rows.ts";
import type { FeatureContext } from "./feature-context.ts";
import type { FeatureRequest } from "./feature-request.ts";
import { controlsFor, mayUse } from "./may-use.ts";
import { statusOf } from "./read-features.ts";
import type { OnlineValue } from "./value-table.ts";

/** @file A feature of a person at earlier moments, of the rows that are kept for windows: the walk that training sets are made by. */

export interface PastQuery {
  /** Of their first event. */
  readonly firstMs: number;
  readonly timesMs: readonly number[];
}

export interface PastValue extends Pick<OnlineValue, "value" | "status"> {
  readonly atMs: number;
}

/**
 * The one feature of the request at each of the times for which everything it is made of is still kept; later ones have it, earlier ones may
 * not, and of a lifetime none has where its rows were summed up. None at all of whom it may not be told now, or whose ids chose differently.
 */
export async function readPastValues(
  context: FeatureContext,
  request: FeatureRequest,
  userId: string,
  { firstMs, timesMs }: PastQuery,
): Promise<PastValue[]> {
  const { catalogue, identity, state } = context;
  const [asked] = request.asked;
  const ids = identity.idsOf(userId);
  const kept = await Promise.all(ids.map((id) => keptOf(context, request, id)));
  const known = kept.flatMap(({ head }, n) => (head ? { userId: ids[n]!, head } : [])); // one for each
  const planned = asked?.planned;
  if (!planned || known.length === 0 || !mayUse(planned, request.plan, choicesOf(known))) return [];
  if (areContested(known, request)) return []; // rows as each id settled them
  const rows = kept.flatMap((one) => one.rows).sort((left, right) => left.timestampMs - right.timestampMs);
  const keptFromMs = Math.max(...kept.map((one) => one.fromMs));
  const isWhole = keptFromMs <= firstMs;
  const isSummedUp = kept.some((one) => one.isSummedUp);
  const controls = await controlsFor(request, state, ids);
  return timesMs.flatMap((atMs) => {
    const isKept = request.windows.every((window) =>
      window.kind === "lifetime"
        ? isWhole && !isSummedUp
        : isWhole || windowStart(window, atMs, request.plan.entity) >= keptFromMs,
    );
    if (!isKept) return [];
    const [answer] = featuresAt(rows, request, atMs, catalogue, controls);
    return answer ? [{ atMs, value: answer.value, status: statusOf(answer, planned, atMs) }] : [];
  });
}

interface KeptRows {
  readonly head: FeatureHead | undefined;
  readonly rows: readonly FeatureRow[];
  /** Rows before it were given up; 0 where none was. */
  readonly fromMs: number;
  /** Whether rows went into a lifetime, and perhaps nowhere else. */
  readonly isSummedUp: boolean;
}

async function keptOf(
  { state }: FeatureContext,
  { plan, sources }: FeatureRequest,
  userId: string,
): Promise<KeptRows> {
  const [bytes] = await state.get([featureKey(userId, "h")]);
  if (!bytes) return { head: undefined, rows: [], fromMs: 0, isSummedUp: false };
  const head = decodeFeatureHead(bytes);
  const open = head.openRows.flatMap((row) => decodeRows(row, plan, sources));
  if (!head.hasDirectory) return { head, rows: open, fromMs: 0, isSummedUp: head.lifetimeBytes > 0 };
  const [stored] = await state.get([featureKey(userId, "d")]);
  if (!stored) return { head, rows: open, fromMs: 0, isSummedUp: true };
  const { blocks, keptFromMs } = decodeDirectory(stored);
  const sealed = await state.get(blocks.map(({ block }) => rowsKey(userId, block)));
  const rows = sealed.flatMap((block) => (block ? decodeRows(block, plan, sources) : []));
  // Rows of which no window asks are in the lifetime only.
  return { head, rows: [...rows, ...open], fromMs: keptFromMs, isSummedUp: head.lifetimeBytes > 0 };
}
