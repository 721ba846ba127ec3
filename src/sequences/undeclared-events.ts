import type { StateReader } from "#storage";
import { UNDECLARED_PREFIX, undeclaredNameIn } from "./state-keys.ts";

const ENTRIES_READ = 1000;

/** Event names that were stored but declare no action, with how often each came: what somebody may have misspelt. */
export async function undeclaredEvents(state: StateReader): Promise<Record<string, number>> {
  const counts = new Map<string, number>();
  for (const { key, value } of await state.scan({ prefix: UNDECLARED_PREFIX, limit: ENTRIES_READ })) {
    const name = undeclaredNameIn(key);
    counts.set(name, (counts.get(name) ?? 0) + Buffer.from(value).readDoubleLE(0));
  }
  return Object.fromEntries(counts);
}
