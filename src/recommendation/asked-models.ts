import { referenceOf, type ServedModel, type ServedModels } from "#models";
import type { Query } from "./pipeline.ts";

/** The models that were in service when a query was asked, and which of them were asked by their names for it. */
export class AskedModels implements AnsweredBy {
  readonly personal: ServedModel;
  readonly coldStart: ServedModel;
  readonly #models: AnsweredBy;
  readonly #asked = new Map<string, ServedModel>();

  constructor(models: AnsweredBy) {
    this.personal = models.personal;
    this.coldStart = models.coldStart;
    this.#models = models;
  }

  async named(reference: string): Promise<ServedModel> {
    const served = await this.#models.named(reference);
    this.#asked.set(referenceOf(served), served);
    return served;
  }

  /** Those that had a part in what was answered beside the two that answer everybody, the one that made the vectors among them. */
  others({ personal, index }: Pick<Query, "personal" | "index">): readonly ServedModel[] {
    const all = index ? [...this.#asked.values(), index.encoder.served] : [...this.#asked.values()];
    return [...new Set(all)].filter((served) => served !== personal && served !== this.coldStart);
  }
}

type AnsweredBy = Pick<ServedModels, "personal" | "coldStart" | "named">;
