import { columnsOf, type FieldName, fieldNames, type TableMapping } from "./table-mapping.ts";

/** @file What a stored value becomes: settled per column, by its type. The engine gives text, as what crosses to us fastest. */
export interface Column {
  readonly name: string;
  /** The engine's type; every column of a CSV file is text. */
  readonly type: string;
}

export interface MappedColumn {
  readonly name: FieldName;
  readonly column: Column;
}

export function mappedColumns(columns: readonly Column[], mapping: TableMapping): MappedColumn[] {
  return fieldNames.flatMap((name) => {
    const field = mapping[name];
    const column = field && "column" in field && columns.find((known) => known.name === field.column);
    return column ? [{ name, column }] : [];
  });
}

export function propertyColumns(columns: readonly Column[], mapping: TableMapping): readonly Column[] {
  const { properties = "rest" } = mapping;
  if (properties === "none") return [];
  const named = new Set(columnsOf(mapping));
  return columns.filter(({ name }) => (properties === "rest" ? !named.has(name) : properties.includes(name)));
}

const isTime = (type: string): boolean => /^(?:TIMESTAMP|DATE)/.test(type);
const isInteger = (type: string): boolean => /^U?(?:TINY|SMALL|BIG|HUGE)?INT(?:EGER)?$/.test(type);
const isFraction = (type: string): boolean => /^(?:FLOAT|DOUBLE|DECIMAL)/.test(type);
const isNested = (type: string): boolean => /^(?:STRUCT|MAP|UNION|JSON)|\]$/.test(type);

/** Ids as they are; a time with a type as milliseconds, which no unit has to be guessed for; an infinite one as none. */
export function fieldSql({ name: field, column: { name, type } }: MappedColumn): string {
  const column = quoteName(name);
  if (field !== "timestamp" || !isTime(type)) return `CAST(${column} AS VARCHAR)`;
  const time = `CAST(${column} AS TIMESTAMP)`;
  return `CASE WHEN isfinite(${time}) THEN CAST(epoch_ms(${time}) AS VARCHAR) END`;
}

/** What the text of {@link fieldSql} says. */
export function fieldDecoder({
  name,
  column: { type },
}: MappedColumn): ((text: string) => unknown) | undefined {
  return name === "timestamp" && isTime(type) ? (text) => new Date(Number(text)) : undefined;
}

export function propertySql({ name, type }: Column): string {
  const column = quoteName(name);
  if (isTime(type) && type !== "DATE")
    return `strftime(CAST(${column} AS TIMESTAMP), '%Y-%m-%dT%H:%M:%S.%gZ')`;
  return isNested(type) ? `CAST(to_json(${column}) AS VARCHAR)` : `CAST(${column} AS VARCHAR)`;
}

/** What the text of {@link propertySql} says; `undefined` for a number that JSON does not have. */
export function propertyDecoder({ type }: Column): (text: string) => unknown {
  if (type === "BOOLEAN") return (text) => text === "true";
  if (isInteger(type)) return (text) => (Number.isSafeInteger(Number(text)) ? Number(text) : text);
  if (isFraction(type)) return (text) => (Number.isFinite(Number(text)) ? Number(text) : undefined);
  return isNested(type) ? (text) => JSON.parse(text) as unknown : (text) => text;
}

/** A CSV file has no types: what reads as a plain number or as true or false is one. */
export function fromCsv(text: string): unknown {
  if (text === "true") return true;
  if (text === "false") return false;
  return text.length < 16 && /^-?(?:0|[1-9]\d*)(?:\.\d+)?$/.test(text) ? Number(text) : text;
}

export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
