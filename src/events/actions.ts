import { actionsOf, defaultConfig, type NamedAction } from "#declarations";

/** The declared actions by name: the event names that make a row of a user's sequence, and what each says about the person. */
export class Actions {
  readonly #byName: ReadonlyMap<string, NamedAction>;
  /** Those of which a user keeps so many rows and no more. */
  readonly capped: readonly CappedAction[];

  constructor(declared: readonly NamedAction[] = actionsOf(defaultConfig)) {
    this.#byName = new Map(declared.map((action) => [action.name, action]));
    this.capped = declared.filter((action): action is CappedAction => action.maxRows !== undefined);
  }

  named(name: string): NamedAction | undefined {
    return this.#byName.get(name);
  }
}

export type CappedAction = NamedAction & { readonly maxRows: number };
