import { unitRows } from "#numeric";
import type { ItemContent } from "#sequences";
import type { ItemContents } from "../model.ts";
import type { ContentPart } from "./content-bags.ts";
import { UnitTable } from "./unit-table.ts";

/** What a fit left of items. */
export interface LearnedItems {
  /** D */
  readonly width: number;
  /** (V, D): what the network takes items in as. */
  readonly input: Float32Array;
  /** (V, D): what people are held against, where that is another table. */
  readonly output?: Float32Array | undefined;
  /** People and items are compared by direction alone. */
  readonly isCosine: boolean;
  /** What descriptions mean, where the network learned it. */
  readonly content?: ContentPart | undefined;
}

/**
 * The vectors of a fitted encoder's items: those it learned, and, over a catalogue that grew, those of the items that came later, by
 * what they are described by. An item it knows nothing of has zeros.
 */
export class EncoderItems {
  readonly #learned: LearnedItems;
  readonly #catalogue: ItemContents | undefined;
  readonly #learnedCount: number;
  /** The catalogue's when the rows below were made. */
  #revision = -1;
  #count: number;
  /** Of the items that came later, what they were described by then. */
  readonly #later: (ItemContent | undefined)[] = [];
  #input: Float32Array;
  #scored: Float32Array;
  /** Absent until it is asked for. */
  #unit: Float32Array | undefined;
  readonly #units: UnitTable;

  /** `units`: of the same learned items over another catalogue. */
  constructor(learned: LearnedItems, catalogue?: ItemContents, units = unitsOf(learned)) {
    const { input, output = input, width, isCosine } = learned;
    this.#learned = learned;
    this.#catalogue = catalogue;
    this.#units = units;
    this.#learnedCount = input.length / width;
    this.#count = this.#learnedCount;
    this.#input = input;
    if (isCosine) this.#unit = units.values;
    this.#scored = this.#unit ?? output;
  }

  get learnedCount(): number {
    return this.#learnedCount;
  }

  /** Items that have rows below. */
  get count(): number {
    this.#follow();
    return this.#count;
  }

  /** (D) what the network takes an item in as; a view. */
  inputOf(itemRow: number): Float32Array {
    return this.#rowsOf(this.#input, itemRow, itemRow + 1);
  }

  /** Writes (D) numbers from `at` on. Without a view: making one takes longer than to copy what it shows. */
  copyInput(itemRow: number, into: Float32Array, at: number): void {
    const { width } = this.#learned;
    const table = this.#input;
    for (let from = itemRow * width, n = 0; n < width; n++) into[at + n] = table[from + n]!;
  }

  /** (count, D) what people are held against; a view, as it is now. */
  scored(): Float32Array {
    this.#follow();
    return this.#rowsOf(this.#scored, 0, this.#count);
  }

  /** (rows, D) what people are held against of some items. */
  scoredOf(itemRows: readonly number[]): Float32Array {
    this.#follow();
    const { width } = this.#learned;
    const rows = new Float32Array(itemRows.length * width);
    for (const [n, row] of itemRows.entries()) rows.set(this.#rowsOf(this.#scored, row, row + 1), n * width);
    return rows;
  }

  /** (count, D) at length 1; a view, as it is now. */
  unit(): Float32Array {
    this.#follow();
    this.#unit ??= this.#makeUnit();
    return this.#rowsOf(this.#unit, 0, this.#count);
  }

  /** Resolves when {@link unit} answers at once. */
  prepareUnit(): Promise<void> {
    return this.#units.make();
  }

  /** Came later, and nothing of what it is described by is known. */
  isUnknown(itemRow: number): boolean {
    return itemRow >= this.#learnedCount && this.inputOf(itemRow).every((value) => value === 0);
  }

  #rowsOf(table: Float32Array, from: number, to: number): Float32Array {
    const { width } = this.#learned;
    return table.subarray(from * width, to * width);
  }

  /** Makes the rows of what came or changed since the last time. O(later items) when anything did. */
  #follow(): void {
    const catalogue = this.#catalogue;
    if (!catalogue || catalogue.revision === this.#revision) return;
    this.#revision = catalogue.revision;
    if (catalogue.itemCount <= this.#learnedCount) return;
    this.#makeRoom(catalogue.itemCount);
    this.#count = catalogue.itemCount;
    for (let row = this.#learnedCount; row < this.#count; row++) {
      const content = catalogue.at(row);
      if (this.#later[row - this.#learnedCount] === content) continue;
      this.#later[row - this.#learnedCount] = content;
      this.#place(row, this.#learned.content?.vectorOf(content));
    }
  }

  #place(row: number, vector: Float32Array | undefined): void {
    const own = this.#rowsOf(this.#input, row, row + 1);
    if (vector) own.set(vector);
    else own.fill(0);
    if (this.#unit) this.#placeUnit(this.#unit, row);
  }

  /** Where people are held against another table it says nothing of descriptions. */
  #placeUnit(table: Float32Array, row: number): void {
    if (this.#learned.output) return;
    const unit = this.#rowsOf(table, row, row + 1);
    unit.set(this.inputOf(row));
    unitRows(unit, unit.length);
  }

  #makeUnit(): Float32Array {
    const { values } = this.#units;
    if (this.#input.length === values.length) return values;
    const unit = new Float32Array(this.#input.length);
    unit.set(values);
    for (let row = this.#learnedCount; row < this.#count; row++) this.#placeUnit(unit, row);
    return unit;
  }

  /** Tables grow by a quarter, into arrays of their own: the learned ones may be views of a file. */
  #makeRoom(rows: number): void {
    const { width, isCosine, output } = this.#learned;
    if (this.#input.length >= rows * width) return;
    const grown = (table: Float32Array): Float32Array => {
      const larger = new Float32Array(Math.ceil(rows * 1.25) * width);
      larger.set(table);
      return larger;
    };
    this.#input = grown(this.#input);
    if (this.#unit) this.#unit = grown(this.#unit);
    const scored = output ? grown(this.#scored) : this.#input;
    this.#scored = (isCosine ? this.#unit : undefined) ?? scored;
  }
}

/** Of the vectors that people are held against. */
export function unitsOf({ input, output = input, width }: LearnedItems): UnitTable {
  return new UnitTable(output, width);
}
