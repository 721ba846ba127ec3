import type { StateReader } from "#storage";
import { USERS_PREFIX, userIdIn, userPrefix } from "./state-keys.ts";

/** Ids of users in key order, from the one after `after` on, at most `limit`. O(limit log users). */
export async function listUsers(state: StateReader, limit: number, after?: string): Promise<string[]> {
  const userIds: string[] = [];
  let from = after === undefined ? USERS_PREFIX : behind(after);
  while (userIds.length < limit) {
    const [entry] = await state.scan({ prefix: USERS_PREFIX, from, limit: 1 });
    if (!entry) break;
    const userId = userIdIn(entry.key);
    userIds.push(userId);
    from = behind(userId);
  }
  return userIds;
}

/** How many there are. O(users). */
export async function countUsers(state: StateReader): Promise<number> {
  let count = 0;
  for (let after: string | undefined; ; ) {
    const some = await listUsers(state, COUNTED_AT_ONCE, after);
    count += some.length;
    after = some.at(-1);
    if (some.length < COUNTED_AT_ONCE) return count;
  }
}

const COUNTED_AT_ONCE = 1000;

/** The first key that can come after all of a user's. */
function behind(userId: string): Uint8Array {
  const key = Buffer.from(userPrefix(userId));
  key[key.length - 1] = 1;
  return key;
}
