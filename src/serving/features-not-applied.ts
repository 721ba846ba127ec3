import type { FeaturesResponse } from "#api";
import { PlatformError } from "#base";
import type { FeatureDifference } from "#features";
import type { Services } from "./services.ts";

/** @file What is said of features that are declared and not applied yet: those are not served, and who asks for one wants to know why. */

export const APPLY = "declared, not applied: run inkling features apply";

/** What applying them would do, in a sentence. */
export function describeChange({ added, removed, changed, needsBackfill }: FeatureDifference): string {
  const reads = needsBackfill ? ", reading all events once" : "";
  return `${APPLY} (${added.length} added, ${removed.length} removed, ${changed.length} changed${reads})`;
}

/** As `GET /v1/features` has it. */
export function changeBody(change: FeatureDifference): NonNullable<FeaturesResponse["notApplied"]> {
  const { added, removed, changed, needsBackfill } = change;
  return {
    added: [...added],
    removed: [...removed],
    changed: changed.map(({ name }) => name),
    needsBackfill,
    hint: describeChange(change),
  };
}

/** Whether the name, alone or as `view:name`, is of a feature that is declared and not applied. */
export function isNotApplied(reference: string, change: FeatureDifference | undefined): boolean {
  return change?.added.includes(reference.slice(reference.indexOf(":") + 1)) ?? false;
}

/** For a name that no applied feature has. */
export function unknownFeature(
  name: string,
  { featuresNotApplied }: Pick<Services, "featuresNotApplied">,
  kind = "feature",
): PlatformError {
  return new PlatformError(
    "invalid-request",
    isNotApplied(name, featuresNotApplied)
      ? `the feature "${name}" is ${APPLY}`
      : `no ${kind} is called "${name}"; GET /v1/features lists those there are`,
  );
}
