import type { Catalogue } from "#events";
import { grown } from "#numeric";
import {
  CatalogueItemSpace,
  type EngagementVectors,
  type ItemSpace,
  textItems,
  textsOf,
} from "./item-space.ts";
import { Taxonomy } from "./taxonomy.ts";
import type { TextSpace } from "./text-space.ts";
import { TextTopics } from "./text-topics.ts";

/** Part of the catalogue that may change before topics and weights of tags are worked out anew. */
const STALE = 0.02;

export interface ItemKnowledgeParts {
  readonly engagement: EngagementVectors | undefined;
  readonly isSensitive: (tag: string) => boolean;
  /** Topic -> the one above it, as declared. */
  readonly parents?: Readonly<Record<string, string>>;
}

/** The item space and the topics of a catalogue, worked out again once enough of it has changed. Vectors of single items are never stale. */
export class ItemKnowledge {
  readonly catalogue: Catalogue;
  /** Whether nothing is to be inferred or shown of a tag. */
  readonly isSensitive: (tag: string) => boolean;
  #engagement: EngagementVectors | undefined;
  readonly #parents: Readonly<Record<string, string>>;
  #revision = Number.NEGATIVE_INFINITY;
  #space: ItemSpace | undefined;
  #texts: Texts | undefined;
  #taxonomy: Taxonomy | undefined;
  /** Item row -> the item's last change, below 0 where nothing is inferred of it. */
  #unsaid = new Float64Array(0);

  constructor(catalogue: Catalogue, { engagement, isSensitive, parents = {} }: ItemKnowledgeParts) {
    this.catalogue = catalogue;
    this.#engagement = engagement;
    this.isSensitive = isSensitive;
    this.#parents = parents;
  }

  get space(): ItemSpace {
    this.#refresh();
    this.#space ??= new CatalogueItemSpace(this.catalogue, this.#engagement, this.#readTexts());
    return this.#space;
  }

  get taxonomy(): Taxonomy {
    this.#refresh();
    this.#taxonomy ??= new Taxonomy(this.catalogue, {
      parents: this.#parents,
      texts: this.#readTexts().topics,
    });
    return this.#taxonomy;
  }

  /** From now on the item space is made of these factors, or of none. */
  learnFrom(engagement: EngagementVectors | undefined): void {
    if (engagement?.version === this.#engagement?.version) return;
    this.#engagement = engagement;
    this.#space = undefined;
  }

  /** Whether nothing is to be inferred of an engagement with the item. */
  isUnsaid(itemRow: number): boolean {
    const change = this.catalogue.changeOf(itemRow);
    this.#refresh();
    const known = this.#unsaid[itemRow] ?? 0;
    if (Math.abs(known) === change) return known < 0;
    const item = this.catalogue.at(itemRow);
    const isUnsaid =
      item.tags.some(this.isSensitive) ||
      this.taxonomy.topicsOf(item).some(({ topic }) => topic.path.some(this.isSensitive));
    this.#unsaid = grown(this.#unsaid, itemRow + 1);
    this.#unsaid[itemRow] = isUnsaid ? -change : change;
    return isUnsaid;
  }

  #readTexts(): Texts {
    const { catalogue } = this;
    const itemCount = textItems(catalogue);
    if (this.#texts?.itemCount === itemCount) return this.#texts;
    const space = textsOf(catalogue);
    const topics = space && new TextTopics(catalogue.items(), space);
    this.#texts = { itemCount, space, topics };
    return this.#texts;
  }

  #refresh(): void {
    const { revision, itemCount } = this.catalogue;
    if (revision - this.#revision <= STALE * itemCount) return;
    this.#revision = revision;
    this.#space = undefined;
    this.#taxonomy = undefined;
    this.#unsaid = new Float64Array(0);
  }
}

/** What the texts of so many items were found to say. They take long to learn from, so that is done when the catalogue has doubled. */
interface Texts {
  readonly itemCount: number;
  readonly space: TextSpace | undefined;
  readonly topics: TextTopics | undefined;
}
