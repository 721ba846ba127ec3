/**
 * @file Declared actions: the event names that make a row of a user's sequence, and what each says about the person. The
 * strengths follow the published practice of weighting engagements by effort (Deskdrop's notebook, PinnerFormer section 3.4).
 */
export interface ActionDeclaration {
  readonly name: string;
  /** `impression`: shown. `positive`: wanted it. `negative`: did not. `neutral`: says neither. */
  readonly kind: "impression" | "positive" | "negative" | "neutral";
  /** How much wanting one such event shows; 0 unless positive. */
  readonly strength: number;
  /** Past tense for reasons shown to people: "Because you {verb} ...". */
  readonly verb: string;
}

const positive = (name: string, strength: number, verb: string): ActionDeclaration => ({
  name,
  kind: "positive",
  strength,
  verb,
});
const other = (
  name: string,
  kind: "impression" | "negative" | "neutral",
  verb: string,
): ActionDeclaration => ({
  name,
  kind,
  strength: 0,
  verb,
});

/** Names in any other spelling ("Product Viewed") are stored and counted until they are declared. */
export const defaultActions: readonly ActionDeclaration[] = [
  other("impression", "impression", "saw"),
  positive("view", 1, "viewed"),
  positive("watch", 1, "watched"),
  positive("close-up", 1, "looked closely at"),
  positive("click", 1, "clicked"),
  positive("listen", 1, "listened to"),
  positive("review", 2, "reviewed"),
  positive("like", 2, "liked"),
  positive("bookmark", 2.5, "bookmarked"),
  positive("save", 2.5, "saved"),
  positive("follow", 3, "followed"),
  positive("share", 3, "shared"),
  positive("comment", 4, "commented on"),
  positive("add-to-cart", 3, "added to the cart"),
  positive("purchase", 4, "bought"),
  other("hide", "negative", "hid"),
  other("dislike", "negative", "disliked"),
  other("search", "neutral", "searched for"),
  other("notification-open", "neutral", "opened a notification about"),
];

/** Actions by name. */
export class Actions {
  readonly #byName: ReadonlyMap<string, ActionDeclaration>;
  constructor(declarations: readonly ActionDeclaration[] = defaultActions) {
    this.#byName = new Map(declarations.map((declaration) => [declaration.name, declaration]));
  }
  named(name: string): ActionDeclaration | undefined {
    return this.#byName.get(name);
  }
}
