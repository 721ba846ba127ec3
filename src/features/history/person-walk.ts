import type { Catalogue } from "#events";
import type { PersonControls } from "#sequences";
import type { PlannedAggregate } from "../definition/plan.ts";
import { windowStart } from "../definition/window-start.ts";
import type { FeatureRow } from "../feature-row.ts";
import { Accumulation, type Answer } from "../online/accumulation.ts";
import type { FeatureRequest } from "../online/feature-request.ts";
import { addRemovable, removeOldest, TallyPart } from "../part.ts";
import { firstAfter } from "./features-at.ts";

/**
 * @file The features of one person at many moments, later and later: what `featuresAt` says at each, without counting again what a window still has.
 * Lifetimes only grow; from windows whose aggregation can take events back, those that leave are taken back; the others are counted
 * from their beginning.
 */
export class PersonWalk {
  readonly #rows: readonly FeatureRow[];
  readonly #request: FeatureRequest;
  readonly #catalogue: Catalogue;
  /** By cell; `undefined` for those that are counted anew each time. */
  readonly #running: readonly (TallyPart | undefined)[];
  /** By tally. */
  readonly #runningOf: readonly (readonly TallyPart[])[];
  /** Windows with running cells that events leave, each with its first row. */
  readonly #sliding: { readonly window: number; from: number }[];
  /** Windows that are counted anew. */
  readonly #anew: readonly number[];
  /** All that is needed where none is. */
  readonly #standing: Accumulation | undefined;
  /** Rows before this are in. */
  #to = 0;

  readonly #controls: PersonControls | undefined;

  /** `rows` oldest first. */
  constructor(
    rows: readonly FeatureRow[],
    request: FeatureRequest,
    catalogue: Catalogue,
    controls?: PersonControls,
  ) {
    this.#controls = controls;
    this.#rows = rows;
    this.#request = request;
    this.#catalogue = catalogue;
    const runs = request.cells.map(({ planned }) => isLifetime(planned) || canTakeBack(planned));
    this.#running = runs.map((isRunning) => (isRunning ? new TallyPart() : undefined));
    this.#runningOf = Array.from(request.cellsOf, (cells) =>
      (cells ?? []).flatMap((n) => this.#running[n] ?? []),
    );
    const windowsOf = (isWanted: (cell: number) => boolean): number[] => [
      ...new Set(request.cells.flatMap(({ window }, n) => (isWanted(n) ? [window] : []))),
    ];
    this.#sliding = windowsOf((n) => runs[n] === true && !isLifetime(request.cells[n]!.planned)).map(
      (window) => ({
        window,
        from: 0,
      }),
    );
    this.#anew = windowsOf((n) => !runs[n]);
    if (this.#anew.length === 0) this.#standing = new Accumulation(request, 0, this.#running);
  }

  /** As `featuresAt`; not earlier than the time before. */
  at(atMs: number): (Answer | undefined)[] {
    const { rows, windows, plan } = this.#request;
    const to = firstAfter(this.#rows, atMs);
    for (; this.#to < to; this.#to++) {
      const row = this.#rows[this.#to]!;
      rows.visit(row, (tally, key, value) => {
        for (const entries of this.#runningOf[tally.index]!) addRemovable(entries, tally, key, value, row);
      });
    }
    for (const sliding of this.#sliding) {
      const startMs = windowStart(windows[sliding.window]!, atMs, plan.entity);
      for (; sliding.from < to && this.#rows[sliding.from]!.timestampMs <= startMs; sliding.from++)
        this.#takeBack(this.#rows[sliding.from]!, sliding.window);
    }
    if (this.#standing) return this.#standing.movedTo(atMs).finish(this.#catalogue, this.#controls);
    const accumulation = new Accumulation(this.#request, atMs, this.#running);
    const earliestMs = Math.min(...this.#anew.map((window) => accumulation.startsMs[window]!)); // a start for each
    for (let n = firstAfter(this.#rows, earliestMs); n < to; n++) accumulation.addRow(this.#rows[n]!);
    return accumulation.finish(this.#catalogue, this.#controls);
  }

  #takeBack(row: FeatureRow, window: number): void {
    const { rows, cells, cellsOf } = this.#request;
    rows.visit(row, (tally, key, value) => {
      for (const n of cellsOf[tally.index]!) {
        const entries = this.#running[n];
        if (entries && cells[n]!.window === window) removeOldest(entries, tally, key, value, row);
      }
    });
  }
}

function isLifetime({ window }: PlannedAggregate): boolean {
  return window.kind === "lifetime";
}

/** A decayed sum forgets what is far behind, and cannot take that back. */
const MOST_HALF_LIVES = 500;

function canTakeBack({ window, tally, definition: { aggregate } }: PlannedAggregate): boolean {
  if (window.kind !== "sliding" && window.kind !== "fixed") return false;
  if (aggregate.kind === "decayed_sum" && window.ms > MOST_HALF_LIVES * aggregate.halfLifeMs) return false;
  return tally.aggregation.remove !== undefined;
}
