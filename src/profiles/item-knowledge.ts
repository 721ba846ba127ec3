import type { Catalogue } from "#events";
import { CatalogueItemSpace, type EngagementVectors, type ItemSpace } from "./item-space.ts";
import { Taxonomy } from "./taxonomy.ts";

/** Part of the catalogue that may change before topics and weights of tags are worked out anew. */
const STALE = 0.02;

/** The item space and the topics of a catalogue, worked out again once enough of it has changed. Vectors of single items are never stale. */
export class ItemKnowledge {
  readonly catalogue: Catalogue;
  /** Whether nothing is to be inferred or shown of a tag. */
  readonly isSensitive: (tag: string) => boolean;
  readonly #engagement: EngagementVectors | undefined;
  #revision = Number.NEGATIVE_INFINITY;
  #space: ItemSpace | undefined;
  #taxonomy: Taxonomy | undefined;

  constructor(
    catalogue: Catalogue,
    {
      engagement,
      isSensitive,
    }: { engagement: EngagementVectors | undefined; isSensitive: (tag: string) => boolean },
  ) {
    this.catalogue = catalogue;
    this.#engagement = engagement;
    this.isSensitive = isSensitive;
  }

  get space(): ItemSpace {
    this.#refresh();
    this.#space ??= new CatalogueItemSpace(this.catalogue, this.#engagement);
    return this.#space;
  }

  get taxonomy(): Taxonomy {
    this.#refresh();
    this.#taxonomy ??= new Taxonomy(this.catalogue);
    return this.#taxonomy;
  }

  #refresh(): void {
    const { revision, itemCount } = this.catalogue;
    if (revision - this.#revision <= STALE * itemCount) return;
    this.#revision = revision;
    this.#space = undefined;
    this.#taxonomy = undefined;
  }
}
