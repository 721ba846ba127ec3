import { type Lake, quoteText } from "#storage";

/** Removes the rows of the ids, and counts what went. */
export async function forgetInLake(
  lake: Lake,
  ids: readonly string[],
): Promise<{ rows: number; filesRewritten: number }> {
  let rows = 0;
  let filesRewritten = 0;
  for (const id of ids) {
    const erased = await lake.erase(id);
    rows += erased.rowsRemoved;
    filesRewritten += erased.filesRewritten;
  }
  return { rows, filesRewritten };
}

/** Rows of the ids that can be read. */
export async function countInLake(lake: Lake, ids: readonly string[]): Promise<number> {
  const list = ids.map(quoteText).join(", ");
  const { rows } = await lake.query(`SELECT count(*)::INTEGER FROM events WHERE user_id IN (${list})`);
  return Number(rows[0]?.[0] ?? 0);
}
