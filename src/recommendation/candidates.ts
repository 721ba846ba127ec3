import type { ItemRow } from "#base";
import type { InterestStage } from "#declarations";
import type { Candidate, Proposal } from "./pipeline.ts";

/** What a source found, best first. */
export interface Found {
  readonly name: string;
  readonly kept: readonly Proposal[];
}

/** How much of what a source found others found too. */
export interface Overlap {
  /** Items that no other source found. */
  readonly unique: number;
  /** Name of another source -> items it found as well. */
  readonly shared: Readonly<Record<string, number>>;
}

export interface CandidateColumns {
  /** Names, in the order in which they count. */
  readonly sources: readonly string[];
  /** One an item: what the first source that found it says, with the first reason anybody gives. */
  readonly proposals: readonly Proposal[];
  /** (sources, candidates) row-major: the place an item has with each source, from 0; {@link NOWHERE} with those that did not find it. */
  readonly places: Int32Array;
}

/** Not found by a source. */
export const NOWHERE = -1;

/**
 * The candidates of one list, each item once, by position. Of hundreds that are scored twenty are shown, so what is asked of all lies in columns, and
 * a candidate is put together when it is chosen.
 */
export class Candidates {
  readonly sources: readonly string[];
  /** (candidates) */
  readonly itemRows: Uint32Array;
  readonly #proposals: readonly Proposal[];
  readonly #places: Int32Array;

  constructor({ sources, proposals, places }: CandidateColumns) {
    this.sources = sources;
    this.itemRows = Uint32Array.from(proposals, ({ itemRow }) => itemRow);
    this.#proposals = proposals;
    this.#places = places;
  }

  /** All that was found, in the order of the sources; what was found again keeps its position. */
  static merge(found: readonly Found[]): Candidates {
    const positions = new Map<ItemRow, number>();
    const proposals: Proposal[] = [];
    const positionsOf = found.map(({ kept }) =>
      kept.map((proposal) => {
        const position = positions.get(proposal.itemRow) ?? proposals.length;
        if (position === proposals.length) {
          positions.set(proposal.itemRow, position);
          proposals.push(proposal);
        } else proposals[position] = told(proposals[position]!, proposal);
        return position;
      }),
    );
    const sources = [...new Set(found.map(({ name }) => name))];
    const places = new Int32Array(sources.length * proposals.length).fill(NOWHERE);
    for (const [at, { name }] of found.entries()) {
      const from = sources.indexOf(name) * proposals.length;
      for (const [place, position] of positionsOf[at]!.entries()) places[from + position] = place;
    }
    return new Candidates({ sources, proposals, places });
  }

  get length(): number {
    return this.#proposals.length;
  }

  /** (candidates) the place each has with a source; `undefined` for one that was not asked. */
  placesOf(source: string): Int32Array | undefined {
    const row = this.sources.indexOf(source);
    return row < 0 ? undefined : this.#places.subarray(row * this.length, (row + 1) * this.length);
  }

  /** The first that found it. */
  sourceAt(position: number): string {
    let row = 0;
    while (row < this.sources.length - 1 && this.#placeAt(row, position) === NOWHERE) row++;
    return this.sources[row]!; // somebody found it
  }

  maturityAt(position: number): InterestStage | undefined {
    return this.#proposals[position]!.maturity;
  }

  at(position: number): Candidate {
    const places = new Map<string, number>();
    for (const [row, name] of this.sources.entries()) {
      const place = this.#placeAt(row, position);
      if (place !== NOWHERE) places.set(name, place);
    }
    return { ...this.#proposals[position]!, source: this.sourceAt(position), places };
  }

  overlapOf(source: string): Overlap {
    const own = this.placesOf(source) ?? new Int32Array(0);
    const isShared = new Uint8Array(own.length);
    const shared: Record<string, number> = {};
    for (const name of this.sources) {
      if (name === source) continue;
      const theirs = this.placesOf(name)!; // it was asked
      let both = 0;
      for (let position = 0; position < own.length; position++) {
        if (own[position] === NOWHERE || theirs[position] === NOWHERE) continue;
        isShared[position] = 1;
        both++;
      }
      if (both > 0) shared[name] = both;
    }
    let unique = 0;
    for (let position = 0; position < own.length; position++)
      if (own[position] !== NOWHERE && isShared[position] === 0) unique++;
    return { unique, shared };
  }

  #placeAt(row: number, position: number): number {
    return this.#places[row * this.length + position]!;
  }
}

/** What another source says of why, where nobody said it before. */
function told(known: Proposal, again: Proposal): Proposal {
  const { reason = again.reason, maturity = again.maturity } = known;
  if (reason === known.reason && maturity === known.maturity) return known;
  return { ...known, ...(reason && { reason }), ...(maturity && { maturity }) };
}
