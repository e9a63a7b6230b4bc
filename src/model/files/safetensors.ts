/** The safetensors format: 8 bytes of header length, a JSON header, then raw little-endian values. */
import { ModelError } from '../../core/errors.js';

/** A named float32 array with its shape. */
export interface NamedTensor {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** Where a tensor stands: bytes from … to of the body. */
interface HeaderEntry {
  readonly name: string;
  readonly shape: readonly number[];
  readonly from: number;
  readonly to: number;
}

type Fail = (what: string, cause?: unknown) => never;

/** The longest header that the format allows. */
const MAX_HEADER_BYTES = 100_000_000;

/** Encodes tensors in the map's order; a header padded to 8 bytes keeps the values aligned. */
export function encodeSafetensors(
  tensors: ReadonlyMap<string, NamedTensor>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const header: Record<string, unknown> = Object.keys(metadata).length > 0 ? { __metadata__: metadata } : {};
  let offset = 0;
  for (const [name, { shape, values }] of tensors) {
    header[name] = { dtype: 'F32', shape: [...shape], data_offsets: [offset, offset + values.byteLength] };
    offset += values.byteLength;
  }
  const json = JSON.stringify(header);
  const text = new TextEncoder().encode(json.padEnd(Math.ceil(json.length / 8) * 8));
  const bytes = new Uint8Array(8 + text.length + offset);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  let at = 8 + text.length;
  for (const { values } of tensors.values()) {
    for (const value of values) {
      view.setFloat32(at, value, true);
      at += 4;
    }
  }
  return bytes;
}

/**
 * Decodes a file of float32 tensors.
 * @param path  only for messages
 * @throws ModelError if it is truncated, has a faulty header, another type, or holes between tensors
 */
export function decodeSafetensors(bytes: Uint8Array, path: string): Map<string, NamedTensor> {
  const fail: Fail = (what, cause) => {
    throw new ModelError(`${path} is not a usable safetensors file: ${what}; restore it or train again`, { cause });
  };
  if (bytes.length < 8) fail(`it has ${bytes.length} bytes, expected at least 8`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerBytes = Number(view.getBigUint64(0, true));
  if (headerBytes > MAX_HEADER_BYTES || 8 + headerBytes > bytes.length) {
    fail(`its header claims ${headerBytes} bytes, the file has ${bytes.length}`);
  }
  const tensors = new Map<string, NamedTensor>();
  const body = 8 + headerBytes;
  let expected = 0;
  for (const { name, shape, from, to } of parseHeader(bytes.subarray(8, body), fail)) {
    const count = shape.reduce((a, b) => a * b, 1);
    if (to - from !== 4 * count) fail(`tensor ${name} has ${to - from} bytes, expected ${4 * count} for its shape`);
    if (body + to > bytes.length) fail(`it ends in the middle of tensor ${name} (truncated)`);
    if (from !== expected) fail(`tensor ${name} starts at ${from}, expected ${expected}`);
    expected = to;
    tensors.set(name, {
      shape,
      values: Float32Array.from({ length: count }, (_, i) => view.getFloat32(body + from + 4 * i, true)),
    });
  }
  if (body + expected !== bytes.length) fail(`it has ${bytes.length - body - expected} bytes after the last tensor`);
  return tensors;
}

/** The file's own notes; only of bytes that `decodeSafetensors` accepted. */
export function safetensorsMetadata(bytes: Uint8Array): Readonly<Record<string, string>> {
  const headerBytes = Number(new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + headerBytes))) as {
    __metadata__?: Record<string, string>;
  };
  return header.__metadata__ ?? {};
}

/** The tensors in the order of their bytes; a header may name them in any. */
function parseHeader(text: Uint8Array, fail: Fail): HeaderEntry[] {
  return Object.entries(parseObject(text, fail))
    .filter(([name]) => name !== '__metadata__')
    .map(([name, entry]) => parseEntry(name, entry, fail))
    .sort((a, b) => a.from - b.from || a.to - b.to);
}

function parseObject(text: Uint8Array, fail: Fail): object {
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(text));
  } catch (cause) {
    return fail('its header is no JSON', cause);
  }
  if (typeof header !== 'object' || header === null || Array.isArray(header)) fail('its header is no JSON object');
  return header as object;
}

function parseEntry(name: string, entry: unknown, fail: Fail): HeaderEntry {
  if (typeof entry !== 'object' || entry === null) fail(`tensor ${name} has no entry of type, shape and offsets`);
  const { dtype, shape, data_offsets: offsets } = entry as Readonly<Record<string, unknown>>;
  if (dtype !== 'F32') fail(`tensor ${name} has type ${String(dtype)}, expected F32`);
  if (!isShape(shape) || !isShape(offsets) || offsets.length !== 2) {
    return fail(`tensor ${name} has a faulty shape or offsets`);
  }
  return { name, shape, from: offsets[0]!, to: offsets[1]! };
}

function isShape(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((entry) => Number.isSafeInteger(entry) && entry >= 0);
}
