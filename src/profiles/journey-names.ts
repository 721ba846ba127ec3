import { LeastRecentlyUsed } from "#base";
import type { Journey } from "./journeys.ts";

/** What a name is made of: nothing in it says whose journey it is, and no word of their own is among the keywords. */
export type JourneyWords = Pick<Journey, "name" | "intent" | "kind" | "keywords">;

/** Writes a name, or fails. */
export type WriteName = (words: JourneyWords) => Promise<string>;

export interface JourneyNamesParts {
  readonly write: WriteName;
  /** Tags, words and phrases that nothing is said of. */
  readonly isSensitive: (text: string) => boolean;
  readonly nowMs: () => number;
}

const KEPT = 20_000;
const AT_ONCE = 2;
const WAITING = 500;
/** After so many failures in a row nobody is asked for a while. */
const FAILURES = 3;
const PAUSE_MS = 60_000;
const LONGEST = 60;

/**
 * @file Nicer names of journeys, by somebody who writes better than a template, such as a language model. Never waited for: a name is asked for
 * behind the answer and used from the next one on. The same words have the same name for everybody. A name that does not pass
 * {@link isSafeName} is never shown, and then, as while there is none, the journey keeps the name made of its intent and topic.
 */
export class JourneyNames {
  readonly #parts: JourneyNamesParts;
  /** Words -> the name; empty when none passed. */
  readonly #names = new LeastRecentlyUsed<string, string>(KEPT);
  readonly #waiting = new Map<string, JourneyWords>();
  /** Words that somebody is being asked about. */
  readonly #asked = new Map<string, Promise<void>>();
  /** Another one whenever a name was found. */
  revision = 0;
  #failures = 0;
  #pausedUntilMs = 0;

  constructor(parts: JourneyNamesParts) {
    this.#parts = parts;
  }

  /** The journeys with the names there are for them. */
  named(journeys: readonly Journey[]): readonly Journey[] {
    return journeys.map((journey) => {
      const name = this.#nameOf(journey);
      return name === undefined ? journey : { ...journey, name };
    });
  }

  /** Resolves when nobody is being asked: for tests, and before a process ends. */
  async settled(): Promise<void> {
    while (this.#asked.size > 0) await Promise.all(this.#asked.values());
  }

  #nameOf({ name, intent, kind, keywords, ownKeywords }: Journey): string | undefined {
    const words = { name, intent, kind, keywords: keywords.slice(ownKeywords) };
    const key = JSON.stringify(words);
    const known = this.#names.get(key);
    if (known !== undefined) return known === "" ? undefined : known;
    if (this.#waiting.size < WAITING && !this.#asked.has(key)) this.#waiting.set(key, words);
    this.#askNext();
    return undefined;
  }

  #askNext(): void {
    if (this.#asked.size >= AT_ONCE || this.#parts.nowMs() < this.#pausedUntilMs) return;
    for (const [key, words] of this.#waiting) {
      this.#waiting.delete(key);
      const asking = this.#ask(key, words).finally(() => {
        this.#asked.delete(key);
        this.#askNext();
      });
      this.#asked.set(key, asking);
      if (this.#asked.size >= AT_ONCE) return;
    }
  }

  async #ask(key: string, words: JourneyWords): Promise<void> {
    try {
      const name = (await this.#parts.write(words)).trim();
      this.#failures = 0;
      this.revision++;
      this.#names.set(key, isSafeName(name, words, this.#parts.isSensitive) ? name : "");
    } catch {
      this.#failures++;
      if (this.#failures >= FAILURES) this.#pausedUntilMs = this.#parts.nowMs() + PAUSE_MS;
    }
  }
}

/**
 * Whether a name may be shown: one short line of words, without addresses, markup or numbers of many digits, nothing sensitive in it,
 * and about what it names: at least one of its words is one of the journey's.
 */
export function isSafeName(
  name: string,
  { name: plain, keywords }: Pick<JourneyWords, "name" | "keywords">,
  isSensitive: (text: string) => boolean,
): boolean {
  if (name.length === 0 || name.length > LONGEST || !/^[\p{L}\p{M}\p{N} ,.'’&()!?/-]+$/u.test(name))
    return false;
  if (/\d{4,}|https?|www\.|\.\p{L}{2,}(?:\/|$)/iu.test(name) || isSensitive(name)) return false;
  const own = new Set([plain, ...keywords].flatMap(stemsOf));
  return stemsOf(name).some((stem) => own.has(stem));
}

/** Beginnings of words, so that "baking bread" is about "bread bakers". */
function stemsOf(text: string): string[] {
  return (text.toLowerCase().match(/\p{L}{3,}/gu) ?? []).map((word) => word.slice(0, 4));
}
