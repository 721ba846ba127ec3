import { Random } from "#base";
import { historyOf, type Interactions, keepWhere } from "#sequences";

/**
 * @file Divisions of a table of engagements. Every function keeps the order of each person's rows and the row numbers
 * of people and items: a division only says which engagements are known and which are asked for.
 */

/** Each person's first engagement with each item: what was seen before is no news to recommend. The table itself without repeats. */
export function withoutRepeats(table: Interactions): Interactions {
  const lastUser = new Int32Array(table.itemCount).fill(-1);
  const isRepeat = new Uint8Array(table.itemRows.length);
  let repeats = 0;
  for (let user = 0; user < table.userCount; user++)
    for (let position = table.offsets[user]!; position < table.offsets[user + 1]!; position++) {
      const item = table.itemRows[position]!;
      if (lastUser[item] === user) {
        isRepeat[position] = 1;
        repeats++;
      }
      lastUser[item] = user;
    }
  return repeats === 0 ? table : keepWhere(table, (position) => isRepeat[position] === 0);
}

/** A held-out part: the item rows asked for, by user row. */
export interface HeldOut {
  readonly train: Interactions;
  readonly asked: ReadonlyMap<number, Uint32Array>;
}

/** Holds out the last engagement of everyone who has at least `minimum`. O(n). */
export function holdOutLast(table: Interactions, minimum: number): HeldOut {
  const asked = new Map<number, Uint32Array>();
  const isHeld = new Uint8Array(table.itemRows.length);
  for (let user = 0; user < table.userCount; user++) {
    const { itemRows } = historyOf(table, user);
    if (itemRows.length < minimum) continue;
    isHeld[table.offsets[user + 1]! - 1] = 1;
    asked.set(user, itemRows.slice(-1));
  }
  return { train: keepWhere(table, (position) => isHeld[position] === 0), asked };
}

/**
 * Holds out a random `share` of everyone's engagements, at least one of each person's staying. Shares that are no whole
 * number are rounded so that the total is ceil(share x n) where the people allow it: everyone loses the floor, the
 * largest remainders one more (ties seeded), which is how scikit-learn's stratified split allots. O(n + people log
 * people).
 */
export function holdOutShare(table: Interactions, share: number, seed: number): HeldOut {
  const counts = allot(table, share, seed);
  const asked = new Map<number, Uint32Array>();
  const isHeld = new Uint8Array(table.itemRows.length);
  for (let user = 0; user < table.userCount; user++) {
    const count = counts[user]!;
    if (count === 0) continue;
    const from = table.offsets[user]!;
    const size = table.offsets[user + 1]! - from;
    const positions = Random.of(seed, `held-out/${user}`)
      .shuffle(Uint32Array.from({ length: size }, (_, place) => from + place))
      .slice(0, count);
    for (const position of positions) isHeld[position] = 1;
    asked.set(
      user,
      positions.map((position) => table.itemRows[position]!),
    );
  }
  return { train: keepWhere(table, (position) => isHeld[position] === 0), asked };
}

/** More than the error of a product of a share and a count. */
const ROUNDING = 1e-9;

/** How many engagements each person loses. */
function allot(table: Interactions, share: number, seed: number): Uint32Array {
  const counts = new Uint32Array(table.userCount);
  const remainders = new Float64Array(table.userCount);
  const eligible: number[] = [];
  let missing = 0;
  for (let user = 0; user < table.userCount; user++) {
    const size = table.offsets[user + 1]! - table.offsets[user]!;
    const whole = Math.floor(share * size + ROUNDING);
    const remainder = share * size - whole;
    counts[user] = Math.min(whole, Math.max(0, size - 1));
    remainders[user] = remainder;
    missing += remainder;
    if (remainder > ROUNDING && size > whole + 1) eligible.push(user);
  }
  const ties = Random.of(seed, "held-out/ties").shuffle(
    Uint32Array.from({ length: table.userCount }, (_, user) => user),
  );
  eligible.sort((left, right) => remainders[right]! - remainders[left]! || ties[left]! - ties[right]!);
  for (const user of eligible.slice(0, Math.ceil(missing - ROUNDING * table.userCount))) counts[user]!++;
  return counts;
}
