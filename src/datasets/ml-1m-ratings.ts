import type { DatasetContents, Engagements } from "./dataset.ts";
import { EngagementList } from "./engagement-list.ts";
import {
  actionOfLiked,
  actionOfRating,
  MOVIELENS_ACTIONS,
  type MovieFacts,
  ratingWrong,
} from "./movielens.ts";
import { eachNumberRow } from "./number-rows.ts";
import type { Rejections } from "./rejections.ts";
import type { SourceFile, SourceFolder } from "./source-folder.ts";
import { Vocabulary } from "./vocabulary.ts";

/** The ratings of ML-1M, whichever of its three forms they came in. */
export interface MovieLensRatings {
  readonly clock: DatasetContents["clock"];
  /** Of the original user ids. */
  readonly users: Vocabulary<number>;
  /** Of the source's item ids: movie ids, or NCF's where no map to movies exists. */
  readonly items: Vocabulary<number>;
  readonly itemIdOf: (id: number) => string;
  readonly movieOf: (id: number, movies: ReadonlyMap<number, MovieFacts>) => MovieFacts | undefined;
  readonly engagements: Engagements;
  /** Item row of NCF's item, undefined where it cannot be told. */
  readonly rowOfNcfItem: (ncfItem: number) => number | undefined;
}

/** The best form present in the folder; undefined when none is complete. */
export async function readRatings(
  files: SourceFolder,
  rejections: Rejections,
): Promise<MovieLensRatings | undefined> {
  const original = await files.find("ratings.dat");
  if (original) return readOriginal(original, rejections);
  const sequence = await files.find("interactions.tsv");
  const map = await files.find("ncf_item_map.tsv");
  if (sequence) return readSequence(sequence, map, rejections);
  const train = await files.find("ml-1m.train.rating", "ncf/ml-1m.train.rating", "Data/ml-1m.train.rating");
  const test = await files.find("ml-1m.test.rating", "ncf/ml-1m.test.rating", "Data/ml-1m.test.rating");
  return train && test && readNcf([train, test], map, rejections);
}

/** `user::movie::rating::timestamp`. NCF numbered the items by first appearance here, as our rows do. */
function readOriginal(file: SourceFile, rejections: Rejections): MovieLensRatings {
  const users = new Vocabulary<number>();
  const items = new Vocabulary<number>();
  const list = new EngagementList("utc", MOVIELENS_ACTIONS);
  eachNumberRow(file, { separators: ":", minColumns: 4, maxColumns: 4 }, rejections, (row) => {
    const [user, movie, rating, timestampS] = row as [number, number, number, number]; // the format says 4
    return pushRating(list, users.rowOf(user), items.rowOf(movie), rating, timestampS);
  });
  return {
    clock: "utc",
    users,
    items,
    ...byMovieId,
    engagements: list.finish(),
    rowOfNcfItem: (ncfItem) => (ncfItem < items.ids.length ? ncfItem : undefined),
  };
}

/** `sas_user orig_user pos sas_item movie_id liked_ge4`, each person's rows in time order. */
function readSequence(
  file: SourceFile,
  map: SourceFile | undefined,
  rejections: Rejections,
): MovieLensRatings {
  const users = new Vocabulary<number>();
  const items = new Vocabulary<number>();
  const list = new EngagementList("order", MOVIELENS_ACTIONS);
  const format = { separators: "\t ", minColumns: 6, maxColumns: 6, idColumns: 6, hasHeader: true };
  eachNumberRow(file, format, rejections, (row) => {
    const liked = row[5]!;
    if (liked !== 0 && liked !== 1) return `liked flag ${liked} is neither 0 nor 1`;
    list.push({ user: users.rowOf(row[1]!), item: items.rowOf(row[4]!), action: actionOfLiked(liked === 1) });
    return undefined;
  });
  const movieOfNcf = readNcfMap(map, rejections);
  return {
    clock: "order",
    users,
    items,
    ...byMovieId,
    engagements: list.finish(),
    rowOfNcfItem: (ncfItem) => {
      const movie = movieOfNcf.get(ncfItem);
      return movie === undefined ? undefined : items.find(movie);
    },
  };
}

/** `user item rating timestamp`, user 0 being the original user 1. */
function readNcf(
  parts: readonly SourceFile[],
  map: SourceFile | undefined,
  rejections: Rejections,
): MovieLensRatings {
  const users = new Vocabulary<number>();
  const items = new Vocabulary<number>();
  const list = new EngagementList("utc", MOVIELENS_ACTIONS);
  for (const part of parts)
    eachNumberRow(part, { separators: "\t ", minColumns: 4, maxColumns: 4 }, rejections, (row) => {
      const [user, item, rating, timestampS] = row as [number, number, number, number]; // the format says 4
      return pushRating(list, users.rowOf(user + 1), items.rowOf(item), rating, timestampS);
    });
  const movieOfNcf = readNcfMap(map, rejections);
  return {
    clock: "utc",
    users,
    items,
    itemIdOf: (id) => (movieOfNcf.has(id) ? String(movieOfNcf.get(id)) : `ncf-${id}`),
    movieOf: (id, movies) => movies.get(movieOfNcf.get(id) ?? -1),
    engagements: list.finish(),
    rowOfNcfItem: (ncfItem) => items.find(ncfItem),
  };
}

const byMovieId: Pick<MovieLensRatings, "itemIdOf" | "movieOf"> = {
  itemIdOf: String,
  movieOf: (id, movies) => movies.get(id),
};

function pushRating(
  list: EngagementList,
  user: number,
  item: number,
  rating: number,
  timestampS: number,
): string | undefined {
  const reason = ratingWrong(rating);
  if (reason === undefined)
    list.push({
      user,
      item,
      action: actionOfRating(rating),
      timestampMs: timestampS * 1000,
      value: rating,
    });
  return reason;
}

/** `ncf_item sas_item movie_id margin`: NCF's item -> movie. */
function readNcfMap(file: SourceFile | undefined, rejections: Rejections): Map<number, number> {
  const movies = new Map<number, number>();
  if (file) {
    const format = { separators: "\t ", minColumns: 4, maxColumns: 4, hasHeader: true };
    eachNumberRow(file, format, rejections, (row) => {
      movies.set(row[0]!, row[2]!);
      return undefined;
    });
  }
  return movies;
}
