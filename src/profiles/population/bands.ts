/** Bands of a number, each `[name, least]`, ascending: a value is of the last whose least it reaches. */
type Bands = readonly (readonly [name: string, least: number])[];

/** Days since the first event. */
export const tenureBands = [
  ["0-6", 0],
  ["7-27", 7],
  ["28-89", 28],
  ["90-364", 90],
  ["365+", 365],
] as const satisfies Bands;

/** Active days of the last 28: the bounds are those of the states. */
export const activityBands = [
  ["0", 0],
  ["1-3", 1],
  ["4-11", 4],
  ["12-28", 12],
] as const satisfies Bands;

export type TenureBand = (typeof tenureBands)[number][0];
export type ActivityBand = (typeof activityBands)[number][0];

export function bandOf<Name extends string>(
  bands: readonly (readonly [name: Name, least: number])[],
  value: number,
): Name {
  return bands.findLast(([, least]) => least <= value)?.[0] ?? bands[0]![0]; // there is a first
}
