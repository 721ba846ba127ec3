import fc from "fast-check";
import { expect, test } from "vitest";
import { BlockView, decodeBlock } from "./block-view.ts";
import { encodeOpenRow, type NewId } from "./open-rows.ts";
import { decodeOpenRows, OpenRowsView } from "./open-rows-view.ts";
import {
  BLOCK_ROWS,
  compareRows,
  encodeBlock,
  NO_ITEM,
  type SequenceRow,
  splitIntoBlocks,
} from "./sequence-block.ts";

const optional = <Value>(value: fc.Arbitrary<Value>): fc.Arbitrary<Value | undefined> =>
  fc.option(value, { nil: undefined });
const text = fc.string({ minLength: 1, maxLength: 300, unit: "grapheme" });

const row: fc.Arbitrary<SequenceRow> = fc
  .record({
    timestampMs: fc.integer({ min: 0, max: 2 ** 41 }),
    offset: fc.integer({ min: 0, max: 2 ** 40 }),
    eventId: fc.oneof(fc.uuid(), text),
    itemRow: fc.oneof(fc.nat(), fc.constant(NO_ITEM)),
    action: fc.nat(255),
    surface: fc.nat(255),
    dwellMs: optional(fc.float({ noNaN: true, noDefaultInfinity: true })),
    value: optional(fc.float({ noNaN: true, noDefaultInfinity: true })),
    position: optional(fc.nat(65_534)),
    slateId: optional(text),
    source: optional(text),
    consent: optional(fc.integer({ min: 1, max: 2 ** 32 - 1 })),
  })
  .map(
    (fields) =>
      Object.fromEntries(
        Object.entries(fields).filter(([, value]) => value !== undefined),
      ) as unknown as SequenceRow,
  );

const idOf = ({ eventId }: SequenceRow): NewId => ({
  idBytes: Buffer.byteLength(eventId),
  copyId: (bytes, at) => at + bytes.write(eventId, at),
});

test("splitting and encoding any rows gives back the same rows", () => {
  fc.assert(
    fc.property(fc.array(row, { minLength: 1, maxLength: 200 }), (rows) => {
      const ordered = [...rows].sort(compareRows);
      const blocks = splitIntoBlocks(ordered);
      expect(blocks.flatMap((block) => decodeBlock(encodeBlock(block)))).toEqual(ordered);
      const open = Buffer.concat(
        ordered.map((one) => Uint8Array.from(encodeOpenRow({ ...one, id: idOf(one) }))),
      );
      expect(decodeOpenRows(open)).toEqual(ordered);
      for (const block of blocks) expect(block.length).toBeLessThanOrEqual(BLOCK_ROWS);
    }),
    { numRuns: 200 },
  );
});

test("an event id is written as its UTF-8, from a block and from open rows", () => {
  fc.assert(
    fc.property(fc.array(row, { minLength: 1, maxLength: BLOCK_ROWS }), (rows) => {
      const near = rows.map((one, n) => ({ ...one, timestampMs: n, offset: n }));
      const open = Buffer.concat(
        near.map((one) => Uint8Array.from(encodeOpenRow({ ...one, id: idOf(one) }))),
      );
      for (const view of [new BlockView(encodeBlock(near)), new OpenRowsView(open)]) {
        for (const [n, { eventId }] of near.entries()) {
          const bytes = Buffer.alloc(view.eventIdBytes(n) + 1);
          expect(view.writeEventId(n, bytes, 1)).toBe(bytes.length);
          expect(bytes.toString("utf8", 1)).toBe(eventId);
        }
      }
      expect(decodeOpenRows(open)).toEqual(near);
    }),
  );
});

test("rows near in time fill blocks to the brim, and a gap of over 49 days begins a new one", () => {
  const at = (timestampMs: number): SequenceRow => ({
    timestampMs,
    offset: 1,
    eventId: "e",
    itemRow: 0,
    action: 1,
    surface: 0,
  });
  expect(splitIntoBlocks(Array.from({ length: 130 }, (_, n) => at(n))).map((block) => block.length)).toEqual([
    64, 64, 2,
  ]);
  expect(splitIntoBlocks([at(0), at(2 ** 32 - 1), at(2 ** 32)]).map((block) => block.length)).toEqual([2, 1]);
});

test("a block of version 1 is these bytes", () => {
  const rows: SequenceRow[] = [
    { timestampMs: 1000, offset: 7, eventId: "a", itemRow: 3, action: 1, surface: 2 },
    {
      timestampMs: 1256,
      offset: 6,
      eventId: "00112233-4455-6677-8899-aabbccddeeff",
      itemRow: NO_ITEM,
      action: 2,
      surface: 0,
      value: 1,
      slateId: "s",
    },
  ];
  const hex = [
    "01 0a 0200 3e000000 0000000000408f40 0000000000001840", // version, columns (value, slate), n, strings, times and offsets from
    "00000000 00010000 01000000 00000000 03000000 ffffffff", // time and offset deltas, items
    "0000c07f 0000803f 0102 0200 0001", // values, actions, surfaces, slates
    "01 61 ff 00112233445566778899aabbccddeeff 01 01 73 00", // ids, slate list, source list
  ].join("");
  const bytes = Buffer.from(hex.replaceAll(" ", ""), "hex");
  expect(Buffer.from(encodeBlock(rows)).toString("hex")).toBe(bytes.toString("hex"));
  expect(decodeBlock(bytes)).toEqual(rows);
  expect(decodeBlock(Buffer.concat([Buffer.of(0), bytes]).subarray(1))).toEqual(rows); // where no column is aligned
});

test("a usual row takes under 40 bytes with its id, under 24 without", () => {
  const rows = Array.from({ length: BLOCK_ROWS }, (_, n) => ({
    timestampMs: n * 1000,
    offset: n,
    eventId: `00112233-4455-6677-8899-aabbccdd${String(n).padStart(4, "0")}`,
    itemRow: n,
    action: 1,
    surface: 1,
    position: n % 10,
    slateId: `slate-${Math.floor(n / 10)}`,
  }));
  const bytesPerRow = encodeBlock(rows).length / BLOCK_ROWS;
  expect(bytesPerRow).toBeLessThan(40);
  expect(bytesPerRow - 17).toBeLessThan(24);
});
