import { Packr } from "msgpackr";
import { wordsOf } from "#base";
import { INTEREST_CONTROLLED, type InterestControl, type Item } from "#events";
import type { StateOperation, StateReader } from "#storage";
import { OTHER_NAMES } from "./event-counts.ts";
import type { PersonState } from "./read-person.ts";
import { controlKey, controlsPrefix } from "./state-keys.ts";

/**
 * @file What a person wants of their interests, as state: of each interest the newest word on muting and the newest forgetting, in order
 * of arrival. Like a refusal of consent it holds from now on, whatever time is asked about.
 */
const packr = new Packr({ useRecords: false, useToJSON: false });
const MAX_CONTROLS = 1000;

/** Keeps one control of a user. */
export function keepControl(userId: string, control: InterestControl): StateOperation {
  const facet = control.control === "forget" ? "f" : "m";
  return { kind: "put", key: controlKey(userId, facet, control.interestId), value: packr.pack(control) };
}

/** The controls of a person, all ids together. One look at the head says whether there are any. */
export async function readControls(state: StateReader, person: PersonState): Promise<PersonControls> {
  const { counts } = person.record;
  if (!counts[INTEREST_CONTROLLED] && !counts[OTHER_NAMES]) return noControls; // among the latter there may be some
  const found = await Promise.all(
    person.heads.map(({ userId }) => state.scan({ prefix: controlsPrefix(userId), limit: MAX_CONTROLS })),
  );
  return new PersonControls(found.flat().map(({ value }) => packr.unpack(value) as InterestControl)); // our own bytes
}

/** What a person muted and had forgotten. */
export class PersonControls {
  readonly #muted: readonly InterestControl[];
  readonly #forgotten: readonly InterestControl[];
  readonly #covers = new Map<InterestControl, Cover>();

  constructor(controls: readonly InterestControl[]) {
    const newest = new Map<string, InterestControl>();
    for (const control of controls) {
      const key = `${control.control === "forget"} ${control.interestId}`;
      if ((newest.get(key)?.timestampMs ?? Number.NEGATIVE_INFINITY) <= control.timestampMs)
        newest.set(key, control);
    }
    this.#muted = [...newest.values()].filter(({ control }) => control === "mute");
    this.#forgotten = [...newest.values()].filter(({ control }) => control === "forget");
    for (const control of [...this.#muted, ...this.#forgotten]) this.#covers.set(control, coverOf(control));
  }

  get isEmpty(): boolean {
    return this.#muted.length + this.#forgotten.length === 0;
  }

  /** When the newest of what still holds was said; -Infinity where nothing is. */
  get newestMs(): number {
    const times = [...this.#muted, ...this.#forgotten].map(({ timestampMs }) => timestampMs);
    return Math.max(Number.NEGATIVE_INFINITY, ...times);
  }

  /** Muted interests, for a list of what can be unmuted. */
  get muted(): readonly InterestControl[] {
    return this.#muted;
  }

  /** Whether an engagement with the item at that time counts for anything that is said of the person. */
  counts(item: Item, timestampMs: number): boolean {
    return !(
      this.#muted.some((control) => this.#isCovered(control, item)) ||
      this.#forgotten.some((control) => timestampMs <= control.timestampMs && this.#isCovered(control, item))
    );
  }

  /**
   * Which items are not to be shown to the person: what is muted, and what was forgotten until they engage with it again.
   * @param engaged what they engaged with that counts
   */
  hiding(engaged: Iterable<Item>): (item: Named) => boolean {
    const hidden = this.#hiddenFrom(engaged);
    return (item) => hidden.some((control) => this.#isCovered(control, item));
  }

  /** Which texts are not to be said to them: those in which, as words, a topic stands that {@link hiding} hides. */
  silencing(engaged: Iterable<Item>): (text: string) => boolean {
    const topics = this.#hiddenFrom(engaged).flatMap(
      (control) => Array.from(this.#covers.get(control)!.tags, spaced), // there is one of each
    );
    return (text) => {
      const words = spaced(text);
      return topics.some((topic) => words.includes(topic));
    };
  }

  #hiddenFrom(engaged: Iterable<Item>): InterestControl[] {
    const waiting = new Set(this.#forgotten);
    for (const item of engaged)
      for (const control of waiting) if (this.#isCovered(control, item)) waiting.delete(control);
    return [...this.#muted, ...waiting];
  }

  #isCovered(control: InterestControl, { tags, itemId }: Named): boolean {
    const cover = this.#covers.get(control)!; // there is one of each
    return cover.itemIds.has(itemId) || tags.some((tag) => cover.tags.has(tag));
  }

  /** Stands for all of it: changes when any of it does. */
  get signature(): string {
    const all = [...this.#muted, ...this.#forgotten];
    return all
      .map(({ control, interestId, timestampMs }) => `${control} ${interestId} ${timestampMs}`)
      .join("\n");
  }
}

const noControls = new PersonControls([]);

/** What a control goes by. */
interface Named {
  readonly tags: readonly string[];
  readonly itemId: string;
}

/** Words as they are compared, a space on either side of each. */
function spaced(text: string): string {
  return ` ${wordsOf(text).join(" ")} `;
}

/** What a control is about. */
interface Cover {
  readonly tags: ReadonlySet<string>;
  readonly itemIds: ReadonlySet<string>;
}

function coverOf({ topic, topicsBelow = [], itemIds }: InterestControl): Cover {
  const own = topic === undefined ? [] : [topic];
  return { tags: new Set([...own, ...topicsBelow]), itemIds: new Set(itemIds) };
}
