import type { Dataset } from "./dataset.ts";
import { EngagementList } from "./engagement-list.ts";
import {
  actionOfRating,
  factsOf,
  factsOfMovie,
  MOVIELENS_ACTIONS,
  MOVIELENS_LICENCE,
  type MovieFacts,
  ratingWrong,
  readFacts,
  traitsOfPerson,
} from "./movielens.ts";
import { eachNumberRow } from "./number-rows.ts";
import { Rejections } from "./rejections.ts";
import { SourceFolder } from "./source-folder.ts";
import { Vocabulary } from "./vocabulary.ts";

/**
 * MovieLens-100K: `u.data`, `u.item`, `u.user` as GroupLens publishes them, or RecBole's `ml-100k.inter`, `.item`,
 * `.user`. Real times, ratings, titles, genres, and who the people are.
 */
export const ml100k: Dataset = {
  name: "ml-100k",
  title: "MovieLens 100K: movie ratings with real times, genres and demographics",
  source: "https://grouplens.org/datasets/movielens/100k/",
  licence: MOVIELENS_LICENCE,
  protocols: [
    ...["loo-full", "ncf", "split-full", "staleness-once", "staleness-daily", "staleness-now"],
    ...["cold-start", "new-items"],
  ],

  async load(folder, progress) {
    const files = new SourceFolder(folder);
    const rejections = new Rejections();
    progress({ stage: "reading ml-100k", done: 0, total: 1 });
    const ratings = await files.find("u.data", "ml-100k.inter");
    if (!ratings) throw files.missing(ml100k, "u.data, or ml-100k.inter");
    const users = new Vocabulary<number>();
    const items = new Vocabulary<number>();
    const list = new EngagementList("utc", MOVIELENS_ACTIONS);
    const hasHeader = ratings.name.startsWith("ml-100k.inter");
    const format = { separators: "\t ", minColumns: 4, maxColumns: 4, hasHeader };
    eachNumberRow(ratings, format, rejections, (row) => {
      const [user, movie, rating, timestampS] = row as [number, number, number, number]; // the format says 4
      const reason = ratingWrong(rating);
      if (reason === undefined)
        list.push({
          user: users.rowOf(user),
          item: items.rowOf(movie),
          action: actionOfRating(rating),
          timestampMs: timestampS * 1000,
          value: rating,
        });
      return reason;
    });
    const movies = await readMovies(files, rejections);
    const people = await readPeople(files, rejections);
    progress({ stage: "reading ml-100k", done: 1, total: 1 });
    return {
      clock: "utc",
      items: items.ids.map((id) => ({ itemId: String(id), ...movies.get(id) })),
      users: users.ids.map((id) => ({ userId: String(id), traits: people.get(id) ?? {} })),
      engagements: list.finish(),
      rejected: rejections.summary(),
      given: {},
    };
  },
};

/** The 19 genre columns of `u.item`, in order. */
const GENRES =
  "unknown|Action|Adventure|Animation|Children's|Comedy|Crime|Documentary|Drama|Fantasy|Film-Noir|Horror|Musical|Mystery|Romance|Sci-Fi|Thriller|War|Western".split(
    "|",
  );
const FIRST_GENRE = 5;

async function readMovies(files: SourceFolder, rejections: Rejections): Promise<Map<number, MovieFacts>> {
  const original = await files.find("u.item");
  const columns = FIRST_GENRE + GENRES.length;
  if (original)
    return readFacts(original, { separator: "|", encoding: "latin1", columns }, rejections, (fields) =>
      factsOfMovie(
        fields[1]!,
        GENRES.filter((_, genre) => fields[FIRST_GENRE + genre] === "1"),
      ),
    );
  const recbole = await files.find("ml-100k.item");
  const format = { separator: "\t", encoding: "utf8", columns: 4, hasHeader: true } as const;
  return readFacts(recbole, format, rejections, ([, title, year, genres]) =>
    factsOf(title!, year, genres!.split(" ")),
  );
}

async function readPeople(files: SourceFolder, rejections: Rejections) {
  const original = await files.find("u.user");
  const recbole = original ? undefined : await files.find("ml-100k.user");
  const format = original
    ? ({ separator: "|", encoding: "latin1", columns: 4 } as const)
    : ({ separator: "\t", encoding: "utf8", columns: 4, hasHeader: true } as const);
  return readFacts(original ?? recbole, format, rejections, ([, age, gender, occupation]) =>
    traitsOfPerson(age!, gender!, occupation === "none" ? "" : occupation!),
  );
}
