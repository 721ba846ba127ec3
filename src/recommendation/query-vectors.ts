import type { Vector } from "#models";
import type { ItemIndex } from "./items/item-index.ts";
import type { Query } from "./pipeline.ts";

/** How fresh a person's vector is: run over the newest events, or kept from the last refresh. */
export type VectorFreshness = "now" | "long";

/** The person of a query as a point of an index's space, computed once however often sources and scorers ask. */
export class QueryVectors {
  readonly #known = new WeakMap<Query, Map<string, Promise<Vector | undefined>>>();

  /** `undefined` for somebody of whom the model knows nothing, or whose kept vector is of another version. */
  of(query: Query, freshness: VectorFreshness, index: ItemIndex): Promise<Vector | undefined> {
    const known = this.#known.get(query) ?? new Map<string, Promise<Vector | undefined>>();
    this.#known.set(query, known);
    const key = `${freshness} ${index.encoder.version}`;
    const vector =
      known.get(key) ?? (freshness === "now" ? vectorNow(query, index) : vectorLong(query, index));
    known.set(key, vector);
    return vector;
  }
}

async function vectorNow(
  { history, modelTimes }: Query,
  { encoder }: ItemIndex,
): Promise<Vector | undefined> {
  const { itemCount } = encoder.served.model;
  if (!history.itemRows.some((row) => row < itemCount)) return undefined;
  const values = await modelTimes.during(encoder.version, () => encoder.queue.encode(history));
  return values.some((value) => value !== 0) ? { version: encoder.version, values } : undefined;
}

async function vectorLong({ person, asOfMs }: Query, { encoder }: ItemIndex): Promise<Vector | undefined> {
  const vector = await person?.longVector(encoder, asOfMs);
  return vector?.version === encoder.version ? vector : undefined;
}
