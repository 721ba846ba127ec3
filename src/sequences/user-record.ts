import { Packr } from "msgpackr";
import type { Fields } from "#events";
import type { StandingChoices } from "./standing-choices.ts";
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
  readonly identified: readonly TraitChange[];
  /** What they agreed to and refused, where they said so. */
  readonly consent?: StandingChoices | undefined;
  /** Rows the sequence ever had, those trimmed since included. */
  readonly rowCount: number;
  /** Place of the newest sealed block. */
  readonly newestBlock?: { readonly timestampMs: number; readonly offset: number } | undefined;
  /** Chunks of event id hashes beside the head. */
  readonly hashChunks: number;
}

/** What one `identify` said. */
export interface TraitChange {
  readonly timestampMs: number;
  readonly traits: Fields;
}

const packr = new Packr({ useRecords: false, useToJSON: false });
/** Past this many changes the oldest two are merged: what was known first stays known. */
const TRAIT_CHANGES_KEPT = 32;

/** As version 1 of the head held it. */
export function decodeUserRecord(bytes: Uint8Array): UserRecord {
  return packr.unpack(bytes) as UserRecord; // our own bytes
}

/** No bytes for no change. */
export function encodeTraitChanges(changes: readonly TraitChange[]): Uint8Array {
  return changes.length === 0 ? Buffer.alloc(0) : packr.pack(changes);
}

export function decodeTraitChanges(bytes: Uint8Array): readonly TraitChange[] {
  return bytes.length === 0 ? [] : (packr.unpack(bytes) as TraitChange[]); // our own bytes
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

/** The changes with one more, oldest first. */
export function addTraitChange(known: readonly TraitChange[], change: TraitChange): readonly TraitChange[] {
  const changes = [...known, change].sort((left, right) => left.timestampMs - right.timestampMs);
  if (changes.length <= TRAIT_CHANGES_KEPT) return changes;
  const [first, second, ...later] = changes;
  return [{ timestampMs: second!.timestampMs, traits: { ...first!.traits, ...second!.traits } }, ...later];
}
