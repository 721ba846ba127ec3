import type { Lake } from "#storage";

/** What people did with an item, as far as the lake has it. */
export interface ItemEngagement {
  /** In order; a day without events is left out. */
  readonly days: readonly { readonly day: string; readonly counts: Readonly<Record<string, number>> }[];
  /** Ids that did more than see it. */
  readonly people: number;
  /** Who did most with it, impressions not counted, the busiest first. */
  readonly engagers: readonly {
    readonly userId: string;
    readonly events: number;
    readonly lastAt: string;
  }[];
}

const ENGAGERS = 12;
const DAYS = 3660;
/** Of events on a day, as far as they are told. */
const NAMES = 10;
const TIMEOUT_MS = 10_000;

/** @throws PlatformError `invalid-request` when it takes the lake too long */
export async function readItemEngagement(lake: Pick<Lake, "query">, itemId: string): Promise<ItemEngagement> {
  const engaged = `${isOneOf([itemId])} and name <> 'impression'`;
  const [days, engagers, people] = await Promise.all([
    readDailyEngagement(lake, [itemId]),
    lake.query(
      `select user_id, count(*) as n, max(timestamp) from events where ${engaged} group by 1 order by n desc, 1`,
      { limit: ENGAGERS, timeoutMs: TIMEOUT_MS },
    ),
    lake.query(`select count(distinct user_id) from events where ${engaged}`, { timeoutMs: TIMEOUT_MS }),
  ]);
  return {
    days,
    people: Number(people.rows[0]?.[0] ?? 0),
    engagers: (engagers.rows as [string, number, string][]).map(([userId, events, lastAt]) => ({
      userId,
      events,
      lastAt,
    })),
  };
}

/** What people did with any of the items, day by day. @throws PlatformError `invalid-request` when it takes the lake too long */
export async function readDailyEngagement(
  lake: Pick<Lake, "query">,
  itemIds: readonly string[],
): Promise<ItemEngagement["days"]> {
  if (itemIds.length === 0) return [];
  const { rows } = await lake.query(
    `select cast(day as varchar), name, count(*) from events where ${isOneOf(itemIds)} group by 1, 2 order by 1`,
    { limit: DAYS * NAMES, timeoutMs: TIMEOUT_MS },
  );
  const counts = new Map<string, Record<string, number>>();
  for (const [day, name, count] of rows as [string, string, number][])
    counts.set(day, { ...counts.get(day), [name]: count });
  return Array.from(counts, ([day, ofDay]) => ({ day, counts: ofDay }));
}

function isOneOf(itemIds: readonly string[]): string {
  return `item_id in (${itemIds.map((itemId) => `'${itemId.replaceAll("'", "''")}'`).join(", ")})`;
}
