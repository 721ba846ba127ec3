import { DAY_MS, HOUR_MS, MINUTE_MS, Random, SECOND_MS } from "#base";
import type { Interactions } from "#sequences";

/** @file People whose right answer can be said in a sentence, in the form that a log gives: engagements, impressions, rejections. */

export const ACTIONS = ["", "save", "hide"];
const SAVE = 1;
const HIDE = 2;
const ITEMS = 60;
const COLOURS = ["red", "green", "blue"];

/**
 * Items are of three kinds, `row % 3`, which their tags say. Everybody saves what is of the kind they saved first and hides what is of the kind they hid first; each is shown
 * lists of six, two of each kind. Until somebody has done anything nothing can be told.
 */
export function plantedPeople(people: number, lists: number, seed = 3): Interactions {
  const random = Random.of(seed, "planted people");
  const wanted: Deed[][] = [];
  const shown: Deed[][] = [];
  const rejected: Deed[][] = [];
  for (let person = 0; person < people; person++) {
    const [loved, loathed] = random.shuffle([0, 1, 2]);
    const own = { wanted: [] as Deed[], shown: [] as Deed[], rejected: [] as Deed[] };
    for (let list = 0; list < lists; list++) {
      const startMs = 20_000 * DAY_MS + list * DAY_MS + random.integer(20) * HOUR_MS;
      const items = random.shuffle([0, 1, 2, 0, 1, 2].map((kind) => 3 * random.integer(ITEMS / 3) + kind));
      for (const [place, item] of [...new Set(items)].entries()) {
        const timeMs = startMs + place * SECOND_MS;
        own.shown.push({ item, timeMs, action: 0, slate: person * lists + list + 1 });
        const then = { item, timeMs: startMs + MINUTE_MS + place * SECOND_MS, slate: 0 };
        if (item % 3 === loved && random.chance(0.7)) own.wanted.push({ ...then, action: SAVE });
        if (item % 3 === loathed && random.chance(0.5)) own.rejected.push({ ...then, action: HIDE });
      }
    }
    wanted.push(own.wanted);
    shown.push(own.shown);
    rejected.push(own.rejected);
  }
  const sizes = { userCount: people, itemCount: ITEMS };
  const { slates: _w, ...engagements } = columnsOf(wanted);
  const { slates: _r, ...rejections } = columnsOf(rejected);
  return {
    ...sizes,
    ...engagements,
    weights: new Float32Array(engagements.itemRows.length).fill(2),
    actionNames: ACTIONS,
    surfaceNames: ["", "home"],
    items: Array.from({ length: ITEMS }, (_, item) => ({ tags: [COLOURS[item % 3]!] })),
    impressions: { ...sizes, ...columnsOf(shown) },
    rejections: { ...sizes, ...rejections },
  };
}

interface Deed {
  readonly item: number;
  readonly timeMs: number;
  readonly action: number;
  readonly slate: number;
}

function columnsOf(lists: readonly Deed[][]) {
  const offsets = new Uint32Array(lists.length + 1);
  for (const [row, list] of lists.entries()) offsets[row + 1] = offsets[row]! + list.length;
  const deeds = lists.flat();
  return {
    offsets,
    itemRows: Uint32Array.from(deeds, ({ item }) => item),
    timestampsMs: Float64Array.from(deeds, ({ timeMs }) => timeMs),
    actions: Uint8Array.from(deeds, ({ action }) => action),
    surfaces: new Uint8Array(deeds.length).fill(1),
    slates: Uint32Array.from(deeds, ({ slate }) => slate),
  };
}
