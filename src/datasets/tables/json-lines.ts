import { linesOf } from "./lines.ts";
import type { RowRun } from "./row-message.ts";
import type { TableFile } from "./table-files.ts";
import { columnsOf, type FieldName, fieldNames, type TableMapping } from "./table-mapping.ts";

/** Lines looked at to learn the columns. */
const SAMPLE_LINES = 10_000;

/**
 * Names of the members of the first 10,000 objects, in the order met. Objects leave out what they lack, so `wanted` ones that none
 * of those has are looked for until the file ends.
 */
export async function jsonLinesColumns(file: TableFile, wanted: readonly string[]): Promise<string[]> {
  const columns = new Set<string>();
  let seen = 0;
  for await (const lines of linesOf(file.path)) {
    for (const line of lines) {
      const row = parse(line);
      if (typeof row === "object") for (const name of Object.keys(row)) columns.add(name);
    }
    seen += lines.length;
    if (seen >= SAMPLE_LINES && wanted.every((name) => columns.has(name))) break;
  }
  return [...columns];
}

/** The rows of a file of JSON objects, one a line; blank lines are no rows. The first `skipped` are left out. */
export async function* jsonLinesRuns(
  file: TableFile,
  mapping: TableMapping,
  skipped: number,
): AsyncGenerator<RowRun> {
  let left = skipped;
  for await (const lines of linesOf(file.path)) {
    const first = Math.min(left, lines.length);
    left -= first;
    if (first < lines.length) yield runOf(lines.slice(first).map(parse), mapping);
  }
}

export async function countJsonLines(file: TableFile): Promise<number> {
  let count = 0;
  for await (const lines of linesOf(file.path)) count += lines.length;
  return count;
}

function runOf(rows: readonly (Record<string, unknown> | string)[], mapping: TableMapping): RowRun {
  const columns = new Map<FieldName, string>();
  for (const name of fieldNames) {
    const field = mapping[name];
    if (field && "column" in field) columns.set(name, field.column);
  }
  const mapped = new Set(columnsOf(mapping));
  const { properties = "rest" } = mapping;
  const objectAt = (row: number) => rows[row] as Record<string, unknown>; // asked only where `fault` found none
  return {
    count: rows.length,
    fault: (row) => (typeof rows[row] === "string" ? (rows[row] as string) : undefined),
    reader(name) {
      const column = columns.get(name);
      return column === undefined ? () => undefined : (row) => objectAt(row)[column];
    },
    properties(row) {
      const kept: Record<string, unknown> = {};
      if (properties === "none") return kept;
      const object = objectAt(row);
      const names = properties === "rest" ? Object.keys(object) : properties;
      for (const name of names)
        if (
          object[name] !== null &&
          object[name] !== undefined &&
          (properties !== "rest" || !mapped.has(name))
        )
          kept[name] = object[name];
      return kept;
    },
  };
}

/** The object, or what is wrong with the line. Whole numbers that JavaScript would round, as ids may be, are text. */
function parse(line: string): Record<string, unknown> | string {
  try {
    const value: unknown = JSON.parse(LONG_NUMBER.test(line) ? line.replace(TOKEN, exact) : line);
    const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
    return isObject ? (value as Record<string, unknown>) : "not a JSON object";
  } catch (error) {
    return `not JSON: ${error instanceof Error ? error.message : String(error)}`;
  }
}

const LONG_NUMBER = /\d{16}/;
/** Texts, so that numbers in them are passed over, and numbers. */
const TOKEN = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g;

function exact(token: string): string {
  return /^-?\d+$/.test(token) && !Number.isSafeInteger(Number(token)) ? `"${token}"` : token;
}
