import type { ItemResponse } from "#api";
import { hueOfAction } from "../../words/palette.ts";

type Days = NonNullable<ItemResponse["engagement"]>["days"];
const DAY_S = 86_400;

export type Daily = ReturnType<typeof daily>;

/** Every day from the first to the last, also those on which nothing happened. */
export function daily(days: Days) {
  const counts = new Map(days.map(({ day, counts: ofDay }) => [Date.parse(day) / 1000, ofDay]));
  const [first = 0, last = -1] = [[...counts.keys()][0], [...counts.keys()].at(-1)];
  const at = Array.from({ length: Math.round((last - first) / DAY_S) + 1 }, (_, n) => first + n * DAY_S);
  const totals = new Map<string, number>();
  for (const { counts: ofDay } of days)
    for (const [name, count] of Object.entries(ofDay)) totals.set(name, (totals.get(name) ?? 0) + count);
  const names = [...totals].sort(([, left], [, right]) => left - right).map(([name]) => name);
  return {
    at: days.length === 0 ? [] : at,
    series: names.map((name) => ({
      name,
      hue: hueOfAction(name),
      values: at.map((day) => counts.get(day)?.[name] ?? 0),
    })),
  };
}
