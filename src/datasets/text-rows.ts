import type { SourceFile } from "./source-folder.ts";

/** One line or record of a text file. `line` is 1-based: where it begins. */
export interface TextRow {
  readonly line: number;
  readonly fields: readonly string[];
}

export type TextEncoding = "utf8" | "latin1";

/** The lines of a delimited file without quoting, blank ones skipped. */
export function* textRows(file: SourceFile, separator: string, encoding: TextEncoding): Generator<TextRow> {
  let line = 0;
  for (const text of textOf(file, encoding).split("\n")) {
    line++;
    const content = text.endsWith("\r") ? text.slice(0, -1) : text;
    if (content.length > 0) yield { line, fields: content.split(separator) };
  }
}

/** The records of a comma-separated file (RFC 4180): quoted fields may hold commas, doubled quotes and line breaks. */
export function* csvRows(file: SourceFile): Generator<TextRow> {
  const text = textOf(file, "utf8");
  let position = 0;
  let line = 1;
  while (position < text.length) {
    const fields: string[] = [];
    const startLine = line;
    for (;;) {
      const { value, next } = fieldAt(text, position);
      for (let at = text.indexOf("\n", position); at >= 0 && at < next; at = text.indexOf("\n", at + 1))
        line++;
      fields.push(value);
      position = next + 1;
      if (text[next] !== ",") break;
    }
    line++;
    if (fields.length > 1 || fields[0] !== "") yield { line: startLine, fields };
  }
}

/** The field that begins at `start`, and the position of the separator or line break that ends it. */
function fieldAt(text: string, start: number): { value: string; next: number } {
  if (text[start] !== '"') {
    const lineEnd = endOr(text, text.indexOf("\n", start));
    const comma = endOr(text, text.indexOf(",", start));
    const next = Math.min(lineEnd, comma);
    const value = text.slice(start, next);
    return { value: value.endsWith("\r") ? value.slice(0, -1) : value, next };
  }
  let close = text.indexOf('"', start + 1);
  while (close >= 0 && text[close + 1] === '"') close = text.indexOf('"', close + 2);
  const end = endOr(text, close);
  const value = text.slice(start + 1, end).replaceAll('""', '"');
  const next = text[end + 1] === "\r" ? end + 2 : end + 1;
  return { value, next };
}

function endOr(text: string, position: number): number {
  return position < 0 ? text.length : position;
}

function textOf(file: SourceFile, encoding: TextEncoding): string {
  const text = Buffer.from(file.bytes.buffer, file.bytes.byteOffset, file.bytes.byteLength).toString(
    encoding,
  );
  return text.startsWith("\uFEFF") ? text.slice(1) : text;
}
