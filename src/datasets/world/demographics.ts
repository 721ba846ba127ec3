import { Random } from "#base";
import { pick, pickWeighted } from "./distributions.ts";
import { personNames } from "./person-names.ts";

/**
 * @file Who people are: traits the platform sees. They tilt the choice of topics a little; the tilt of each value is drawn
 * at random and not taken from what people say of each other, so that no stereotype is built in.
 */
export interface Demographics {
  readonly name: string;
  readonly ageBand: string;
  readonly gender: string;
  /** ISO 3166-1 alpha-2. */
  readonly country: string;
  /** ISO 639-1. */
  readonly language: string;
}

/** country -> weight, language, whole hours ahead of UTC in January. */
const countries: Readonly<Record<string, readonly [weight: number, language: string, utcOffset: number]>> = {
  US: [24, "en", -6],
  GB: [9, "en", 0],
  CA: [4, "en", -5],
  AU: [3, "en", 10],
  DE: [8, "de", 1],
  FR: [8, "fr", 1],
  BR: [8, "pt", -3],
  PT: [2, "pt", 0],
  ES: [5, "es", 1],
  MX: [6, "es", -6],
  IT: [5, "it", 1],
  NL: [3, "nl", 1],
  SE: [2, "sv", 1],
  PL: [3, "pl", 1],
  TR: [3, "tr", 3],
  JP: [5, "ja", 9],
  KR: [3, "ko", 9],
  IN: [6, "hi", 5],
};
const countryCodes = Object.keys(countries);
const countryWeights = Object.values(countries).map(([weight]) => weight);

const ageBands = ["18-24", "25-34", "35-44", "45-54", "55-64", "65+"] as const;
const ageWeights = [22, 29, 20, 14, 9, 6] as const;
const genders = ["female", "male", "non-binary", "undisclosed"] as const;
const genderWeights = [58, 33, 3, 6] as const;

/** Some people of English-speaking countries carry a name from elsewhere. */
const foreignNameShare = 0.3;

export function drawDemographics(random: Random): Demographics {
  const country = countryCodes[pickWeighted(random, countryWeights)]!;
  const gender = genders[pickWeighted(random, genderWeights)]!;
  const language = countries[country]![1];
  return {
    name: drawName(random, language, gender),
    ageBand: ageBands[pickWeighted(random, ageWeights)]!,
    gender,
    country,
    language,
  };
}

/** Hours ahead of UTC, whole; daylight saving is left out. */
export function utcOffsetHours(country: string): number {
  return countries[country]![2];
}

/** Top-level topic -> factor on its demand for a person of these traits: `exp(sigma (z_age + z_gender + z_country))`. */
export function topicTilts(
  seed: number,
  { ageBand, gender, country }: Demographics,
  topNames: readonly string[],
  sigma: number,
): Float64Array {
  const values = [ageBand, gender, country];
  return Float64Array.from(topNames, (top) =>
    Math.exp(
      values.reduce((sum, value) => sum + sigma * Random.of(seed, `tilt/${value}/${top}`).normal(), 0),
    ),
  );
}

function drawName(random: Random, language: string, gender: string): string {
  const isForeign = language === "en" && random.chance(foreignNameShare);
  const list = personNames[isForeign ? pick(random, Object.keys(personNames)) : language]!;
  const firstIsWomans = gender === "female" || (gender !== "male" && random.chance(0.5));
  return `${pick(random, firstIsWomans ? list.women : list.men)} ${pick(random, list.last)}`;
}
