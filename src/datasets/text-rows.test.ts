import fc from "fast-check";
import { expect, test } from "vitest";
import { csvRows, textRows } from "./text-rows.ts";

const fileOf = (text: string, encoding: BufferEncoding = "utf8") => ({
  name: "file.csv",
  bytes: Buffer.from(text, encoding),
});
const quote = (field: string) => `"${field.replaceAll('"', '""')}"`;

test("whatever is quoted into a comma-separated file is read back", () => {
  const field = fc.string({ unit: fc.constantFrom("a", '"', ",", "\n", "\r", "é", " ") });
  fc.assert(
    fc.property(fc.array(fc.array(field, { minLength: 2, maxLength: 4 })), (records) => {
      const text = records.map((record) => record.map(quote).join(",")).join("\n");
      expect([...csvRows(fileOf(text))].map(({ fields }) => fields)).toEqual(records);
    }),
  );
});

test("a record is named by the line it begins on, though its fields hold line breaks", () => {
  const rows = [...csvRows(fileOf('id,text\r\n1,"two\nlines"\r\n2,"a ""word"""\n'))];
  expect(rows).toEqual([
    { line: 1, fields: ["id", "text"] },
    { line: 2, fields: ["1", "two\nlines"] },
    { line: 4, fields: ["2", 'a "word"'] },
  ]);
});

test("Latin-1 text is read as such", () => {
  const [row] = textRows(fileOf("1::Café\n", "latin1"), "::", "latin1");
  expect(row).toEqual({ line: 1, fields: ["1", "Café"] });
});
