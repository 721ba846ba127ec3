import { PlatformError } from "#base";
import type { FeatureDefinition } from "#declarations";
import type { FeatureValue } from "./aggregation.ts";
import type { FeaturePlan } from "./definition/plan.ts";
import { columnTypeOf } from "./definition/value-type.ts";
import { versionOf, versionsOf } from "./definition/version.ts";

/**
 * @file Features as numbers in a fixed order: what a model learns from (`getHistoricalVectors`) and is asked with (`OnlineFeatures.vectors`), by
 * this one code, so that both have the same bits. Absent is NaN, true is 1, false is 0. A model keeps `names` and `version`, and
 * refuses vectors of another version: they are made of other definitions.
 */
export class FeatureVectors {
  /** In the order of the numbers. */
  readonly names: readonly string[];
  /** Of the definitions, those they are made of included, in this order. */
  readonly version: string;

  /** @param names all that are numbers, where none are given. @throws PlatformError `invalid-request` for one that is none */
  constructor({ definitions }: Pick<FeaturePlan, "definitions">, names?: readonly string[]) {
    const byName = new Map(definitions.map((definition) => [definition.name, definition]));
    const isNumeric = (definition: FeatureDefinition): boolean =>
      ["DOUBLE", "BOOLEAN"].includes(columnTypeOf(definition, byName));
    this.names = names ?? definitions.filter(isNumeric).map(({ name }) => name);
    for (const name of this.names) {
      const definition = byName.get(name);
      if (!definition) throw new PlatformError("invalid-request", `no feature is called "${name}"`);
      if (!isNumeric(definition))
        throw new PlatformError(
          "invalid-request",
          `${name} is no number; derive one from it: total, size, at ...`,
        );
    }
    this.version = versionOf(this.names.flatMap((name) => [name, ...versionsOf(name, byName)]));
  }

  /** Numbers of one vector. */
  get size(): number {
    return this.names.length;
  }

  /** Writes the values of one row, in the order of the names, from `at` on. */
  write(values: readonly FeatureValue[], out: Float64Array, at: number): void {
    for (let n = 0; n < this.size; n++) {
      const value = values[n];
      out[at + n] = typeof value === "number" || typeof value === "boolean" ? Number(value) : Number.NaN;
    }
  }
}
