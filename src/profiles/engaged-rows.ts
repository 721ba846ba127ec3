import type { ItemRow } from "#base";
import type { Actions, Catalogue } from "#events";
import type { RowsView } from "#sequences";
import type { Engagement } from "./daily-clusters.ts";

/** Engagements where they lie, side by side, oldest first: what they are is made of those that nobody knew before. */
export class EngagedRows {
  readonly timesMs: number[] = [];
  readonly itemRows: ItemRow[] = [];
  readonly #offsets: number[] = [];
  /** Of each item its last change, as the engagement was read. */
  readonly #changes: number[] = [];
  readonly #views: RowsView[] = [];
  readonly #numbers: number[] = [];

  get length(): number {
    return this.timesMs.length;
  }

  /** Adds row `n` of a view, which is older than those added before. */
  add(view: RowsView, n: number, change: number): void {
    this.timesMs.push(view.timestampMs(n));
    this.itemRows.push(view.itemRow(n) as ItemRow); // of rows with an item
    this.#offsets.push(view.offset(n));
    this.#changes.push(change);
    this.#views.push(view);
    this.#numbers.push(n);
  }

  /** From now on the oldest is the first. */
  turn(): this {
    for (const column of [this.timesMs, this.itemRows, this.#offsets, this.#changes, this.#numbers])
      column.reverse();
    this.#views.reverse();
    return this;
  }

  /** How many are before a time. */
  countBefore(timeMs: number): number {
    let until = this.length;
    while (until > 0 && this.timesMs[until - 1]! >= timeMs) until--;
    return until;
  }

  /** What says which rows these are, and what was known of their items. */
  marks(from: number, until: number): RowMarks {
    const marks = new Float64Array(MARKS * (until - from));
    for (let at = from, to = 0; at < until; at++, to += MARKS) {
      marks[to] = this.timesMs[at]!;
      marks[to + 1] = this.#offsets[at]!;
      marks[to + 2] = this.itemRows[at]!;
      marks[to + 3] = this.#changes[at]!;
    }
    return marks;
  }

  /** Whether {@link marks} of these would be the same. */
  areMarked(marks: RowMarks, from: number, until: number): boolean {
    if (marks.length !== MARKS * (until - from)) return false;
    for (let at = from, to = 0; at < until; at++, to += MARKS)
      if (
        marks[to] !== this.timesMs[at] ||
        marks[to + 1] !== this.#offsets[at] ||
        marks[to + 2] !== this.itemRows[at] ||
        marks[to + 3] !== this.#changes[at]
      )
        return false;
    return true;
  }

  /** The engagements themselves. */
  engagements(
    from: number,
    until: number,
    { catalogue, actions }: { readonly catalogue: Catalogue; readonly actions: Actions },
  ): Engagement[] {
    const made: Engagement[] = [];
    for (let at = from; at < until; at++) {
      const view = this.#views[at]!;
      const n = this.#numbers[at]!;
      const action = catalogue.actions.nameOf(view.action(n));
      const source = view.source(n);
      const engagement = {
        itemRow: this.itemRows[at]!,
        timestampMs: this.timesMs[at]!,
        eventId: view.eventId(n),
        action,
        strength: actions.named(action)?.strength ?? 0,
      };
      made.push(source === undefined ? engagement : { ...engagement, source });
    }
    return made;
  }
}

/** (rows, 4) time, place in the log, item and its last change. */
export type RowMarks = Float64Array;
const MARKS = 4;
