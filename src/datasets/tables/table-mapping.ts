import { PlatformError } from "#base";

/** @file Which column of a person's own table says what. */

/** Who did it, what it was and when must be said; the rest may be. */
export interface TableMapping {
  readonly userId: TableField;
  /** May be absent where `type` is there: only a `track` has to have one; of a `page` or `screen` it is the name. */
  readonly event?: TableField;
  readonly timestamp: TableField;
  /** What kind of message a row is: track, identify, page ... Default, also of a row without one: track. */
  readonly type?: TableField;
  readonly itemId?: TableField;
  readonly anonymousId?: TableField;
  /** Default: made of the file's name, the row's number and its time. */
  readonly messageId?: TableField;
  readonly surface?: TableField;
  readonly value?: TableField;
  readonly dwellMs?: TableField;
  readonly slateId?: TableField;
  readonly position?: TableField;
  readonly source?: TableField;
  /** Of an `alias`: the id that is the same person. */
  readonly previousId?: TableField;
  readonly groupId?: TableField;
  /** Columns kept under their own names, as properties; as traits, where the row is an `identify` or `group`. Default `rest`: all that no field above names. */
  readonly properties?: "rest" | "none" | readonly string[];
}

export type TableField = { readonly column: string } | { readonly constant: string | number };

export type FieldName = (typeof fieldNames)[number];
export const fieldNames = [
  ...(["userId", "event", "timestamp", "itemId", "anonymousId", "messageId"] as const),
  ...(["surface", "value", "dwellMs", "slateId", "position", "source"] as const),
  ...(["type", "previousId", "groupId"] as const),
] as const;

/**
 * A mapping as typed on a command line: `userId=visitor_id,itemId=sku,event="view",timestamp=ts`. A name is a column, a
 * quoted text a constant; `properties=none`, or `properties=price|colour`, says which other columns are kept.
 * @throws PlatformError `invalid-config`, naming the part at fault
 */
export function parseMapping(text: string): TableMapping {
  const fields = new Map<string, TableField>();
  let properties: TableMapping["properties"];
  for (const part of text.match(/(?:"[^"]*"|'[^']*'|[^,])+/g) ?? []) {
    const [, name = "", target = ""] = /^\s*(\w+)\s*=\s*(.*?)\s*$/s.exec(part) ?? [];
    if (target === "") throw invalid(`"${part}" is not field=column`);
    if (name === "properties") properties = propertiesOf(target);
    else if (!isFieldName(name))
      throw invalid(`"${name}" is no field; fields: ${fieldNames.join(", ")}, properties`);
    else if (fields.has(name)) throw invalid(`"${name}" is mapped twice`);
    else fields.set(name, fieldOf(target));
  }
  const required = ["userId", fields.has("type") ? "type" : "event", "timestamp"];
  const missing = required.filter((name) => !fields.has(name));
  if (missing.length > 0) throw invalid(`${missing.join(", ")} must be mapped`);
  // Holds the required fields, by the check above.
  return { ...Object.fromEntries(fields), ...(properties && { properties }) } as unknown as TableMapping;
}

/** Every column the mapping names. */
export function columnsOf(mapping: TableMapping): string[] {
  const mapped = fieldNames.flatMap((name) => {
    const field = mapping[name];
    return field && "column" in field ? [field.column] : [];
  });
  return typeof mapping.properties === "object" ? [...mapped, ...mapping.properties] : mapped;
}

function fieldOf(target: string): TableField {
  const constant = /^(["'])(.*)\1$/s.exec(target);
  return constant ? { constant: constant[2]! } : { column: target };
}

function propertiesOf(target: string): "rest" | "none" | string[] {
  return target === "rest" || target === "none" ? target : target.split("|").map((name) => name.trim());
}

function isFieldName(name: string): name is FieldName {
  return (fieldNames as readonly string[]).includes(name);
}

function invalid(reason: string): PlatformError {
  return new PlatformError(
    "invalid-config",
    `The column mapping cannot be used: ${reason}. Example: userId=visitor_id,itemId=sku,event="view",timestamp=ts`,
  );
}
