import fc from "fast-check";
import { expect, test } from "vitest";
import { eachNumberRow, type NumberFormat } from "./number-rows.ts";
import { Rejections } from "./rejections.ts";

function read(text: string, format: Partial<NumberFormat> = {}) {
  const rejections = new Rejections();
  const rows: number[][] = [];
  const file = { name: "file.txt", bytes: Buffer.from(text) };
  const anyNumbers = { separators: "\t ", minColumns: 1, maxColumns: 99, idColumns: 0 };
  eachNumberRow(file, { ...anyNumbers, ...format }, rejections, (row) => {
    rows.push([...row]);
    return undefined;
  });
  return { rows, rejected: rejections.summary() };
}

test("rows read the same as splitting and parsing strings would", () => {
  const number = fc.oneof(
    fc.nat(),
    fc.integer(),
    fc.integer({ min: 0, max: 99_999 }).map((n) => n / 100),
  );
  fc.assert(
    fc.property(fc.array(fc.array(number, { minLength: 1, maxLength: 5 })), (rows) => {
      const text = rows.map((row) => row.join("\t")).join("\n");
      const oracle = text.split("\n").filter((line) => line !== "");
      const { rows: found, rejected } = read(text);
      expect(rejected.count).toBe(0);
      expect(found.length).toBe(oracle.length);
      for (const [line, row] of found.entries())
        for (const [column, value] of row.entries())
          expect(value).toBeCloseTo(Number(oracle[line]!.split("\t")[column]), 9);
    }),
  );
});

test("any run of separators parts two numbers, also around the row", () => {
  expect(read("1::1193::5::978300760\n", { separators: ":" }).rows).toEqual([[1, 1193, 5, 978300760]]);
  expect(read("(0,25)\t1064\t174\r\n", { separators: "(),\t" }).rows).toEqual([[0, 25, 1064, 174]]);
});

test("the header and blank lines are no rows", () => {
  expect(read("user\titem\n\n1\t2\n", { hasHeader: true })).toEqual({
    rows: [[1, 2]],
    rejected: { count: 0, samples: [] },
  });
});

test("a row that cannot be read is counted with its line and reason, and the others are kept", () => {
  const { rows, rejected } = read("1 2\n3 x7\n4\n- 5\n5 6", { minColumns: 2, maxColumns: 2 });
  expect(rows).toEqual([
    [1, 2],
    [5, 6],
  ]);
  expect(rejected).toEqual({
    count: 3,
    samples: [
      { file: "file.txt", line: 2, reason: 'not a number: "x7"' },
      { file: "file.txt", line: 3, reason: "expected 2 columns, found 1" },
      { file: "file.txt", line: 4, reason: 'not a number: "-"' },
    ],
  });
});

test("an id is a whole number that is not negative", () => {
  const { rows, rejected } = read("1 2 -3.5\n-1 2 3\n1 2.5 3\n", { idColumns: 2 });
  expect(rows).toEqual([[1, 2, -3.5]]);
  expect(rejected.samples.map(({ reason }) => reason)).toEqual(["not an id: -1", "not an id: 2.5"]);
});

test("the first ten rejected rows are kept and all are counted", () => {
  const { rejected } = read("x\n".repeat(25));
  expect(rejected.count).toBe(25);
  expect(rejected.samples.map(({ line }) => line)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
});
