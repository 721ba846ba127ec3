import fc from "fast-check";
import { expect, test } from "vitest";
import { Catalogue } from "#events";
import { type RowsView, type SequenceRow, SequenceWindow } from "#sequences";
import { sequenceEvent } from "./bodies.ts";
import { SequenceJson } from "./sequence-json.ts";

/** @file What is written straight from the rows is what a general serializer would write of them. */
const signal = { asOf: null, computedAt: "2026-01-01T00:00:00.000Z", version: "1", completeness: 1 };
const NO_ITEM = 0xffffffff;
const PART_ROWS = 64;

function makeCatalogue(): Catalogue {
  const catalogue = new Catalogue();
  for (const name of ["view", 'sa"ve']) catalogue.apply({ kind: "action", name });
  for (const name of ["home", "sé\\arch"]) catalogue.apply({ kind: "surface", name });
  catalogue.apply({ kind: "item", itemId: "i0" });
  catalogue.apply({ kind: "item", itemId: 'i"1', input: { title: "Tïtle\n", tags: ["a", "b"] } });
  return catalogue;
}

/** Rows that are objects, as the naive way has them. */
class RowList implements RowsView {
  readonly #rows: readonly SequenceRow[];

  constructor(rows: readonly SequenceRow[]) {
    this.#rows = rows;
  }

  get count(): number {
    return this.#rows.length;
  }

  readonly timestampMs = (n: number) => this.#rows[n]!.timestampMs;
  readonly offset = (n: number) => this.#rows[n]!.offset;
  readonly itemRow = (n: number) => this.#rows[n]!.itemRow;
  readonly action = (n: number) => this.#rows[n]!.action;
  readonly surface = (n: number) => this.#rows[n]!.surface;
  readonly dwellMs = (n: number) => this.#rows[n]!.dwellMs;
  readonly value = (n: number) => this.#rows[n]!.value;
  readonly position = (n: number) => this.#rows[n]!.position;
  readonly consent = (n: number) => this.#rows[n]!.consent ?? 0;
  readonly slateId = (n: number) => this.#rows[n]!.slateId;
  readonly source = (n: number) => this.#rows[n]!.source;
  readonly eventId = (n: number) => this.#rows[n]!.eventId;
  readonly eventIdBytes = (n: number) => Buffer.byteLength(this.#rows[n]!.eventId);
  readonly writeEventId = (n: number, bytes: Buffer, at: number) =>
    at + bytes.write(this.#rows[n]!.eventId, at);
}

function windowOf(rows: readonly SequenceRow[]): SequenceWindow {
  const window = new SequenceWindow();
  for (let from = 0; from < rows.length; from += PART_ROWS) {
    const list = new RowList(rows.slice(from, from + PART_ROWS));
    const part = window.addPart(list);
    for (let n = 0; n < list.count; n++) window.add(part, n);
  }
  return window;
}

const text = fc.oneof(fc.uuid(), fc.string({ unit: "grapheme", minLength: 1, maxLength: 100 }));
const float = fc.float({ noNaN: true, noDefaultInfinity: true });
const row: fc.Arbitrary<SequenceRow> = fc.record(
  {
    timestampMs: fc.oneof(fc.nat(), fc.integer({ min: 0, max: 8.64e15 }), fc.integer({ min: -1e12, max: 0 })),
    offset: fc.nat(),
    eventId: text,
    itemRow: fc.constantFrom(0, 1, NO_ITEM),
    action: fc.constantFrom(1, 2),
    surface: fc.constantFrom(0, 1, 2),
    dwellMs: fc.oneof(fc.nat(), float),
    value: fc.oneof(float, fc.constantFrom(0, -0, 9, 10, 99, 100, 999_999_999, 1e9, 1e10, -1, 0.5)),
    position: fc.nat(65_534),
    slateId: text,
    source: text,
  },
  { requiredKeys: ["timestampMs", "offset", "eventId", "itemRow", "action", "surface"] },
);

test("the answer is the JSON of its events, however much is written before it", () => {
  const catalogue = makeCatalogue();
  const json = new SequenceJson(catalogue);
  fc.assert(
    fc.property(fc.array(row, { maxLength: 100 }), text, (rows, userId) => {
      const events = rows.map((one) => sequenceEvent(one, catalogue));
      const { text: written, sent } = json.write(windowOf(rows), { userId, ...signal });
      expect(JSON.parse(written.toString())).toEqual(
        JSON.parse(JSON.stringify({ userId, events, ...signal })),
      );
      sent();
    }),
    { numRuns: 300 },
  );
});

test("a long answer is whole, and so is the one after it", () => {
  const catalogue = makeCatalogue();
  const json = new SequenceJson(catalogue);
  const rows = Array.from({ length: 5000 }, (_, n) => ({
    timestampMs: n * 86_400_000,
    offset: n,
    eventId: "x".repeat(100),
    itemRow: 1,
    action: 1,
    surface: 1,
  }));
  for (const asked of [rows, rows.slice(0, 3)]) {
    const { events } = JSON.parse(json.write(windowOf(asked), { userId: "ann", ...signal }).text.toString());
    expect(events).toEqual(asked.map((one) => sequenceEvent(one, catalogue)));
  }
});

test("an item that changes is answered as it is now", () => {
  const catalogue = makeCatalogue();
  const json = new SequenceJson(catalogue);
  const rows = [{ timestampMs: 5, offset: 1, eventId: "e", itemRow: 0, action: 1, surface: 0 }];
  const titleNow = (): unknown =>
    JSON.parse(json.write(windowOf(rows), { userId: "ann", ...signal }).text.toString()).events[0].title;
  expect(titleNow()).toBeUndefined();
  catalogue.apply({ kind: "item", itemId: "i0", input: { title: "New" } });
  expect(titleNow()).toBe("New");
});

test("an answer stays what it is until it was sent, and its bytes are used again after", () => {
  const json = new SequenceJson(makeCatalogue());
  const answer = (userId: string) => json.write(windowOf([]), { userId, ...signal });
  const first = answer("first");
  const second = answer("second");
  expect([first, second].map(({ text }) => JSON.parse(text.toString()).userId)).toEqual(["first", "second"]);
  first.sent();
  answer("third"); // in the buffer that was next already
  const fourth = answer("fourth");
  expect(fourth.text.buffer).toBe(first.text.buffer);
  expect(JSON.parse(second.text.toString()).userId).toBe("second");
});
