import type { ItemInput } from "#api";
import type { Dataset, DatasetContents, DatasetUser, GivenSplit } from "./dataset.ts";
import { interactionsOf } from "./interactions-of.ts";
import { listSplit, ownRows } from "./list-split.ts";
import { type MovieLensRatings, readRatings } from "./ml-1m-ratings.ts";
import { factsOfMovie, MOVIELENS_LICENCE, type MovieFacts, readFacts, traitsOfPerson } from "./movielens.ts";
import { ncfSplit } from "./ncf-split.ts";
import { Rejections } from "./rejections.ts";
import { type SourceFile, SourceFolder } from "./source-folder.ts";

/**
 * MovieLens-1M. Reads, in this order of preference: `ratings.dat` (the original: real times, ratings);
 * `interactions.tsv` (the order of SASRec's file, items with at least five ratings, liked or not); NCF's
 * `ml-1m.train.rating` and `.test.rating` (real times, ratings, NCF's ids). Items are the movies with an engagement:
 * 3,706 in the original, 3,416 in SASRec's file, which most published next-item figures rank; the two differ in the
 * order of equal times too, so compare with care. `movies.dat` and `users.dat` name things where present.
 *
 * Split `ncf`: NCF's user u is the original user u + 1. NCF numbered items by first appearance in `ratings.dat`;
 * without that file `ncf_item_map.tsv` says which item is which, and 19 of the 6,040 held-out items cannot be matched.
 * Split `split-full`: LCFN's 80/10/10 (Yu and Qin, ICML 2020), in LCFN's own rows.
 */
export const ml1m: Dataset = {
  name: "ml-1m",
  title: "MovieLens 1M: one million movie ratings",
  source: "https://grouplens.org/datasets/movielens/1m/",
  licence: MOVIELENS_LICENCE,
  protocols: ["loo-full", "ncf", "split-full", "cold-start", "new-items"],

  async load(folder, progress) {
    const files = new SourceFolder(folder);
    const rejections = new Rejections();
    const tell = (done: number) => progress({ stage: "reading ml-1m", done, total: 3 });
    tell(0);
    const ratings = await readRatings(files, rejections);
    if (!ratings)
      throw files.missing(
        ml1m,
        "ratings.dat, or interactions.tsv, or both ml-1m.train.rating and ml-1m.test.rating",
      );
    tell(1);
    const movies = readFacts(await files.find("movies.dat"), MOVIES, rejections, ([, title, genres]) =>
      factsOfMovie(title!, genres!.split("|")),
    );
    const people = readFacts(
      await files.find("users.dat"),
      PEOPLE,
      rejections,
      ([, gender, age, occupation]) => traitsOfPerson(age!, gender!, OCCUPATIONS[Number(occupation)] ?? ""),
    );
    tell(2);
    const loaded = { ...contentsOf(ratings, movies, people), rejected: rejections.summary(), given: {} };
    const given = await readGiven(files, ratings, loaded, rejections);
    tell(3);
    return { ...loaded, given, rejected: rejections.summary() };
  },
};

const MOVIES = { separator: "::", encoding: "latin1", columns: 3 } as const;
const PEOPLE = { separator: "::", encoding: "latin1", columns: 4 } as const;

/** Occupation code -> word, from the README of ML-1M. */
const OCCUPATIONS = [
  "other",
  "academic/educator",
  "artist",
  "clerical/admin",
  "college/grad student",
  "customer service",
  "doctor/health care",
  "executive/managerial",
  "farmer",
  "homemaker",
  "K-12 student",
  "lawyer",
  "programmer",
  "retired",
  "sales/marketing",
  "scientist",
  "self-employed",
  "technician/engineer",
  "tradesman/craftsman",
  "unemployed",
  "writer",
] as const;

function contentsOf(
  ratings: MovieLensRatings,
  movies: ReadonlyMap<number, MovieFacts>,
  people: ReadonlyMap<number, DatasetUser["traits"]>,
): Pick<DatasetContents, "clock" | "items" | "users" | "engagements"> {
  const items: ItemInput[] = ratings.items.ids.map((id) => ({
    itemId: ratings.itemIdOf(id),
    ...ratings.movieOf(id, movies),
  }));
  const users = ratings.users.ids.map((id) => ({ userId: String(id), traits: people.get(id) ?? {} }));
  return { clock: ratings.clock, items, users, engagements: ratings.engagements };
}

async function readGiven(
  files: SourceFolder,
  ratings: MovieLensRatings,
  contents: DatasetContents,
  rejections: Rejections,
): Promise<Record<string, GivenSplit>> {
  const inNcf = (name: string): Promise<SourceFile | undefined> =>
    files.find(`ncf/ml-1m.${name}`, `ml-1m.${name}`, `Data/ml-1m.${name}`);
  const testRating = await inNcf("test.rating");
  const testNegative = await inNcf("test.negative");
  const inLcfn = (...names: string[]) =>
    files.find(...names.flatMap((name) => [`lcfn_split/${name}`, `lcfn/${name}`]));
  const train = await inLcfn("train.txt");
  const test = await inLcfn("test.txt");
  const validation = await inLcfn("validation_data.json", "validation.txt");
  const ncfIds = {
    userRow: (ncfUser: number) => ratings.users.find(ncfUser + 1),
    itemRow: ratings.rowOfNcfItem,
  };
  return {
    ...(testRating &&
      ratings.rowOfNcfItem(0) !== undefined && {
        ncf: ncfSplit(interactionsOf(contents), { testRating, testNegative }, ncfIds, rejections),
      }),
    ...(train && test && { "split-full": listSplit({ train, test, validation }, ownRows, rejections) }),
  };
}
