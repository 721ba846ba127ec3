import { type Interaction, packInteractions } from "#sequences";
import type { GivenCase, GivenSplit } from "./dataset.ts";
import { parseJson } from "./json-file.ts";
import { eachNumberRow } from "./number-rows.ts";
import type { Rejections } from "./rejections.ts";
import type { SourceFile } from "./source-folder.ts";

/**
 * @file Splits in LightGCN's format (He et al., SIGIR 2020): a train and a test file of lines `user item item ...`.
 * Order within a line carries no meaning.
 *
 * **Repeats.** An item listed twice for a person in one file counts once. The published evaluations of the Pinterest
 * split count it twice in recall's denominator (HMGCN's `procedure.py` takes the degree with repeats); 1,076 of its
 * 219,967 test pairs are repeats, so our recall reads at most 0.5 % (relative) higher than theirs.
 *
 * **Items in both files** (8,743 pairs of Pinterest) stay among the positives: the published evaluations mask train
 * items when ranking, so such a positive can never be hit, yet it counts in the denominator. We do the same.
 */
export interface ListFiles {
  readonly train: SourceFile;
  readonly test: SourceFile;
  /** JSON array: position = user, value = items; or a list file. */
  readonly validation?: SourceFile | undefined;
}

/** How the publishers' ids become rows; undefined for an id that is not known. */
export interface ListIds {
  readonly userRow: (user: number) => number | undefined;
  readonly itemRow: (item: number) => number | undefined;
  /** Sizes of the tables; the highest row seen + 1 when absent. */
  readonly userCount?: number;
  readonly itemCount?: number;
}

/** Ids that are rows already; one that no table could hold is taken for damage. */
export const ownRows: ListIds = { userRow: plausibleRow, itemRow: plausibleRow };

function plausibleRow(id: number): number | undefined {
  return Number.isInteger(id) && id >= 0 && id < 2 ** 24 ? id : undefined;
}

/** Reads the split; lines with unknown ids are counted in `rejections` and dropped. */
export function listSplit(files: ListFiles, ids: ListIds, rejections: Rejections): GivenSplit {
  const train = readLists(files.train, ids, rejections);
  const cases = readLists(files.test, ids, rejections);
  const validation = files.validation && readLists(files.validation, ids, rejections);
  const all = [train, cases, validation ?? []].flat();
  const userCount = ids.userCount ?? 1 + all.reduce((highest, { user }) => Math.max(highest, user), -1);
  const itemCount =
    ids.itemCount ?? 1 + all.reduce((highest, { positives }) => highestOf(positives, highest), -1);
  return {
    train: packInteractions([...engagementsOf(train)], userCount, itemCount),
    cases: cases.filter(({ positives }) => positives.length > 0),
    ...(validation && { validation: validation.filter(({ positives }) => positives.length > 0) }),
    leftOut: 0,
  };
}

const ANY = Number.POSITIVE_INFINITY;

function* engagementsOf(lists: readonly GivenCase[]): Generator<Interaction> {
  for (const { user, positives } of lists) for (const item of positives) yield { user, item };
}

function readLists(file: SourceFile, ids: ListIds, rejections: Rejections): GivenCase[] {
  if (/\.json(\.gz)?$/.test(file.name)) return readJsonLists(file, ids, rejections);
  const lists: GivenCase[] = [];
  const format = { separators: " \t", minColumns: 1, maxColumns: ANY, idColumns: ANY };
  eachNumberRow(file, format, rejections, (row) => addList(lists, row[0]!, row.slice(1), ids));
  return lists;
}

/** LCFN's `validation_data.json`: one array of items per user. */
function readJsonLists(file: SourceFile, ids: ListIds, rejections: Rejections): GivenCase[] {
  const lists: GivenCase[] = [];
  const parsed = parseJson(file, rejections);
  if (parsed === undefined) return lists;
  if (!Array.isArray(parsed)) {
    rejections.add(file.name, 1, "expected an array of arrays of item numbers");
    return lists;
  }
  for (const [user, items] of parsed.entries()) {
    const reason = isNumbers(items)
      ? addList(lists, user, items, ids)
      : `user ${user}: expected item numbers`;
    if (reason !== undefined) rejections.add(file.name, 1, reason);
  }
  return lists;
}

function addList(
  lists: GivenCase[],
  user: number,
  items: readonly number[],
  ids: ListIds,
): string | undefined {
  const userRow = ids.userRow(user);
  if (userRow === undefined) return `unknown user ${user}`;
  const rows = new Set<number>();
  for (const item of items) {
    const itemRow = ids.itemRow(item);
    if (itemRow === undefined) return `unknown item ${item}`;
    rows.add(itemRow);
  }
  lists.push({ user: userRow, positives: Uint32Array.from(rows) });
  return undefined;
}

function isNumbers(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((entry) => typeof entry === "number");
}

function highestOf(rows: Uint32Array, floor: number): number {
  return rows.reduce((highest, row) => Math.max(highest, row), floor);
}
