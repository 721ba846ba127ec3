import type { Annotations, Fields } from "./field.ts";

/** `impression`: shown. `positive`: wanted it. `negative`: did not. `neutral`: says neither. */
export type ActionKind = "impression" | "positive" | "negative" | "neutral";

export const actionKinds: readonly ActionKind[] = ["impression", "positive", "negative", "neutral"];

/** An event name that makes a row of a user's sequence, and what it says about the person. */
export interface DeclaredAction<Properties extends Fields = Fields> extends Annotations {
  readonly kind: ActionKind;
  /** How much wanting one such event shows; 0 unless positive. */
  readonly strength: number;
  /** Past tense for reasons shown to people: "Because you {verb} ...". */
  readonly verb: string;
  /** Newest rows of it that a user's sequence keeps: fewer than the 16,384 it keeps in all. */
  readonly maxRows?: number;
  /** Beside those every engagement may carry (`itemId`, `surface`, `dwellMs`, `value`, `slateId`, `position`, `source`). */
  readonly properties: Properties;
}

/** What `action` takes: only a positive one has a strength. */
export type ActionInput = Annotations & { readonly verb: string; readonly maxRows?: number } & (
    | { readonly kind: "positive"; readonly strength: number }
    | { readonly kind: Exclude<ActionKind, "positive">; readonly strength?: never }
  );

type None = Record<never, never>;

/**
 * Declares an action. Its values are checked by `defineConfig`, which knows its name. Two signatures, for without properties
 * the compiler would take the type that the config expects, of any fields, and let every property through.
 */
export function action(input: ActionInput & { readonly properties?: never }): DeclaredAction<None>;
export function action<const Properties extends Fields>(
  input: ActionInput & { readonly properties: Properties },
): DeclaredAction<Properties>;
export function action(input: ActionInput & { readonly properties?: Fields }): DeclaredAction {
  const { strength = 0, properties = {}, ...rest } = input;
  return { ...rest, strength, properties };
}
