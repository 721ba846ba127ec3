import type { FeatureDefinition } from "#declarations";
import { canonicalJson, versionOf } from "./version.ts";

/** What applying other definitions would change. */
export interface FeatureDifference {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  /** Defined otherwise: a new version. */
  readonly changed: readonly { readonly name: string; readonly from: string; readonly to: string }[];
  /** Only described otherwise. */
  readonly noted: readonly string[];
  /** Whether people's state has to be built again for it. */
  readonly needsBackfill: boolean;
}

export function differenceOf(
  applied: readonly FeatureDefinition[],
  wanted: readonly FeatureDefinition[],
): FeatureDifference {
  const before = new Map(applied.map((definition) => [definition.name, definition]));
  const after = new Map(wanted.map((definition) => [definition.name, definition]));
  const common = wanted.filter(({ name }) => before.has(name));
  const versions = (definition: FeatureDefinition) => ({
    name: definition.name,
    from: versionOf(before.get(definition.name)!), // it is common
    to: versionOf(definition),
  });
  const changed = common.map(versions).filter(({ from, to }) => from !== to);
  const noted = common.filter(
    (definition) =>
      !changed.some(({ name }) => name === definition.name) &&
      canonicalJson(definition) !== canonicalJson(before.get(definition.name)),
  );
  const added = wanted.filter(({ name }) => !before.has(name));
  const removed = applied.filter(({ name }) => !after.has(name));
  const touched = [
    ...added,
    ...removed,
    ...changed.flatMap(({ name }) => [before.get(name)!, after.get(name)!]),
  ];
  return {
    added: added.map(({ name }) => name),
    removed: removed.map(({ name }) => name),
    changed,
    noted: noted.map(({ name }) => name),
    needsBackfill: touched.some(({ kind }) => kind === "aggregate"),
  };
}
