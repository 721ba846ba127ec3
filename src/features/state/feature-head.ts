import { assert } from "#base";
import { PackedReader, PackedWriter } from "../packed-bytes.ts";

/**
 * @file The head of a user's features: rows that are not sealed yet, and what every read needs to know. Format version 1:
 *
 *     version:u8  openCount:u8  flags:u8 (1: has a lifetime, 2: has a directory)  newestMs:varint  choiceBytes:varint
 *     standing choices (as in the sequence's head)  open rows (feature-row.ts), in order of arrival
 */
export interface FeatureHead {
  openCount: number;
  /** Whether sealed rows are counted in a lifetime. */
  hasLifetime: boolean;
  /** Whether sealed rows are kept for windows. */
  hasDirectory: boolean;
  /** Time of the newest row ever, ms. */
  newestMs: number;
  /** What was agreed to and refused before the rows that are to come. */
  choices: Uint8Array;
  openRows: readonly Uint8Array[];
}

/** Used again and again: what is taken from it is a copy. */
const writer = new PackedWriter();
const VERSION = 1;
const LIFETIME = 1;
const DIRECTORY = 2;

export function emptyFeatureHead(): FeatureHead {
  return {
    openCount: 0,
    hasLifetime: false,
    hasDirectory: false,
    newestMs: 0,
    choices: new Uint8Array(0),
    openRows: [],
  };
}

export function encodeFeatureHead(head: FeatureHead): Uint8Array {
  const out = writer.reset();
  out.byte(VERSION);
  out.byte(head.openCount);
  out.byte((head.hasLifetime ? LIFETIME : 0) | (head.hasDirectory ? DIRECTORY : 0));
  out.whole(head.newestMs);
  out.whole(head.choices.length);
  out.bytes(head.choices);
  for (const row of head.openRows) out.bytes(row);
  return out.take();
}

/** The parts are views of the bytes. */
export function decodeFeatureHead(bytes: Uint8Array): FeatureHead {
  const reader = new PackedReader(bytes);
  const version = reader.byte();
  assert(version === VERSION, `a head of features of version ${VERSION}, not ${version}`);
  const openCount = reader.byte();
  const flags = reader.byte();
  const newestMs = reader.whole();
  const choices = reader.bytes(reader.whole());
  const open = bytes.subarray(reader.at);
  return {
    openCount,
    hasLifetime: (flags & LIFETIME) !== 0,
    hasDirectory: (flags & DIRECTORY) !== 0,
    newestMs,
    choices,
    openRows: open.length > 0 ? [open] : [],
  };
}
