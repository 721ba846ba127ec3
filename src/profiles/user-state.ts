import { assert } from "#base";
import { countUpTo } from "#numeric";

/** How a person uses the product. */
export const userStates = ["new", "core", "casual", "marginal", "dormant", "resurrected"] as const;
export type UserState = (typeof userStates)[number];

/** Days without anything after which a person is dormant, and in which they are new or resurrected (Pinterest Growth: 28). */
export const STATE_DAYS = 28;
/** Active days of the last 28: three a week make somebody core, one a week casual. */
export const CORE_DAYS = 12;
export const CASUAL_DAYS = 4;

/**
 * @file User states by the 28-day rules (Pinterest Growth; `field` words: new, core, casual, marginal, dormant, resurrected). A day is a
 * UTC day since the epoch. With `a` the person's active days among the last 28, this one included:
 *
 *     dormant      a = 0
 *     new          the first active day ever is among them
 *     resurrected  otherwise, and the active stretch they are in (no 28 days without any) began among them
 *     core         otherwise, a >= 12;  casual  a >= 4;  marginal  fewer
 */

/**
 * State on a day; `undefined` before the first active day.
 * @param activeDays days with any event, ascending, each once; later ones do not count
 * @param firstDay the first day ever, where `activeDays` may not reach back to it
 */
export function userStateOn(
  activeDays: readonly number[],
  day: number,
  firstDay = activeDays[0],
): UserState | undefined {
  if (firstDay === undefined || firstDay > day) return undefined;
  const until = countUpTo(activeDays, day);
  const active = until - countUpTo(activeDays, day - STATE_DAYS);
  if (active === 0) return "dormant";
  if (firstDay > day - STATE_DAYS) return "new";
  if (stretchBegin(activeDays, until, firstDay) > day - STATE_DAYS) return "resurrected";
  if (active >= CORE_DAYS) return "core";
  return active >= CASUAL_DAYS ? "casual" : "marginal";
}

/** First day of the stretch, without 28 silent days, that ends with active day `until - 1`. */
function stretchBegin(activeDays: readonly number[], until: number, firstDay: number): number {
  let at = until - 1;
  assert(at >= 0, "there was an active day");
  while (at > 0 && activeDays[at]! - activeDays[at - 1]! <= STATE_DAYS) at--;
  const begin = activeDays[at]!;
  return at === 0 && begin - firstDay <= STATE_DAYS ? firstDay : begin;
}

const QUARTER_WEEKS = 13;

/**
 * Whether somebody came down: active in at least 6 weeks of the quarter before the last one, and in at least 3 fewer of the last
 * (Pinterest Growth's downgrade). Quarters are 13 weeks, the last ends with `day`.
 */
export function isDowngraded(activeDays: readonly number[], day: number): boolean {
  const weeks = (endDay: number): number =>
    new Set(
      activeDays
        .filter((active) => active <= endDay && active > endDay - 7 * QUARTER_WEEKS)
        .map((active) => Math.floor((endDay - active) / 7)),
    ).size;
  const before = weeks(day - 7 * QUARTER_WEEKS);
  return before >= 6 && before - weeks(day) >= 3;
}
