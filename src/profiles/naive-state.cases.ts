/** @file The rules of user states, one day at a time, as they are said: what the quick ones are held against. */
export function naiveState(days: readonly number[], day: number): string | undefined {
  const first = days[0];
  if (first === undefined || first > day) return undefined;
  const was = new Set(days);
  const activeOn = (at: number): number =>
    Array.from({ length: 28 }, (_, back) => was.has(at - back)).filter(Boolean).length;
  const active = activeOn(day);
  if (active === 0) return "dormant";
  if (day - first < 28) return "new";
  for (let back = 0; back < 28; back++)
    if (day - back > first && activeOn(day - back) === 0) return "resurrected";
  // Active again on the very day after 28 silent ones: dormant the day before the window began.
  if (activeOn(day - 28) === 0) return "resurrected";
  return active >= 12 ? "core" : active >= 4 ? "casual" : "marginal";
}

/** Whether somebody came down, week by week as the rule is said: quarters of 13 weeks, the last of which ends with `day`. */
export function naiveDowngrade(days: readonly number[], day: number): boolean {
  const activeWeeks = (first: number): number =>
    Array.from({ length: 13 }, (_, week) => first + 7 * week).filter((begin) =>
      days.some((active) => active >= begin && active < begin + 7),
    ).length;
  const [before, last] = [activeWeeks(day - 181), activeWeeks(day - 90)];
  return before >= 6 && last <= before - 3;
}
