import type { StateReader } from "#storage";
import { UNDECLARED_PREFIX } from "./state-keys.ts";

const NAMES_SHOWN = 100;

/** Event names that were stored but declare no action, with how often each came: what somebody may have misspelt. */
export async function undeclaredEvents(state: StateReader): Promise<Record<string, number>> {
  const entries = await state.scan({ prefix: UNDECLARED_PREFIX, limit: NAMES_SHOWN });
  return Object.fromEntries(
    entries.map(({ key, value }) => [
      Buffer.from(key).subarray(UNDECLARED_PREFIX.length).toString(),
      Buffer.from(value).readDoubleLE(0),
    ]),
  );
}
