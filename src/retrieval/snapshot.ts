/**
 * @file An index as bytes, version 2, little-endian:
 *
 *   "INKI" | u32 version | u32 header bytes | header: JSON | zeros to a multiple of 8 | sections, each padded to a multiple of 8
 *
 * The header has the index's `kind`, its config, and the type and length of each section, in their order. Which sections there are
 * stands with the kind that writes them. `golden/` holds one of each kind and version: a change of what is written is a new version.
 * Version 1, which is read as well, had no codebook of short codes.
 */
import { endianness } from "node:os";
import { assert, PlatformError } from "#base";

export interface Snapshot {
  readonly kind: string;
  /** What is not numbers in bulk. JSON. */
  readonly header: Readonly<Record<string, unknown>>;
  readonly sections: Readonly<Record<string, Section>>;
}

export type Section = Uint8Array | Uint32Array | Float32Array | Float64Array;

const MAGIC = "INKI";
const VERSION = 2;
const PREFIX_BYTES = 12;
const ALIGNMENT = 8;

const sectionTypes = {
  u8: Uint8Array,
  u32: Uint32Array,
  f32: Float32Array,
  f64: Float64Array,
} as const;
type SectionType = keyof typeof sectionTypes;

interface Preamble {
  readonly kind: string;
  readonly header: Readonly<Record<string, unknown>>;
  readonly sections: readonly {
    readonly name: string;
    readonly type: SectionType;
    readonly length: number;
  }[];
}

export function encodeSnapshot({ kind, header, sections }: Snapshot): Uint8Array {
  assert(endianness() === "LE", "the machine is little-endian, as every one that Node runs on today");
  const described = Object.entries(sections).map(([name, section]) => {
    const type = (Object.keys(sectionTypes) as SectionType[]).find(
      (key) => sectionTypes[key] === section.constructor,
    );
    assert(type, "a section is an array of a known type");
    return { name, type, length: section.length };
  });
  const preamble = Buffer.from(JSON.stringify({ kind, header, sections: described } satisfies Preamble));
  const parts = Object.values(sections).map((section) => bytesOf(section));
  const start = padded(PREFIX_BYTES + preamble.length);
  const bytes = new Uint8Array(parts.reduce((end, part) => end + padded(part.length), start));
  const view = new DataView(bytes.buffer);
  bytes.set(Buffer.from(MAGIC));
  view.setUint32(4, VERSION, true);
  view.setUint32(8, preamble.length, true);
  bytes.set(preamble, PREFIX_BYTES);
  let at = start;
  for (const part of parts) {
    bytes.set(part, at);
    at += padded(part.length);
  }
  return bytes;
}

/** @throws PlatformError `data-damaged` for bytes that are no snapshot or not all of one, `data-mismatch` for another kind or version. */
export function decodeSnapshot(bytes: Uint8Array, kind: string): Snapshot {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (bytes.length < PREFIX_BYTES || Buffer.from(bytes.subarray(0, 4)).toString("latin1") !== MAGIC)
    throw new PlatformError("data-damaged", "these bytes are no snapshot of a vector index; build it again");
  const version = view.getUint32(4, true);
  if (version < 1 || version > VERSION) {
    const fault = `the snapshot is of version ${version} and this program reads 1 to ${VERSION}`;
    throw new PlatformError("data-mismatch", `${fault}; build the index again`);
  }
  const length = view.getUint32(8, true);
  let at = padded(PREFIX_BYTES + length);
  if (at > bytes.length) throw cutOff(bytes.length, at);
  const preamble = JSON.parse(
    Buffer.from(bytes.subarray(PREFIX_BYTES, PREFIX_BYTES + length)).toString(),
  ) as Preamble; // the version says so
  if (preamble.kind !== kind) {
    const fault = `the snapshot is of an index of kind "${preamble.kind}", not "${kind}"`;
    throw new PlatformError("data-mismatch", `${fault}; load it as what it is, or build the index again`);
  }
  const sections: Record<string, Section> = {};
  for (const { name, type, length } of preamble.sections) {
    const make = sectionTypes[type];
    const end = at + length * make.BYTES_PER_ELEMENT;
    if (end > bytes.length) throw cutOff(bytes.length, end);
    sections[name] = new make(new Uint8Array(bytes.subarray(at, end)).buffer); // copied, so that it is aligned
    at = padded(end);
  }
  return { kind, header: preamble.header, sections };
}

function cutOff(have: number, wanted: number): PlatformError {
  const fault = `the snapshot has ${have} bytes and should have ${wanted} or more`;
  return new PlatformError("data-damaged", `${fault}; copy it again, or build the index again`);
}

function bytesOf({ buffer, byteOffset, byteLength }: Section): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

function padded(length: number): number {
  return Math.ceil(length / ALIGNMENT) * ALIGNMENT;
}
