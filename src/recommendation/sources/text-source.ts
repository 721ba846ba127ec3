import type { TextIndex } from "../items/text-index.ts";
import type { Proposal, Query, Source } from "../pipeline.ts";

/** Items whose words match the text a list is about. */
export class TextSource implements Source {
  readonly name = "text";
  readonly #texts: TextIndex;

  constructor(texts: TextIndex) {
    this.#texts = texts;
  }

  answers({ condition }: Query): boolean {
    return condition?.kind === "text";
  }

  async propose({ condition }: Query, budget: number): Promise<readonly Proposal[]> {
    return condition?.kind === "text" ? await this.#texts.search(condition.text, budget) : [];
  }
}
