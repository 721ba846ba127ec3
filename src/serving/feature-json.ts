import type {
  AskedFeatures,
  FeatureDifference,
  FeatureValue,
  OnlineFeatures,
  Status,
  ValueTable,
} from "#features";
import { APPLY, isNotApplied } from "./features-not-applied.ts";
import { JsonWriter, type Written } from "./json-writer.ts";

/** Lists of ids by the name they are given under; there is one at least, and they are as long as each other. */
export type EntityColumns = readonly [EntityColumn, ...EntityColumn[]];
export type EntityColumn = readonly [name: string, ids: readonly (string | number)[]];

/**
 * @file The answer of `POST /get-online-features`, in Feast's shape, written as bytes: a request has thousands of values, and a serializer
 * would want three lists of texts for each feature first. Features of the same events have the same statuses and times, whose text is
 * written once and copied.
 */
export class FeatureJson {
  readonly #features: Pick<OnlineFeatures, "planned">;
  readonly #change: FeatureDifference | undefined;
  readonly #json = new JsonWriter();
  /** By what was asked, the names that are told: plain, and with the view in front. */
  readonly #names = new WeakMap<AskedFeatures, { plain?: Buffer; full?: Buffer }>();

  constructor(features: Pick<OnlineFeatures, "planned">, change: FeatureDifference | undefined) {
    this.#features = features;
    this.#change = change;
  }

  write(asked: AskedFeatures, isFull: boolean, entities: EntityColumns, table: ValueTable): Written {
    const json = this.#json;
    json.text(`{"metadata":{"feature_names":[${entities.map(([name]) => JSON.stringify(name)).join(",")}`);
    json.bytes(this.#namesOf(asked, isFull));
    for (const [n, [, ids]] of entities.entries()) {
      const repeated = (text: string): string => `[${Array<string>(ids.length).fill(text).join(",")}]`;
      json.text(`${n > 0 ? "," : ""}{"values":${JSON.stringify(ids)},"statuses":${repeated('"PRESENT"')}`);
      json.text(`,"event_timestamps":${repeated(`"${NO_TIME}"`)}}`);
    }
    this.#writeColumns(table);
    json.bytes(END);
    return json.take();
  }

  /** What lies between the values of two columns is written once and copied for as long as it is the same. */
  #writeColumns(table: ValueTable): void {
    const json = this.#json;
    const last = table.columns - 1;
    let [from, end, to] = [0, 0, 0];
    if (table.columns > 0) json.bytes(VALUES);
    for (let column = 0; column <= last; column++) {
      for (let row = 0; row < table.rows; row++) {
        if (row > 0) json.byte(COMMA);
        this.#writeValue(table.value(row, column));
      }
      if (column > 0 && table.isAlike(column, column - 1)) {
        json.again(from, column < last ? to : end);
        continue;
      }
      from = json.length;
      this.#writeStatuses(table, column);
      end = json.length;
      if (column < last) json.bytes(VALUES);
      to = json.length;
    }
  }

  #writeValue(value: FeatureValue): void {
    if (value === null) this.#json.bytes(NULL);
    else if (typeof value === "number" && Number.isFinite(value)) this.#json.number(value);
    else this.#json.text(JSON.stringify(value));
  }

  /** Statuses and times of a column, and its end. */
  #writeStatuses(table: ValueTable, column: number): void {
    const json = this.#json;
    json.bytes(STATUSES);
    for (let row = 0; row < table.rows; row++) {
      if (row > 0) json.byte(COMMA);
      json.bytes(STATUS_TEXTS[table.status(row, column)]);
    }
    json.bytes(TIMES);
    for (let row = 0; row < table.rows; row++) {
      if (row > 0) json.byte(COMMA);
      json.byte(QUOTE);
      const newestMs = table.newestMs(row, column);
      if (Number.isNaN(newestMs)) json.bytes(NO_TIME_TEXT);
      else json.time(newestMs);
      json.byte(QUOTE);
    }
    json.bytes(COLUMN_END);
  }

  /** Each behind a comma, and all up to the results. Feast leaves the view out, unless it is asked to put it in front. */
  #namesOf(asked: AskedFeatures, isFull: boolean): Buffer {
    let known = this.#names.get(asked);
    if (!known) {
      known = {};
      this.#names.set(asked, known);
    }
    const kind = isFull ? "full" : "plain";
    const shown = (reference: string): string => `,${JSON.stringify(this.#nameShown(reference, isFull))}`;
    known[kind] ??= Buffer.from(`${asked.names.map(shown).join("")}]${this.#notApplied(asked)}},"results":[`);
    return known[kind];
  }

  /** Which of them are declared and not applied, where any is. */
  #notApplied({ names }: AskedFeatures): string {
    const found = names.filter((name) => isNotApplied(name, this.#change));
    return found.length === 0
      ? ""
      : `,"not_applied":${JSON.stringify(found)},"hint":${JSON.stringify(APPLY)}`;
  }

  #nameShown(reference: string, isFull: boolean): string {
    const name = reference.slice(reference.indexOf(":") + 1);
    if (!isFull) return name;
    return `${this.#features.planned(name)?.definition.view ?? reference.split(":")[0]}__${name}`;
  }
}

/** Feast's word for no time. */
const NO_TIME = "1970-01-01T00:00:00Z";
const NO_TIME_TEXT = Buffer.from(NO_TIME);
const VALUES = Buffer.from(',{"values":[');
const STATUSES = Buffer.from('],"statuses":[');
const TIMES = Buffer.from('],"event_timestamps":[');
const COLUMN_END = Buffer.from("]}");
const NULL = Buffer.from("null");
const END = Buffer.from("]}");
/** Characters by code. */
const COMMA = 44;
const QUOTE = 34;
const STATUS_TEXTS: Readonly<Record<Status, Buffer>> = {
  PRESENT: Buffer.from('"PRESENT"'),
  NULL_VALUE: Buffer.from('"NULL_VALUE"'),
  NOT_FOUND: Buffer.from('"NOT_FOUND"'),
  OUTSIDE_MAX_AGE: Buffer.from('"OUTSIDE_MAX_AGE"'),
};
