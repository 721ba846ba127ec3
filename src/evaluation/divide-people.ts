import { Random } from "#base";
import { type Interactions, keepWhere } from "#sequences";
import type { TaskOptions } from "./task.ts";

/** Of people who are asked, where they are not learned from. */
const ASKED_SHARE = 0.2;

/** Who is asked and who is learned from: `validation` asks a fifth of those the test learns from. */
export function dividePeople(userCount: number, { seed, part }: TaskOptions) {
  const places = Float64Array.from({ length: userCount }, (_, user) =>
    Random.of(seed, `future/${user}`).uniform(),
  );
  const from = part === "test" ? 0 : ASKED_SHARE;
  const isAsked = (user: number) => places[user]! >= from && places[user]! < from + ASKED_SHARE;
  return { isAsked, isLearnedFrom: (user: number) => places[user]! >= from + ASKED_SHARE };
}

/** The engagements of some people; the others keep their rows. */
export function keepPeople(table: Interactions, isKept: (user: number) => boolean): Interactions {
  const users = new Uint32Array(table.itemRows.length);
  for (let user = 0; user < table.userCount; user++)
    users.fill(user, table.offsets[user]!, table.offsets[user + 1]!);
  return keepWhere(table, (position) => isKept(users[position]!));
}
