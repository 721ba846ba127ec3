import { Packr } from "msgpackr";
import type { Fields, StoredEvent, Vocabulary } from "#events";
import { countChoices, type StandingChoices } from "./standing-choices.ts";
import type { ConsentedRow } from "./usable-rows.ts";

/** What is kept of a user beside the sequence: when seen, how often, and what was said of them. */
export interface UserRecord {
  readonly firstMs: number;
  readonly lastMs: number;
  /** All accepted events, engagements or not. */
  readonly eventCount: number;
  /** Event name (declared action, or the message type) -> count. */
  readonly counts: Readonly<Record<string, number>>;
  /** Every change of traits, oldest first: `identify` at a time. */
  readonly identified: readonly { readonly timestampMs: number; readonly traits: Fields }[];
  /** What they agreed to and refused, where they said so. */
  readonly consent?: StandingChoices;
  /** Rows of the sequence. */
  readonly rowCount: number;
  /** Place of the newest sealed block. */
  readonly newestBlock?: { readonly timestampMs: number; readonly offset: number };
  /** Chunks of event id hashes beside the head. */
  readonly hashChunks: number;
}

const packr = new Packr({ useRecords: false, useToJSON: false });
/** Past this many changes the oldest two are merged: what was known first stays known. */
const TRAIT_CHANGES_KEPT = 32;

export function encodeUserRecord(record: UserRecord): Uint8Array {
  return packr.pack(record);
}

export function decodeUserRecord(bytes: Uint8Array): UserRecord {
  return packr.unpack(bytes) as UserRecord; // our own bytes
}

/** The record after one more event, which was not applied before. */
export function countEvent(
  before: UserRecord | undefined,
  event: StoredEvent,
  purposes: Vocabulary,
): UserRecord {
  const { timestampMs } = event;
  const said = event.kind === "track" ? event.name : event.kind;
  const name = said === "__proto__" ? "__proto_" : said; // what msgpackr makes of this key when it reads it
  const counts = before?.counts ?? {};
  const had = Object.hasOwn(counts, name) ? counts[name]! : 0;
  const consent = countChoices(before?.consent, event, purposes);
  const record: UserRecord = {
    firstMs: Math.min(before?.firstMs ?? timestampMs, timestampMs),
    lastMs: Math.max(before?.lastMs ?? timestampMs, timestampMs),
    eventCount: (before?.eventCount ?? 0) + 1,
    counts: { ...counts, [name]: had + 1 },
    identified: before?.identified ?? [],
    rowCount: before?.rowCount ?? 0,
    hashChunks: before?.hashChunks ?? 0,
    ...(consent && { consent }),
    ...(before?.newestBlock && { newestBlock: before.newestBlock }),
  };
  if (event.kind !== "identify") return record;
  return { ...record, identified: addChange(record.identified, timestampMs, event.traits) };
}

/** Traits as they were known at a time, of changes that may be used: later ones win. */
export function traitsAsOf(
  record: UserRecord,
  asOfMs: number,
  isUsable: (row: ConsentedRow) => boolean = () => true,
): Fields {
  const known = record.identified.filter((change) => change.timestampMs <= asOfMs && isUsable(change));
  return Object.assign({}, ...known.map(({ traits }) => traits)) as Fields;
}

function addChange(
  identified: UserRecord["identified"],
  timestampMs: number,
  traits: Fields,
): UserRecord["identified"] {
  const changes = [...identified, { timestampMs, traits }].sort(
    (left, right) => left.timestampMs - right.timestampMs,
  );
  if (changes.length <= TRAIT_CHANGES_KEPT) return changes;
  const [first, second, ...later] = changes;
  return [{ timestampMs: second!.timestampMs, traits: { ...first!.traits, ...second!.traits } }, ...later];
}
