import { defaultConfig, type NamedPurpose, PERSONALIZATION, purposesOf } from "#declarations";

export type { NamedPurpose };

/** The declared purposes by name: what events may be used for, and whether that takes people's consent. */
export class Purposes {
  readonly #byName: ReadonlyMap<string, NamedPurpose>;

  constructor(declared: readonly NamedPurpose[] = purposesOf(defaultConfig)) {
    this.#byName = new Map(declared.map((purpose) => [purpose.name, purpose]));
  }

  named(name: string): NamedPurpose | undefined {
    return this.#byName.get(name);
  }

  names(): readonly string[] {
    return [...this.#byName.keys()];
  }

  /** What recommendations and models use events for; every config declares it. */
  get personalization(): NamedPurpose {
    return this.#byName.get(PERSONALIZATION)!;
  }
}
