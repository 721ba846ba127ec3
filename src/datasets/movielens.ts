import type { ItemInput } from "#api";
import type { DatasetUser } from "./dataset.ts";
import type { Rejections } from "./rejections.ts";
import type { SourceFile } from "./source-folder.ts";
import { type TextEncoding, textRows } from "./text-rows.ts";

/**
 * @file What the MovieLens sets share (Harper and Konstan, "The MovieLens Datasets", TiiS 2015). One scheme of actions:
 * a rating of 4 or 5 is a `like`, a lower one a `watch` (they saw it and did not like it much); the rating itself is the
 * engagement's value where the source has it.
 */
export const MOVIELENS_ACTIONS = ["watch", "like"] as const;

export const MOVIELENS_LICENCE =
  "GroupLens research licence: research use, no redistribution without permission, no commercial use without permission";

const WATCH = 0;
const LIKE = 1;
const LIKED_FROM = 4;

/** The action a rating of 1..5 stands for. */
export function actionOfRating(rating: number): number {
  return rating >= LIKED_FROM ? LIKE : WATCH;
}

/** The action of a row that only says whether the rating was at least 4. */
export function actionOfLiked(isLiked: boolean): number {
  return isLiked ? LIKE : WATCH;
}

/** Why a rating cannot be one, undefined when it can. */
export function ratingWrong(rating: number): string | undefined {
  return rating >= 1 && rating <= 5 ? undefined : `rating ${rating} is outside 1..5`;
}

/** Title, release year and genres of one movie. */
export type MovieFacts = Omit<ItemInput, "itemId">;

/** `Toy Story (1995)` -> title and year; a title without a year is kept whole. */
export function factsOfMovie(titleAndYear: string, genres: readonly string[]): MovieFacts {
  const match = /^(.*\S)\s*\((\d{4})\)\s*$/.exec(titleAndYear);
  return factsOf(match?.[1] ?? titleAndYear.trim(), match?.[2], genres);
}

/** As {@link factsOfMovie} where title and year come apart. */
export function factsOf(title: string, year: string | undefined, genres: readonly string[]): MovieFacts {
  const tags = genres.filter((genre) => genre !== "" && genre !== "unknown");
  return {
    title,
    ...(tags.length > 0 && { tags }),
    ...(year !== undefined && /^\d{4}$/.test(year) && { attributes: { year: Number(year) } }),
  };
}

/** The age bands of ML-1M's README, by their lowest age; ML-100K's exact ages are put into the same bands. */
const AGE_BANDS: readonly (readonly [fromAge: number, name: string])[] = [
  [56, "56+"],
  [50, "50-55"],
  [45, "45-49"],
  [35, "35-44"],
  [25, "25-34"],
  [18, "18-24"],
  [0, "under 18"],
];

export function traitsOfPerson(age: string, gender: string, occupation: string): DatasetUser["traits"] {
  const years = Number(age);
  const band = AGE_BANDS.find(([fromAge]) => years >= fromAge)?.[1];
  return {
    ...(age !== "" && band !== undefined && { ageBand: band }),
    ...(gender === "F" && { gender: "female" }),
    ...(gender === "M" && { gender: "male" }),
    ...(occupation !== "" && { occupation }),
  };
}

/** id -> what `read` makes of the fields of its line; lines with too few fields are rejected. */
export function readFacts<Facts>(
  file: SourceFile | undefined,
  format: {
    readonly separator: string;
    readonly encoding: TextEncoding;
    readonly columns: number;
    readonly hasHeader?: boolean;
  },
  rejections: Rejections,
  read: (fields: readonly string[]) => Facts,
): Map<number, Facts> {
  const facts = new Map<number, Facts>();
  if (!file) return facts;
  for (const { line, fields } of textRows(file, format.separator, format.encoding)) {
    if (format.hasHeader && line === 1) continue;
    const id = Number(fields[0]);
    if (fields.length < format.columns)
      rejections.add(file.name, line, `expected ${format.columns} columns, found ${fields.length}`);
    else if (!Number.isInteger(id)) rejections.add(file.name, line, `not a number: "${fields[0]}"`);
    else facts.set(id, read(fields));
  }
  return facts;
}
