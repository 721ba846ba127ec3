import { inputsOf } from "#declarations";
import { type PersonControls, readControls, readPerson, type StandingChoices } from "#sequences";
import type { StateReader } from "#storage";
import type { EntityPlan, PlannedFeature } from "../definition/plan.ts";
import type { FeatureRequest } from "./feature-request.ts";

/**
 * Whether a feature may be used at all now: a person whose newest choice refuses a purpose has no features for it, whatever was
 * collected before. A derived feature needs what every one it is made of needs.
 */
export function mayUse(
  planned: PlannedFeature,
  plan: EntityPlan,
  choices: StandingChoices | undefined,
): boolean {
  if (choices === undefined) return true;
  if (planned.kind === "aggregate") return choices[planned.purpose.name]?.at(-1)?.[1] !== false;
  return inputsOf(planned.definition.expression).every((name) => {
    const input = plan.features.get(name);
    return input === undefined || mayUse(input, plan, choices);
  });
}

/** What a person muted or had forgotten, where a value could say it; like a refusal it holds now, whatever time is asked about. */
export async function controlsFor(
  { saysItems }: Pick<FeatureRequest, "saysItems">,
  state: StateReader,
  ids: readonly string[],
): Promise<PersonControls | undefined> {
  const person = saysItems ? await readPerson(state, ids) : undefined;
  return person && readControls(state, person);
}
