import { assert, PlatformError } from "#base";

/**
 * @file Reads and writes safetensors (github.com/huggingface/safetensors, "Format"): the file in which we keep every
 * trained model, readable from any language without running code.
 *
 *     8 bytes   N, the header's length, unsigned little-endian
 *     N bytes   JSON: { "__metadata__": { text: text }, name: { "dtype", "shape", "data_offsets": [from, to] }, ... }
 *     the rest  row-major little-endian values, without gaps; offsets count from here
 *
 * We write as the reference does: the header padded with spaces to a multiple of 8 bytes, tensors ordered by element size
 * (largest first) and then by name, so that every tensor is aligned and can be read as a view.
 */

/** Values with a shape whose product is their number; an empty shape is one value. */
export interface NamedTensor {
  readonly shape: readonly number[];
  readonly values: TensorValues;
}

export interface TensorFile {
  readonly tensors: Readonly<Record<string, NamedTensor>>;
  readonly metadata: Readonly<Record<string, string>>;
}

export type TensorValues =
  | Float64Array
  | BigInt64Array
  | BigUint64Array
  | Float32Array
  | Int32Array
  | Uint32Array
  | Int16Array
  | Uint16Array
  | Int8Array
  | Uint8Array;

/** The file's bytes. The same content gives the same bytes, whatever the order of its keys. */
export function encodeSafetensors(file: TensorFile): Uint8Array {
  assert(isLittleEndian, "the machine is little-endian, as the format is");
  const ordered = Object.entries(file.tensors).sort(([leftName, left], [rightName, right]) => {
    const bySize = right.values.BYTES_PER_ELEMENT - left.values.BYTES_PER_ELEMENT;
    return bySize || (leftName < rightName ? -1 : 1);
  });
  const header: Record<string, unknown> = { [METADATA]: sortedByKey(file.metadata) };
  let offset = 0;
  for (const [name, { shape, values }] of ordered) {
    assert(
      name !== METADATA && product(shape) === values.length,
      "a tensor has as many values as its shape says",
    );
    header[name] = {
      dtype: dtypeOf(values),
      shape,
      data_offsets: [offset, offset + values.byteLength],
    };
    offset += values.byteLength;
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  const dataStart = 8 + Math.ceil(json.length / 8) * 8;
  const bytes = new Uint8Array(dataStart + offset).fill(0x20, 8, dataStart);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(dataStart - 8), true);
  bytes.set(json, 8);
  let at = dataStart;
  for (const [, { values }] of ordered) {
    bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), at);
    at += values.byteLength;
  }
  return bytes;
}

/**
 * The tensors of a file, as views of `bytes` where alignment allows and as copies elsewhere.
 * @throws PlatformError `data-damaged` when the bytes are not a well-formed file of element types we know
 */
export function decodeSafetensors(bytes: Uint8Array): TensorFile {
  assert(isLittleEndian, "the machine is little-endian, as the format is");
  const { header, dataStart } = readHeader(bytes);
  const tensors: Record<string, NamedTensor> = {};
  const spans: (readonly [from: number, to: number])[] = [];
  let metadata: Record<string, string> = {};
  for (const [name, entry] of Object.entries(header)) {
    if (name === METADATA) {
      metadata = readMetadata(entry);
      continue;
    }
    const { dtype, shape, from, to } = readEntry(name, entry);
    const elements = elementArrays[dtype];
    if (to - from !== product(shape) * elements.BYTES_PER_ELEMENT)
      throw damaged(`tensor "${name}" does not have the bytes its shape says`);
    if (dataStart + to > bytes.length) throw damaged(`tensor "${name}" ends after the file`);
    spans.push([from, to]);
    tensors[name] = { shape, values: viewOrCopy(bytes.subarray(dataStart + from, dataStart + to), elements) };
  }
  spans.sort((left, right) => left[0] - right[0] || left[1] - right[1]);
  let covered = 0;
  for (const [from, to] of spans) {
    if (from !== covered) throw damaged("the tensors overlap or leave a gap");
    covered = to;
  }
  if (dataStart + covered !== bytes.length) throw damaged("bytes follow the last tensor");
  return { tensors, metadata };
}

const METADATA = "__metadata__";
/** The reference refuses longer headers. */
const HEADER_BYTES_LIMIT = 100_000_000;
const isLittleEndian = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1;

const elementArrays = {
  F64: Float64Array,
  I64: BigInt64Array,
  U64: BigUint64Array,
  F32: Float32Array,
  I32: Int32Array,
  U32: Uint32Array,
  I16: Int16Array,
  U16: Uint16Array,
  I8: Int8Array,
  U8: Uint8Array,
} as const;

type Dtype = keyof typeof elementArrays;
type ElementArray = (typeof elementArrays)[Dtype];

function isDtype(text: unknown): text is Dtype {
  return typeof text === "string" && Object.hasOwn(elementArrays, text);
}

function dtypeOf(values: TensorValues): Dtype {
  for (const [dtype, elements] of Object.entries(elementArrays))
    if (isDtype(dtype) && values instanceof elements) return dtype;
  throw new Error("broken assumption: every typed array has a dtype");
}

function product(shape: readonly number[]): number {
  return shape.reduce((total, size) => total * size, 1);
}

function sortedByKey(record: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(record).sort(([left], [right]) => (left < right ? -1 : 1)));
}

function damaged(what: string, cause?: unknown): PlatformError {
  return new PlatformError("data-damaged", `The safetensors file cannot be read: ${what}.`, { cause });
}

function readHeader(bytes: Uint8Array): { header: object; dataStart: number } {
  if (bytes.length < 8) throw damaged("it is shorter than 8 bytes");
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  if (length > HEADER_BYTES_LIMIT || 8 + length > bytes.length)
    throw damaged("its header ends after the file");
  try {
    const header: unknown = JSON.parse(
      new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(8, 8 + length)),
    );
    if (typeof header === "object" && header !== null && !Array.isArray(header))
      return { header, dataStart: 8 + length };
  } catch (cause) {
    throw damaged("its header is not JSON", cause);
  }
  throw damaged("its header is not an object");
}

function readMetadata(entry: unknown): Record<string, string> {
  if (typeof entry !== "object" || entry === null) throw damaged("its metadata is not an object");
  const metadata: Record<string, string> = {};
  for (const [key, value] of Object.entries(entry)) {
    if (typeof value !== "string") throw damaged(`metadata "${key}" is not text`);
    metadata[key] = value;
  }
  return metadata;
}

function readEntry(name: string, entry: unknown) {
  if (typeof entry !== "object" || entry === null) throw damaged(`tensor "${name}" is not described`);
  const dtype = "dtype" in entry ? entry.dtype : undefined;
  const shape = "shape" in entry ? entry.shape : undefined;
  const offsets = "data_offsets" in entry ? entry.data_offsets : undefined;
  if (!isDtype(dtype))
    throw damaged(`tensor "${name}" has the element type ${String(dtype)}, not one of ${KNOWN}`);
  if (!isCountList(shape)) throw damaged(`tensor "${name}" has no shape`);
  if (!isCountList(offsets) || offsets.length !== 2) throw damaged(`tensor "${name}" has no place`);
  return { dtype, shape, from: offsets[0]!, to: offsets[1]! };
}

const KNOWN = Object.keys(elementArrays).join(", ");

function isCountList(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((count) => Number.isSafeInteger(count) && count >= 0);
}

function viewOrCopy(span: Uint8Array, elements: ElementArray): TensorValues {
  const isAligned = span.byteOffset % elements.BYTES_PER_ELEMENT === 0;
  const source = isAligned ? span : span.slice();
  return new elements(
    source.buffer as ArrayBuffer,
    source.byteOffset,
    span.length / elements.BYTES_PER_ELEMENT,
  );
}
