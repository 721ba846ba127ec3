import type { Clock } from "#base";
import { inputsOf } from "#declarations";
import type { FeaturePlan, PlannedFeature } from "../definition/plan.ts";
import type { FeatureVectors } from "../feature-vectors.ts";
import { type FeatureRequest, requestFeatures } from "./feature-request.ts";
import { type FeatureContext, type OnlineValue, readFeatures } from "./read-features.ts";

export interface OnlineFeaturesParts extends FeatureContext {
  readonly clock: Clock;
  readonly plan: FeaturePlan;
  /** Service -> names of its features. */
  readonly services: Readonly<Record<string, readonly string[]>>;
}

/** Requests worked out lately that are kept. */
const KEPT_REQUESTS = 200;

/** The features of people now: those whose definitions are applied to the folder. */
export class OnlineFeatures {
  readonly #parts: OnlineFeaturesParts;
  /** Least lately used first. */
  readonly #requests = new Map<string, FeatureRequest>();

  constructor(parts: OnlineFeaturesParts) {
    this.#parts = parts;
  }

  get names(): readonly string[] {
    return [...this.#parts.plan.features.keys()];
  }

  get services(): Readonly<Record<string, readonly string[]>> {
    return this.#parts.services;
  }

  planned(name: string): PlannedFeature | undefined {
    return this.#parts.plan.features.get(name);
  }

  get version(): string {
    return this.#parts.plan.version;
  }

  /** Whether everything the feature is made of is declared for the purpose. */
  isFor(name: string, purpose: string): boolean {
    const planned = this.planned(name);
    if (planned?.kind === "aggregate") return planned.purpose.name === purpose;
    return (
      planned !== undefined &&
      inputsOf(planned.definition.expression).every((input) => this.isFor(input, purpose))
    );
  }

  /** By person, in the order given, the features in the order asked: each a name, or `view:name`. */
  read(names: readonly string[], userIds: readonly string[]): Promise<OnlineValue[][]> {
    return readFeatures(this.#parts, this.#requestFor(names), userIds, this.#parts.clock.nowMs());
  }

  /** As numbers for a model: shape (people, features), row-major. A person who was never met is all NaN. */
  async vectors(wanted: FeatureVectors, userIds: readonly string[]): Promise<Float64Array> {
    const out = new Float64Array(userIds.length * wanted.size);
    for (const [n, answers] of (await this.read(wanted.names, userIds)).entries())
      wanted.write(
        answers.map(({ value }) => value),
        out,
        n * wanted.size,
      );
    return out;
  }

  #requestFor(names: readonly string[]): FeatureRequest {
    const id = names.join(",");
    const known = this.#requests.get(id);
    if (known) {
      this.#requests.delete(id);
      this.#requests.set(id, known);
      return known;
    }
    const { plan, catalogue } = this.#parts;
    const request = requestFeatures(
      plan,
      names.map((reference) => nameIn(reference, plan)),
      catalogue,
    );
    this.#requests.set(id, request);
    if (this.#requests.size > KEPT_REQUESTS) {
      const [oldest] = this.#requests.keys();
      this.#requests.delete(oldest!);
    }
    return request;
  }
}

/** The name in a reference; one under another view is a name nobody has. */
function nameIn(reference: string, { features }: FeaturePlan): string {
  const colon = reference.indexOf(":");
  if (colon < 0) return reference;
  const name = reference.slice(colon + 1);
  return features.get(name)?.definition.view === reference.slice(0, colon) ? name : reference;
}
