import type { Actions, Catalogue } from "#events";
import type { FittedModel } from "#models";
import type { Candidate, Hydrator, Query, Reason } from "../pipeline.ts";

const EVIDENCE_KEPT = 3;

/** Says why: the engagements that added most to the item's score, or that the item is popular when none did. */
export class ReasonHydrator implements Hydrator {
  readonly name = "reason";
  readonly #models: ReadonlyMap<string, FittedModel>;
  readonly #wording: Wording;

  /** `models`: source name -> the model behind it. */
  constructor(models: ReadonlyMap<string, FittedModel>, wording: Wording) {
    this.#models = models;
    this.#wording = wording;
  }

  hydrate(query: Query, selected: readonly Candidate[]): Promise<readonly Candidate[]> {
    return Promise.all(
      selected.map(async (candidate) => ({
        ...candidate,
        reasons: [await this.#reasonFor(query, candidate)],
      })),
    );
  }

  async #reasonFor(query: Query, { source, itemRow }: Candidate): Promise<Reason> {
    const model = this.#models.get(source);
    const parts =
      model && query.eventIds.length > 0 ? await model.explain(query.history, itemRow) : new Float32Array(0);
    const heaviest = Array.from(parts.keys())
      .filter((position) => parts[position]! > 0)
      .sort((left, right) => parts[right]! - parts[left]! || right - left)
      .slice(0, EVIDENCE_KEPT);
    const [first] = heaviest;
    if (first === undefined) return { kind: "popular", text: "Popular with everyone", evidence: [] };
    const evidence = heaviest.map((position) => query.eventIds[position]!);
    return { kind: "because-of", text: this.#wording.because(query, first), evidence };
  }
}

/** Puts an engagement in words: "Because you saved Hand-cut dovetails". */
export class Wording {
  readonly #catalogue: Catalogue;
  readonly #actions: Actions;

  constructor(catalogue: Catalogue, actions: Actions) {
    this.#catalogue = catalogue;
    this.#actions = actions;
  }

  because({ history, actionCodes }: Query, position: number): string {
    const { title, itemId } = this.#catalogue.at(history.itemRows[position]!);
    const action = this.#actions.named(this.#catalogue.actions.nameOf(actionCodes[position]!));
    return `Because you ${action?.verb ?? "engaged with"} ${title ?? itemId}`;
  }
}
