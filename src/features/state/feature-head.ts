import { assert } from "#base";
import { PackedReader, PackedWriter } from "../packed-bytes.ts";
import { decodePlaces, encodePlaces } from "./event-places.ts";

/**
 * @file The head of a user's features: rows that are not sealed yet, and what every read needs to know. Format version 6:
 *
 *     version:u8  openCount:u8  flags:u8 (2: has a directory, 4: has a standingMs)  lifetimeBytes:varint  newestMs:varint
 *     [newestMs - standingMs:varint]  placeCount:varint  choiceBytes:varint  standing choices (as in the sequence's head)
 *     openPlaceBytes:varint  open places (places of records)  open rows (feature-row.ts), in order of arrival
 *
 * Values beside it have no version of their own: state of another version is made anew from the log (`FEATURE_FORMAT`).
 */
export interface FeatureHead {
  openCount: number;
  /** What the lifetime takes in which sealed rows are counted; 0 where there is none. */
  lifetimeBytes: number;
  /** Whether sealed rows are kept for windows. */
  hasDirectory: boolean;
  /** Time of the newest row ever, ms. */
  newestMs: number;
  /** Time of the newest event that left anything to standing choices, ms, whatever they decided; 0 where there is none. */
  standingMs: number;
  /** Places of events in the log that were written away (event-places.ts). */
  placeCount: number;
  /** Those that were not yet, and of which no open row tells. */
  openPlaces: readonly number[];
  /** What was agreed to and refused before the rows that are to come. */
  choices: Uint8Array;
  openRows: readonly Uint8Array[];
}

/** Used again and again: what is taken from it is a copy. */
const writer = new PackedWriter();
/** Of a user's features, and of an item's, in the state: others are not read. */
export const FEATURE_FORMAT = 6;
const DIRECTORY = 2;
const STANDING = 4;
const NO_CHOICES = new Uint8Array(0);
const NO_PLACES: readonly number[] = [];

export function emptyFeatureHead(): FeatureHead {
  return {
    openCount: 0,
    lifetimeBytes: 0,
    hasDirectory: false,
    newestMs: 0,
    standingMs: 0,
    placeCount: 0,
    openPlaces: [],
    choices: NO_CHOICES,
    openRows: [],
  };
}

/** Whether any event is reflected: a choice alone is none. The newest may be of the first moment there is. */
export function hasEvents({ newestMs, openCount, lifetimeBytes, hasDirectory }: FeatureHead): boolean {
  return newestMs > 0 || openCount > 0 || lifetimeBytes > 0 || hasDirectory;
}

export function encodeFeatureHead(head: FeatureHead): Uint8Array {
  const out = writer.reset();
  out.byte(FEATURE_FORMAT);
  out.byte(head.openCount);
  out.byte((head.hasDirectory ? DIRECTORY : 0) | (head.standingMs > 0 ? STANDING : 0));
  out.whole(head.lifetimeBytes);
  out.whole(head.newestMs);
  if (head.standingMs > 0) out.signed(head.newestMs - head.standingMs);
  out.whole(head.placeCount);
  out.whole(head.choices.length);
  out.bytes(head.choices);
  const openPlaces = encodePlaces(head.openPlaces);
  out.whole(openPlaces.length);
  out.bytes(openPlaces);
  for (const row of head.openRows) out.bytes(row);
  return out.take();
}

/** The parts are views of the bytes. */
export function decodeFeatureHead(bytes: Uint8Array): FeatureHead {
  const reader = new PackedReader(bytes);
  const version = reader.byte();
  assert(version === FEATURE_FORMAT, `a head of features of version ${FEATURE_FORMAT}, not ${version}`);
  const openCount = reader.byte();
  const flags = reader.byte();
  const lifetimeBytes = reader.whole();
  const newestMs = reader.whole();
  const standingMs = flags & STANDING ? newestMs - reader.signed() : 0;
  const placeCount = reader.whole();
  const choiceBytes = reader.whole();
  const choices = choiceBytes === 0 ? NO_CHOICES : reader.bytes(choiceBytes);
  const placeBytes = reader.whole();
  const openPlaces = placeBytes === 0 ? NO_PLACES : decodePlaces(reader.bytes(placeBytes));
  const open = bytes.subarray(reader.at);
  return {
    openCount,
    lifetimeBytes,
    hasDirectory: (flags & DIRECTORY) !== 0,
    newestMs,
    standingMs,
    placeCount,
    openPlaces,
    choices,
    openRows: open.length > 0 ? [open] : [],
  };
}
