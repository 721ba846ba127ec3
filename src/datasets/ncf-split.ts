import { type Interactions, keepWhere } from "#sequences";
import type { GivenCase, GivenSplit } from "./dataset.ts";
import { eachNumberRow } from "./number-rows.ts";
import type { Rejections } from "./rejections.ts";
import type { SourceFile } from "./source-folder.ts";

/**
 * @file The leave-one-out split of NCF (He et al., "Neural Collaborative Filtering", WWW 2017, section 4.1): one
 * held-out item per person in `*.test.rating` and 99 items the person never touched in `*.test.negative`.
 */
export interface NcfFiles {
  /** `user item ...` in NCF's own 0-based ids. */
  readonly testRating: SourceFile;
  readonly hasHeader?: boolean;
  /** `(user,item) negative negative ...`; the protocol draws negatives itself when absent. */
  readonly testNegative?: SourceFile | undefined;
}

/** How NCF's ids read in the loaded set; undefined where no row is known. */
export interface NcfIds {
  readonly userRow: (ncfUser: number) => number | undefined;
  readonly itemRow: (ncfItem: number) => number | undefined;
}

/**
 * Train is `everything` less the held-out engagements. A held-out item that is unknown or not in the person's history
 * is left out and counted in `leftOut`, its person's history staying in train. A negative that is unknown gets an item
 * row of its own after the known ones, so that every positive is ranked against all 99.
 */
export function ncfSplit(
  everything: Interactions,
  files: NcfFiles,
  ids: NcfIds,
  rejections: Rejections,
): GivenSplit {
  const coldItems = new ColdItems(everything.itemCount);
  const negatives = files.testNegative && readNegatives(files.testNegative, ids, coldItems, rejections);
  const heldOut = new Map<number, number>(); // user row -> position in `everything`
  const cases: GivenCase[] = [];
  let leftOut = 0;
  const format = {
    separators: "\t ",
    minColumns: 2,
    maxColumns: ANY,
    hasHeader: files.hasHeader ?? false,
  };
  eachNumberRow(files.testRating, format, rejections, (row) => {
    const user = ids.userRow(row[0]!);
    const item = ids.itemRow(row[1]!);
    const position = user === undefined || item === undefined ? -1 : lastPosition(everything, user, item);
    if (user === undefined || item === undefined || position < 0) {
      leftOut++;
      return undefined;
    }
    if (heldOut.has(user)) return `user ${row[0]} has a second held-out item`;
    const theirs = negatives?.get(user);
    heldOut.set(user, position);
    cases.push({ user, positives: Uint32Array.of(item), ...(theirs && { negatives: theirs }) });
    return undefined;
  });
  const itemCount = everything.itemCount + coldItems.count;
  const asked = new Set(heldOut.values());
  const train = keepWhere(everything, (position) => !asked.has(position));
  return { train: { ...train, itemCount }, cases, leftOut };
}

const ANY = Number.POSITIVE_INFINITY;

/** Rows for items that only NCF knows. */
class ColdItems {
  readonly #first: number;
  readonly #rows = new Map<number, number>();

  constructor(first: number) {
    this.#first = first;
  }

  get count(): number {
    return this.#rows.size;
  }

  rowOf(ncfItem: number): number {
    const row = this.#rows.get(ncfItem) ?? this.#first + this.#rows.size;
    this.#rows.set(ncfItem, row);
    return row;
  }
}

function readNegatives(
  file: SourceFile,
  ids: NcfIds,
  coldItems: ColdItems,
  rejections: Rejections,
): Map<number, Uint32Array> {
  const negatives = new Map<number, Uint32Array>();
  const format = { separators: "(),\t ", minColumns: 3, maxColumns: ANY, idColumns: ANY };
  eachNumberRow(file, format, rejections, (row) => {
    const user = ids.userRow(row[0]!);
    if (user === undefined) return undefined; // its held-out item is counted as left out
    const items = row.slice(2).map((ncfItem) => ids.itemRow(ncfItem) ?? coldItems.rowOf(ncfItem));
    negatives.set(user, Uint32Array.from(items));
    return undefined;
  });
  return negatives;
}

/** Where the person last engaged with the item, -1 when never. */
function lastPosition({ offsets, itemRows }: Interactions, user: number, item: number): number {
  for (let position = offsets[user + 1]! - 1; position >= offsets[user]!; position--)
    if (itemRows[position] === item) return position;
  return -1;
}
