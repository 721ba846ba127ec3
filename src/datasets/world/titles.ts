import type { Random } from "#base";
import { pick } from "./distributions.ts";
import { titleWords } from "./title-words.ts";
import type { Leaf } from "./topics.ts";

/**
 * @file Titles of items: a subject made of the leaf's name and words of its top-level topic ("timeless box joints in walnut
 * and ash"), set in a frame ("Notes on ..."). Some six hundred for each leaf.
 */

/** `#` the leaf, `~` an adjective, `@` a setting. */
const subjects = ["#", "~ #", "~ #", "# @", "# @", "~ # @"] as const;

/** `*` the subject, `%` a number. */
const frames = [
  "*",
  "*",
  "*",
  "*: what worked for me",
  "*, step by step",
  "*, start to finish",
  "*: % ideas worth saving",
  "*: a complete guide",
  "*: the mistakes I made, so you need not",
  "A beginner's guide to *",
  "The quiet art of *",
  "Notes on *",
  "Everything I know about *",
  "A year of *",
  "Inspiration: *",
  "% ways into *",
  "Why I keep coming back to *",
] as const;

/** `#` the first leaf, `&` the second, `%` a number. */
const mixedFrames = [
  "# and &",
  "# and &: % ideas",
  "From # to &",
  "#, with a little help from &",
  "Pairing # with &",
  "# for people who love &",
  "Between # and &",
] as const;

/** A title about one leaf, or about two. Readable; not unique. */
export function drawTitle(random: Random, leaf: Leaf, second?: Leaf): string {
  const frame: string = pick(random, second ? mixedFrames : frames);
  const title = frame
    .replace("*", drawSubject(random, leaf))
    .replace("#", leaf.path[2])
    .replace("&", second?.path[2] ?? "")
    .replace("%", String(3 + random.integer(23)));
  return title[0]!.toUpperCase() + title.slice(1);
}

function drawSubject(random: Random, leaf: Leaf): string {
  const { adjectives, settings } = titleWords[leaf.path[0]]!;
  const fitting = adjectives.filter((word) => !leaf.path[2].includes(word)); // no "cosy cosy mysteries"
  return pick(random, subjects)
    .replace("~", pick(random, fitting))
    .replace("@", pick(random, settings))
    .replace("#", leaf.path[2]);
}
