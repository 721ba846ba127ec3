import { expect, test } from "vitest";
import { decodeOpenRows } from "./open-rows-view.ts";
import { NO_ITEM } from "./sequence-block.ts";
import { encodeChoices } from "./standing-choices.ts";
import { decodeHead, decodeUserHead, emptyHead, encodeHead } from "./user-head.ts";

/** Bytes that are in people's data folders: whatever is written today, these stay readable. */
const VERSION_1 = [
  "01 02 0200 88000000 47000000", // version, open rows, hashes, bytes of the record, bytes of the rows
  "de0007 a766697273744d73 cd03e8 a66c6173744d73 cd04e8 aa6576656e74436f756e74 03", // firstMs, lastMs, eventCount
  "a6636f756e7473 de0002 a476696577 02 a86964656e74696679 01", // counts of view and identify
  "aa6964656e746966696564 91 de0002 ab74696d657374616d704d73 cd044c a6747261697473 de0001 a463697479 a64c6973626f6e",
  "a8726f77436f756e74 02 aa686173684368756e6b73 00", // rowCount, hashChunks
  "0000000000408f40 0000000000001c40 03000000 01 02 00 0100 61",
  "0000000000a09340 0000000000001840 ffffffff 02 00 1f 00000040 0000003f 0900 0100 73 0100 74 0400 c3a92d31",
  "01000000 02000000 03000000 04000000",
];

test("a head of version 1 reads as it was meant", () => {
  const head = decodeUserHead(Buffer.from(VERSION_1.join("").replaceAll(" ", ""), "hex"));
  expect(head.record).toEqual({
    firstMs: 1000,
    lastMs: 1256,
    eventCount: 3,
    counts: { view: 2, identify: 1 },
    identified: [{ timestampMs: 1100, traits: { city: "Lisbon" } }],
    rowCount: 2,
    hashChunks: 0,
  });
  expect([...head.hashes]).toEqual([1, 2, 3, 4]);
  expect(head.openCount).toBe(2);
  expect(decodeOpenRows(head.openRows)).toEqual([
    { timestampMs: 1000, offset: 7, eventId: "a", itemRow: 3, action: 1, surface: 2 },
    {
      timestampMs: 1256,
      offset: 6,
      eventId: "é-1",
      itemRow: NO_ITEM,
      action: 2,
      surface: 0,
      dwellMs: 2,
      value: 0.5,
      position: 9,
      slateId: "s",
      source: "t",
    },
  ]);
});

/** Bytes of a head of version 2: what is written today, and stays readable. */
const VERSION_2 = [
  "02 01 0100 00000000", // version, open rows, hashes, chunks of hashes
  "0000000000408f40 0000000000a09340 0000000000000840 0000000000000040", // firstMs, lastMs, eventCount, rowCount
  "000000000000f87f 000000000000f87f 000000000000f87f", // nothing is sealed
  "0a000000 00000000 0d000000 1e000000", // bytes of counts, traits, choices, open rows
  "0400 76696577 02000000 de0001 a3616473 91 92 cd03e8 c2", // view: 2; ads refused at 1000
  "0000000000408f40 0000000000001c40 03000000 01 02 40 01000100 0100 61", // a row that says so
  "01000000 02000000",
];

test("a head of version 2 reads and is written as it was meant", () => {
  const bytes = Buffer.from(VERSION_2.join("").replaceAll(" ", ""), "hex");
  const head = decodeUserHead(bytes);
  expect(head.record).toMatchObject({
    firstMs: 1000,
    lastMs: 1256,
    eventCount: 3,
    counts: { view: 2 },
    identified: [],
    consent: { ads: [[1000, false]] },
    rowCount: 2,
    hashChunks: 0,
    newestBlock: undefined,
  });
  expect([...head.hashes]).toEqual([1, 2]);
  expect(head.openCount).toBe(1);
  expect(decodeOpenRows(head.openRows)).toEqual([
    { timestampMs: 1000, offset: 7, eventId: "a", itemRow: 3, action: 1, surface: 2, consent: 0x0001_0001 },
  ]);
  const choices = encodeChoices(head.record.consent);
  expect(Buffer.from(encodeHead({ ...decodeHead(bytes), choices }))).toEqual(bytes);
  expect(decodeUserHead(encodeHead(emptyHead())).record.consent).toBeUndefined();
});
