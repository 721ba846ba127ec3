import type { OtherMessage, SegmentMessage, TrackMessage } from "#api";
import { IsoTimes } from "./iso-times.ts";
import { type FieldName, fieldNames, type TableMapping } from "./table-mapping.ts";
import { timeMsOf } from "./table-time.ts";

/** A run of consecutive rows of one file, whatever its format. */
export interface RowRun {
  readonly count: number;
  /** Why the row could not be read at all. */
  fault(row: number): string | undefined;
  /** Reads a mapped column; null or undefined where the row has no value. */
  reader(name: FieldName): CellReader;
  /** Columns kept as properties, those without a value left out. */
  properties(row: number): Record<string, unknown>;
}

export type CellReader = (row: number) => unknown;

/** The row as a message, or the reason why it is none. `defaultId` and its time are its id where the mapping names none. */
export type MessageReader = (row: number, defaultId: string) => SegmentMessage | string;

const texts = ["itemId", "surface", "slateId", "source"] as const;
const numbers = ["value", "dwellMs", "position"] as const;
/** What a row may be, beside a `track`. */
const otherTypes = ["identify", "page", "screen", "alias", "group"] as const;
/** Of these, what columns say is said of the person or the group; of the others, of what happened. */
const haveTraits: ReadonlySet<string> = new Set(["identify", "group"]);

/** Turns rows into messages by a mapping. */
export class RowMessages {
  readonly #mapping: TableMapping;
  readonly #times = new IsoTimes();

  constructor(mapping: TableMapping) {
    this.#mapping = mapping;
  }

  readerOf(run: RowRun): MessageReader {
    const given = new Map(
      fieldNames
        .filter((name) => this.#mapping[name])
        .map((name) => [name, this.#cellReader(run, name)] as const),
    );
    const none: CellReader = () => undefined;
    const [userIds = none, events = none, times = none] = (["userId", "event", "timestamp"] as const).map(
      (name) => given.get(name),
    );
    const anonymousIds = given.get("anonymousId");
    const messageIds = given.get("messageId");
    const types = given.get("type");
    const readMapped = propertiesReader(given);
    const toOther = otherReader(given);
    return (row, defaultId) => {
      const fault = run.fault(row);
      if (fault !== undefined) return fault;
      const userId = textOf(userIds(row));
      const anonymousId = anonymousIds ? textOf(anonymousIds(row)) : "";
      if (userId === "" && anonymousId === "") return "no user id";
      const type = types ? textOf(types(row)) || "track" : "track";
      const event = textOf(events(row));
      if (event === "" && type === "track") return "no event name";
      const time = times(row);
      const timeMs = timeMsOf(time);
      if (!(Math.abs(timeMs) <= 8.64e15)) return `no time: ${show(time)}`;
      const messageId = messageIds
        ? textOf(messageIds(row))
        : `${defaultId}:${Math.floor(timeMs).toString(36)}`;
      if (messageId === "") return "no message id";
      const columns = run.properties(row);
      const properties = haveTraits.has(type) ? {} : columns;
      const wrong = readMapped(row, properties);
      if (wrong !== undefined) return wrong;
      const timestamp = this.#times.format(Math.floor(timeMs));
      if (type !== "track") {
        const who = { ...(userId !== "" && { userId }), ...(anonymousId !== "" && { anonymousId }) };
        const traits = haveTraits.has(type) ? { traits: columns } : {};
        return toOther(row, {
          type,
          name: event,
          said: { messageId, ...who, timestamp, properties, ...traits },
        });
      }
      // Literals of one shape each: the engine builds them in a fraction of the time of a spread.
      const message: TrackMessage =
        anonymousId === ""
          ? { type: "track", event, messageId, userId, timestamp, properties }
          : { type: "track", event, messageId, anonymousId, timestamp, properties };
      if (anonymousId !== "" && userId !== "") message.userId = userId;
      return message;
    };
  }

  #cellReader(run: RowRun, name: FieldName): CellReader {
    const field = this.#mapping[name];
    if (!field || "column" in field) return run.reader(name);
    return () => field.constant;
  }
}

type Given = ReadonlyMap<FieldName, CellReader>;

/** Puts what the mapping names among the properties; says what is wrong with a value. */
function propertiesReader(
  given: Given,
): (row: number, properties: Record<string, unknown>) => string | undefined {
  const textCells = texts.flatMap((name) => (given.has(name) ? [{ name, read: given.get(name)! }] : []));
  const numberCells = numbers.flatMap((name) => (given.has(name) ? [{ name, read: given.get(name)! }] : []));
  return (row, properties) => {
    for (const { name, read } of textCells) {
      const text = textOf(read(row));
      if (text !== "") properties[name] = text;
    }
    for (const { name, read } of numberCells) {
      const value = read(row);
      if (value === null || value === undefined || value === "") continue;
      const number = typeof value === "string" ? Number(value) : value;
      if (typeof number !== "number" || !Number.isFinite(number))
        return `${name} is not a number: ${show(value)}`;
      properties[name] = number;
    }
    return undefined;
  };
}

interface OtherRow {
  readonly type: string;
  /** Empty where the row has none. */
  readonly name: string;
  readonly said: Omit<OtherMessage, "type">;
}

/** Makes what is no `track`. */
function otherReader(given: Given): (row: number, parts: OtherRow) => SegmentMessage | string {
  const cell = (name: FieldName, row: number): string => textOf(given.get(name)?.(row));
  return (row, { type, name, said }) => {
    const known = otherTypes.find((other) => other === type);
    switch (known) {
      case undefined:
        return `no type of message: ${show(type)}; types: track, ${otherTypes.join(", ")}`;
      case "identify":
        return { type: known, ...said };
      case "alias": {
        const previousId = cell("previousId", row);
        return previousId === "" ? "no previousId" : { type: known, ...said, previousId };
      }
      case "group": {
        const groupId = cell("groupId", row);
        return groupId === "" ? "no groupId" : { type: known, ...said, groupId };
      }
      case "page":
      case "screen":
        return { type: known, ...said, ...(name !== "" && { name }) };
    }
  };
}

/** Empty where there is none. */
function textOf(value: unknown): string {
  if (typeof value === "string") return value;
  return typeof value === "number" || typeof value === "boolean" ? String(value) : "";
}

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? "absent";
  return text.length > 60 ? `${text.slice(0, 60)}...` : text;
}
