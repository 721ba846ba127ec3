/**
 * @file Who is who. People are met under several ids (a browser's anonymous id, then a user id after signing in); links between
 * ids make them one person. Nothing is moved: events stay under the id they came with, and a person is read as the union of the
 * ids that lead to the same root. So a link shows the full history at once, and taking it away restores what was before.
 *
 * Links are decided once, where events come in, and logged; every reader applies the same decisions in the same order. Rules:
 * an id belongs to one person at most (of two people who sign in on a shared device, the first keeps what came before),
 * a person has at most `MAX_IDS` ids, and values that stand for "nobody" are not ids.
 */
export interface Link {
  readonly from: string;
  readonly to: string;
}

export type LinkPlan =
  | { readonly kind: "link"; readonly link: Link }
  | { readonly kind: "linked-already" }
  | { readonly kind: "refused"; readonly reason: RefusedLink };

export type RefusedLink = "belongs-to-another" | "too-many-ids";

const MAX_IDS = 20;

/** What programs send when they have no id (the list follows Segment's default blocked values). */
const BLOCKED = new Set(
  "null undefined nil none nan n/a na unknown anonymous guest true false 0 -1".split(" "),
);
BLOCKED.add("[object object]").add("00000000-0000-0000-0000-000000000000");

/** True for values that stand for "nobody". */
export function isBlockedId(id: string): boolean {
  return BLOCKED.has(id.trim().toLowerCase());
}

export class IdentityGraph {
  /** Linked id -> the id it leads to. */
  readonly #parents = new Map<string, string>();
  readonly #children = new Map<string, string[]>();

  /** The root id of the person who has this id; the id itself when it is linked to nothing. */
  personOf(id: string): string {
    let root = id;
    for (let parent = this.#parents.get(root); parent !== undefined; parent = this.#parents.get(root))
      root = parent;
    return root;
  }

  /** All ids of the person, the root first. */
  idsOf(id: string): readonly string[] {
    const ids = [this.personOf(id)];
    for (let at = 0; at < ids.length; at++) {
      const children = this.#children.get(ids[at]!);
      if (children) ids.push(...children);
    }
    return ids;
  }

  /** Whether `from` may become an id of the person who has `to`. Never makes a cycle: only roots are linked, to another root. */
  plan(from: string, to: string): LinkPlan {
    const person = this.personOf(to);
    if (this.personOf(from) === person) return { kind: "linked-already" };
    if (this.#parents.has(from)) return { kind: "refused", reason: "belongs-to-another" };
    if (this.idsOf(from).length + this.idsOf(person).length > MAX_IDS)
      return { kind: "refused", reason: "too-many-ids" };
    return { kind: "link", link: { from, to: person } };
  }

  /** Applies a logged link. One that came to be logged twice, or that later links made impossible, changes nothing. */
  link(link: Link): void {
    if (this.plan(link.from, link.to).kind !== "link") return;
    this.#parents.set(link.from, link.to);
    const children = this.#children.get(link.to);
    if (children) children.push(link.from);
    else this.#children.set(link.to, [link.from]);
  }

  /** Forgets whole people: every id of theirs, and what linked them. */
  forget(ids: readonly string[]): void {
    for (const id of ids) {
      this.unlink(id);
      for (const child of this.#children.get(id) ?? []) this.#parents.delete(child);
      this.#children.delete(id);
    }
  }

  /** Takes the id, and what was linked to it, out of the person it belongs to. False when it belongs to nobody else. */
  unlink(id: string): boolean {
    const parent = this.#parents.get(id);
    if (parent === undefined) return false;
    this.#parents.delete(id);
    this.#children.set(
      parent,
      this.#children.get(parent)!.filter((child) => child !== id),
    );
    return true;
  }
}
