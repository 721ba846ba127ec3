import { Random } from "#base";
import { type ModelReference, modelReference } from "#models";
import { unitRows } from "#numeric";
import type { ServedEncoder } from "#profiles";
import { queryOf } from "../hand-made.cases.ts";

export const D = 8;
export const FIRST = modelReference("made", "0001");

/** A model that put items 0 .. count - 1 anywhere, and people where the newest item of theirs is. */
export function encoderOf(count: number, version: ModelReference = FIRST): ServedEncoder {
  const random = Random.of(7, version);
  const values = unitRows(
    Float32Array.from({ length: count * D }, () => random.normal()),
    D,
  );
  const model = { ...queryOf().personal.model, itemCount: count };
  const [name = "", number = ""] = version.split("@");
  return {
    version,
    served: { model: { ...model, name }, version: number, dataUntilMs: 0 },
    encoder: {
      ...{ dimension: D, learnedItems: values.length / D },
      itemVectors: async () => values,
    } as unknown as ServedEncoder["encoder"], // all that is asked of it
    queue: {
      encode: async ({ itemRows }: { itemRows: Uint32Array }) =>
        values.slice(itemRows.at(-1)! * D, (itemRows.at(-1)! + 1) * D),
    } as unknown as ServedEncoder["queue"],
  };
}
