import { Random } from "#base";
import type { Dataset, DatasetContents, GivenSplit } from "./dataset.ts";
import { EngagementList } from "./engagement-list.ts";
import { interactionsOf } from "./interactions-of.ts";
import { listSplit } from "./list-split.ts";
import { ncfSplit } from "./ncf-split.ts";
import { eachNumberRow } from "./number-rows.ts";
import { Rejections } from "./rejections.ts";
import { type SourceFile, SourceFolder } from "./source-folder.ts";
import { Vocabulary } from "./vocabulary.ts";

/**
 * Pinterest boards and the pins saved to them (Geng et al., ICCV 2015; the subset of NCF with at least 20 pins). Ids
 * are NCF's. Reads NCF's own `pinterest-20.train.rating` and `.test.rating` (55,187 users), or `ncf_prefix_train.tsv`
 * and `ncf_prefix_test.tsv` (the same pairs for users 0..37500). A pin saved several times counts once.
 *
 * The source has no times and, but for one pin, no order: NCF's held-out pin is the person's latest, so it comes last.
 * The others lie sorted by id in the files, and ids grow as pins grow rare; they are shuffled here (always the same
 * way), for who took that for an order would hold out, or call recent, the rarest pins (popularity then reaches HR@10
 * .04 on a held-out last pin, and .28 on a random one).
 */
export const pinterest20: Dataset = {
  name: "pinterest-20",
  title: "Pinterest-20: pins saved by 37,501 (or all 55,187) people",
  source: "https://github.com/hexiangnan/neural_collaborative_filtering (Data/pinterest-20.*)",
  licence: "none stated by the publishers; the code it comes with is Apache-2.0",
  protocols: ["ncf", "split-full"],

  async load(folder, progress) {
    const files = new SourceFolder(folder);
    const rejections = new Rejections();
    progress({ stage: "reading pinterest-20", done: 0, total: 2 });
    const form = await findForm(files);
    const { users, items, pins } = readPins(form, rejections);
    const list = new EngagementList("order", ["save"]);
    for (const [user, pinsOfUser] of pins.entries())
      for (const item of pinsOfUser) list.push({ user, item, action: 0 });
    progress({ stage: "reading pinterest-20", done: 1, total: 2 });
    const contents: DatasetContents = {
      clock: "order",
      items: items.ids.map((id) => ({ itemId: String(id) })),
      users: users.ids.map((id) => ({ userId: `user-${id}`, traits: {} })),
      engagements: list.finish(),
      rejected: rejections.summary(),
      given: {},
    };
    const given = await readGiven(files, form, contents, { users, items }, rejections);
    progress({ stage: "reading pinterest-20", done: 2, total: 2 });
    return { ...contents, given, rejected: rejections.summary() };
  },
};

interface Form {
  readonly train: SourceFile;
  readonly test: SourceFile;
  readonly hasHeader: boolean;
}

async function findForm(files: SourceFolder): Promise<Form> {
  const train = await inNcf(files, "train.rating");
  const test = await inNcf(files, "test.rating");
  if (train && test) return { train, test, hasHeader: false };
  const prefixTrain = await files.find("ncf_prefix_train.tsv");
  const prefixTest = await files.find("ncf_prefix_test.tsv");
  if (prefixTrain && prefixTest) return { train: prefixTrain, test: prefixTest, hasHeader: true };
  throw files.missing(
    pinterest20,
    "both pinterest-20.train.rating and pinterest-20.test.rating, or both ncf_prefix_train.tsv and ncf_prefix_test.tsv",
  );
}

interface Pins {
  readonly users: Vocabulary<number>;
  readonly items: Vocabulary<number>;
  /** User row -> item rows: shuffled, but the held-out one last. */
  readonly pins: readonly Uint32Array[];
}

function readPins(form: Form, rejections: Rejections): Pins {
  const users = new Vocabulary<number>();
  const items = new Vocabulary<number>();
  const known: Set<number>[] = [];
  const latest: number[] = [];
  const format = { separators: "\t ", minColumns: 3, maxColumns: 4, hasHeader: form.hasHeader };
  for (const part of [form.train, form.test])
    eachNumberRow(part, format, rejections, (row) => {
      const user = users.rowOf(row[0]!);
      const item = items.rowOf(row[1]!);
      known[user] ??= new Set();
      if (part === form.test) latest[user] = item;
      known[user].add(item);
      return undefined;
    });
  const pins = known.map((itemsOfUser, user) => {
    const last = latest[user];
    if (last !== undefined) itemsOfUser.delete(last);
    const shuffled = Random.of(0, `pinterest-20/${users.ids[user]}`).shuffle(Uint32Array.from(itemsOfUser));
    return last === undefined ? shuffled : Uint32Array.of(...shuffled, last);
  });
  return { users, items, pins };
}

function inNcf(files: SourceFolder, name: string): Promise<SourceFile | undefined> {
  return files.find(`pinterest-20.${name}`, `ncf/pinterest-20.${name}`, `Data/pinterest-20.${name}`);
}

/** HMGCN's 80/20 split carries NCF's ids (users 0..37500), so its rows are the set's own. */
async function readGiven(
  files: SourceFolder,
  form: Form,
  contents: DatasetContents,
  ids: { readonly users: Vocabulary<number>; readonly items: Vocabulary<number> },
  rejections: Rejections,
): Promise<Record<string, GivenSplit>> {
  const rows = {
    userRow: (user: number) => ids.users.find(user),
    itemRow: (item: number) => ids.items.find(item),
  };
  const testNegative = await inNcf(files, "test.negative");
  const ncfFiles = { testRating: form.test, hasHeader: form.hasHeader, testNegative };
  const ncf = ncfSplit(interactionsOf(contents), ncfFiles, rows, rejections);
  const train = await files.find("hmgcn_train.txt", "train.txt");
  const test = await files.find("hmgcn_test.txt", "test.txt");
  if (!train || !test) return { ncf };
  const sizes = { userCount: contents.users.length, itemCount: contents.items.length };
  return { ncf, "split-full": listSplit({ train, test }, { ...rows, ...sizes }, rejections) };
}
