import { windowStart } from "../definition/window-start.ts";
import type { FeatureContext } from "../online/feature-context.ts";
import type { FeatureRequest } from "../online/feature-request.ts";
import { statusOf } from "../online/read-features.ts";
import { NOT_FOUND, type OnlineValue } from "../online/value-table.ts";
import { Part } from "../part.ts";
import { decodeItemHead, type ItemHead } from "./item-head.ts";
import { itemKey, itemTileKey } from "./item-keys.ts";
import { ItemParts, itemAnswers, itemCovers } from "./item-parts.ts";

/** What there is of one item in one partition. */
interface Found {
  readonly item: number;
  readonly partition: number;
  readonly head: ItemHead;
  readonly parts: ItemParts;
}

/**
 * The features of each item, as of `nowMs` or of its newest event, whichever is later. In the order asked; an item without events, or an unknown
 * one, is NOT_FOUND. Two reads of the state for all of them.
 */
export async function readItems(
  {
    state,
    catalogue,
    partitions,
  }: Pick<FeatureContext, "state" | "catalogue"> & { readonly partitions: readonly number[] },
  request: FeatureRequest,
  itemIds: readonly string[],
  nowMs: number,
): Promise<OnlineValue[][]> {
  const rows = itemIds.map((itemId) => catalogue.rowOf(itemId));
  const places = rows.flatMap((item) =>
    item === undefined ? [] : partitions.map((partition) => ({ item, partition })),
  );
  const heads = await state.get(places.map(({ item, partition }) => itemKey(item, partition, "h")));
  const found = places.flatMap(({ item, partition }, n): Found[] => {
    const bytes = heads[n];
    if (!bytes) return [];
    const head = decodeItemHead(bytes);
    const parts = new ItemParts();
    parts.newestMs = head.newestMs;
    return [{ item, partition, head, parts }];
  });
  const byItem = new Map<number, Found[]>();
  for (const one of found) byItem.set(one.item, [...(byItem.get(one.item) ?? []), one]);
  const atMsOf = (item: number): number =>
    (byItem.get(item) ?? []).reduce((latest, { head }) => Math.max(latest, head.newestMs), nowMs);
  const wanted = found.flatMap((one) => wantedOf(one, request, atMsOf(one.item)));
  const stored = await state.get(wanted.map(({ key }) => key));
  for (const [n, { take }] of wanted.entries()) {
    const bytes = stored[n];
    if (bytes) take(Part.decode(bytes, request.plan));
  }
  const nothing = request.asked.map(() => NOT_FOUND);
  return rows.map((item) => {
    const parts = item === undefined ? undefined : byItem.get(item)?.map((one) => one.parts);
    if (item === undefined || !parts) return nothing;
    const atMs = atMsOf(item);
    return itemAnswers(parts, request, atMs, catalogue).map((answer, n): OnlineValue => {
      const { planned } = request.asked[n]!; // one for each
      return answer && planned ? { ...answer, status: statusOf(answer, planned, atMs) } : NOT_FOUND;
    });
  });
}

interface Wanted {
  readonly key: Uint8Array;
  readonly take: (part: Part) => void;
}

/** The lifetime, and each tile that can be there, once. */
function wantedOf({ item, partition, head, parts }: Found, request: FeatureRequest, atMs: number): Wanted[] {
  const wanted = new Map<string, Wanted>();
  if (request.needsLifetime)
    wanted.set("l", {
      key: itemKey(item, partition, "l"),
      take: (part) => {
        parts.lifetime = part;
      },
    });
  const startsMs = request.windows.map((window) => windowStart(window, atMs, "item"));
  for (const { level, index } of itemCovers(request, startsMs, head.newestMs).flat()) {
    if (index < (head.oldest[level] ?? Number.POSITIVE_INFINITY)) continue;
    wanted.set(`${level} ${index}`, {
      key: itemTileKey(item, partition, level, index),
      take: (part) => void parts.tiles[level]!.set(index, part), // a level
    });
  }
  return [...wanted.values()];
}
