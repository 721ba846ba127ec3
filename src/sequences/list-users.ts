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

/** The first key that can come after all of a user's. */
function behind(userId: string): Uint8Array {
  const key = Buffer.from(userPrefix(userId));
  key[key.length - 1] = 1;
  return key;
}
