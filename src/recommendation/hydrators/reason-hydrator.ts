import type { Actions, Catalogue } from "#events";
import { similarity, type Vector } from "#models";
import type { ItemIndex } from "../items/item-index.ts";
import type { Hydrator, Query, Reason, Recommended } from "../pipeline.ts";
import { MANY_ITEMS } from "../query-scores.ts";

const EVIDENCE_KEPT = 3;
/** The name of the personal model among the sources. */
const PERSONAL = "personal";

/**
 * Says why: what the list is about, the engagements that added most to the item's score, what the source says; else where it came from. An
 * engagement of which nothing is inferred speaks for no item.
 */
export class ReasonHydrator implements Hydrator {
  readonly name = "reason";
  readonly #wording: Wording;
  readonly #isUnsaid: (itemRow: number) => boolean;
  /** The newest engagements of those who are being told, as vectors, by position. */
  readonly #engagements = new WeakMap<Query, ReadonlyMap<number, Vector>>();

  constructor(wording: Wording, isUnsaid: (itemRow: number) => boolean) {
    this.#wording = wording;
    this.#isUnsaid = isUnsaid;
  }

  hydrate(query: Query, selected: readonly Recommended[]): Promise<readonly Recommended[]> {
    return Promise.all(
      selected.map(async (item) => ({ ...item, reasons: await this.#reasonsFor(query, item) })),
    );
  }

  async #reasonsFor(query: Query, item: Recommended): Promise<readonly Reason[]> {
    const asked = this.#wording.about(query);
    const own = await this.#ownReason(query, item);
    const reasons = [asked, own, item.reason].flatMap((reason) => reason ?? []);
    return reasons.length > 0 ? reasons : [this.#wording.of(item.source, query)];
  }

  /** Of the engagements that speak for the item; `undefined` when none does. */
  async #ownReason(query: Query, { itemRow }: Recommended): Promise<Reason | undefined> {
    const { history, eventIdAt } = query;
    if (history.itemRows.length === 0) return undefined;
    const parts = this.#likenesses(query, itemRow) ?? (await this.#learnedParts(query, itemRow));
    const ordered = Array.from(parts.keys())
      .filter((position) => parts[position]! > 0)
      .sort((left, right) => parts[right]! - parts[left]! || right - left);
    const heaviest: number[] = [];
    for (const position of ordered) {
      if (heaviest.length === EVIDENCE_KEPT) break;
      if (!this.#isUnsaid(history.itemRows[position]!)) heaviest.push(position);
    }
    const [first] = heaviest;
    if (first === undefined) return undefined;
    const evidence = heaviest.flatMap((position) => eventIdAt(position) ?? []);
    return { kind: "because-of", text: this.#wording.because(query, first), evidence };
  }

  /** Where the personal model chooses by nearness, because the catalogue is large: how near the item is to each engagement, as it sees them. */
  #likenesses(query: Query, itemRow: number): Float32Array | undefined {
    const { history, personal, index } = query;
    if (index?.encoder.served.model !== personal.model || personal.model.itemCount < MANY_ITEMS)
      return undefined;
    const own = index.vectorOf(itemRow);
    const parts = new Float32Array(history.itemRows.length);
    if (!own) return parts;
    for (const [at, vector] of this.#engagementsOf(query, index)) parts[at] = similarity(own, vector);
    return parts;
  }

  #engagementsOf(query: Query, index: ItemIndex): ReadonlyMap<number, Vector> {
    const known = this.#engagements.get(query);
    if (known) return known;
    const { itemRows } = query.history;
    const vectors = new Map<number, Vector>();
    for (let at = Math.max(0, itemRows.length - HELD_AGAINST); at < itemRows.length; at++) {
      const vector = index.vectorOf(itemRows[at]!);
      if (vector) vectors.set(at, vector);
    }
    this.#engagements.set(query, vectors);
    return vectors;
  }

  async #learnedParts({ history, personal: { model } }: Query, itemRow: number): Promise<Float32Array> {
    return itemRow < model.itemCount ? model.explain(history, itemRow) : new Float32Array(0);
  }
}

/** Engagements that an item of a large catalogue is held against, the newest. */
const HELD_AGAINST = 100;

/** Puts reasons in words: "Because you saved Hand-cut dovetails". */
export class Wording {
  readonly #catalogue: Catalogue;
  readonly #actions: Actions;
  /** Names of sources of new items. */
  readonly #freshSources: ReadonlySet<string>;

  constructor(catalogue: Catalogue, actions: Actions, freshSources: readonly string[] = []) {
    this.#catalogue = catalogue;
    this.#actions = actions;
    this.#freshSources = new Set(freshSources);
  }

  because({ history, actionCodes }: Query, position: number): string {
    const action = this.#actions.named(this.#catalogue.actions.nameOf(actionCodes[position]!));
    return `Because you ${action?.verb ?? "engaged with"} ${this.#titleOf(history.itemRows[position]!)}`;
  }

  /** What the list is about; `undefined` where it is about the person alone. */
  about({ condition }: Query): Reason | undefined {
    switch (condition?.kind) {
      case undefined:
        return undefined;
      case "item":
        return { kind: "similar", text: `Like ${this.#titleOf(condition.itemRow)}`, evidence: [] };
      case "items":
        return { kind: "similar", text: `Goes with ${condition.itemRows.length} items`, evidence: [] };
      case "topic":
        return { kind: "topic", text: `About ${condition.topic}`, evidence: [] };
      case "text":
        return { kind: "text", text: `Found for "${condition.text}"`, evidence: [] };
    }
  }

  /** Where no engagement speaks for an item. */
  of(source: string, { history, personal }: Query): Reason {
    if (source === PERSONAL && history.itemRows.length > 0)
      return { kind: "because-of", text: "By what you did before", evidence: [] };
    if (source === PERSONAL && personal.model.answersStrangers)
      return { kind: "context", text: "Often first for those who come as you do", evidence: [] };
    if (this.#freshSources.has(source)) return { kind: "new", text: "New here", evidence: [] };
    return { kind: "popular", text: "Popular with everyone", evidence: [] };
  }

  #titleOf(itemRow: number): string {
    const { title, itemId } = this.#catalogue.at(itemRow);
    return title ?? itemId;
  }
}
