import { ignoreProgress } from "#base";
import type { StateOperation, StateReader, StateStore } from "#storage";
import type { EntityPlan } from "../definition/plan.ts";
import { RowMaker } from "../feature-row.ts";
import { type PastEvents, readPast } from "../history/collect-rows.ts";
import { ItemState } from "./apply-items.ts";
import { CollectedItems } from "./collect-items.ts";
import { itemPrefix } from "./item-keys.ts";

/**
 * Makes the features of every item that the ids had to do with what they would be had they never come: of a least value or a sketch of distinct
 * people nobody's part can be taken back, so they are made anew of everybody else's events, which stand in the log and the lake. Comes
 * before log and lake forget; doing it again changes nothing. How many items. O(log), nothing where no feature is about items.
 */
export async function forgetInItems(
  past: PastEvents & { readonly state: StateStore },
  plan: EntityPlan,
  ids: readonly string[],
): Promise<number> {
  if (plan.tallies.length === 0) return 0;
  const { state, catalogue, log } = past;
  const leftOut = new Set(ids);
  const maker = new RowMaker(plan, catalogue);
  const touched = new Set<number>();
  const find = {
    take: (event: Parameters<RowMaker["reads"]>[0]): void => {
      if (!leftOut.has(event.userId) || !maker.reads(event)) return;
      const item = maker.itemRowOf(event);
      if (item !== undefined) touched.add(item);
    },
  };
  await readPast(past, [find], ignoreProgress);
  if (touched.size === 0) return 0;
  const others = new CollectedItems(plan, catalogue, { items: touched, leftOut });
  await readPast(past, [others], ignoreProgress);
  const items = new ItemState(plan, catalogue);
  const operations = new Map<string, StateOperation>();
  const add = (operation: StateOperation): void =>
    void operations.set(Buffer.from(operation.key).toString("latin1"), operation);
  for (const item of touched)
    for (let partition = 1; partition < log.partitionCount; partition++) {
      const prefix = itemPrefix(item, partition);
      for (const { key } of await state.scan({ prefix, limit: Number.MAX_SAFE_INTEGER }))
        add({ kind: "delete", key });
      const rows = others.rowsOf(item).get(partition);
      if (rows)
        for (const operation of await items.apply(new Map([[item, rows]]), partition, nothing))
          add(operation);
    }
  await state.write([...operations.values()]);
  return touched.size;
}

/** State before anything. */
const nothing: StateReader = {
  get: async (keys) => keys.map(() => undefined),
  scan: async () => [],
};
