import { DAY_MS, HOUR_MS, type ItemRow, MINUTE_MS, Random, SECOND_MS } from "#base";
import type { Condition, Interactions } from "#sequences";

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
  return peopleWho(
    (random) => {
      const [loved, loathed] = random.shuffle([0, 1, 2]);
      return () => ({ loved, loathed, about: 0 });
    },
    { people, lists, seed },
  );
}

/** What lists of searchers are about: of each kind, in this order, a text, its tag, and an item of it. */
export const CONDITIONS: readonly (Condition | undefined)[] = [
  undefined,
  ...COLOURS.flatMap((colour, kind): Condition[] => [
    { kind: "text", text: `Something ${colour.toUpperCase()}, perhaps` },
    { kind: "topic", topic: colour },
    { kind: "item", itemRow: kind as ItemRow },
  ]),
];

/** Each list is about something, and people save what is of the kind it is about, whatever they did before. */
export function plantedSearchers(people: number, lists: number, seed = 3): Interactions {
  const wishes = (random: Random) => () => {
    const about = 1 + random.integer(CONDITIONS.length - 1);
    return { loved: Math.floor((about - 1) / 3), loathed: undefined, about };
  };
  const { impressions, ...data } = peopleWho(wishes, { people, lists, seed });
  return { ...data, impressions: { ...impressions!, conditions: CONDITIONS } };
}

/** What somebody wants of one list. */
interface Wish {
  readonly loved: number | undefined;
  readonly loathed: number | undefined;
  readonly about: number;
}

interface Planted {
  readonly people: number;
  readonly lists: number;
  readonly seed: number;
}

/** @param wishesOf is asked once a person, what it gives once a list */
function peopleWho(wishesOf: (random: Random) => () => Wish, { people, lists, seed }: Planted): Interactions {
  const random = Random.of(seed, "planted people");
  const wanted: Deed[][] = [];
  const shown: Deed[][] = [];
  const rejected: Deed[][] = [];
  for (let person = 0; person < people; person++) {
    const wish = wishesOf(random);
    const own = { wanted: [] as Deed[], shown: [] as Deed[], rejected: [] as Deed[] };
    for (let list = 0; list < lists; list++) {
      const { loved, loathed, about } = wish();
      const startMs = 20_000 * DAY_MS + list * DAY_MS + random.integer(20) * HOUR_MS;
      const items = random.shuffle([0, 1, 2, 0, 1, 2].map((kind) => 3 * random.integer(ITEMS / 3) + kind));
      for (const [place, item] of [...new Set(items)].entries()) {
        const timeMs = startMs + place * SECOND_MS;
        own.shown.push({ item, timeMs, action: 0, slate: person * lists + list + 1, about });
        const then = { item, timeMs: startMs + MINUTE_MS + place * SECOND_MS, slate: 0, about: 0 };
        if (item % 3 === loved && random.chance(0.7)) own.wanted.push({ ...then, action: SAVE });
        if (item % 3 === loathed && random.chance(0.5)) own.rejected.push({ ...then, action: HIDE });
      }
    }
    wanted.push(own.wanted);
    shown.push(own.shown);
    rejected.push(own.rejected);
  }
  const sizes = { userCount: people, itemCount: ITEMS };
  const { slates: _w, abouts: _a, ...engagements } = columnsOf(wanted);
  const { slates: _r, abouts: _b, ...rejections } = columnsOf(rejected);
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
  readonly about: number;
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
    abouts: Uint32Array.from(deeds, ({ about }) => about),
  };
}
