/** Prometheus' remote-write message (WriteRequest of prompb/remote.proto, version 0.1.0), packed by hand for speed. */

export interface WriteSeries {
  readonly labels: Readonly<Record<string, string>>;
  /** Epoch seconds ≥ 0, ascending. */
  readonly times: Float64Array;
  /** Same length as `times`; NaN = no sample. */
  readonly values: Float64Array;
  /** Epoch seconds from which on it is not there, until its next sample; without, Prometheus takes it to be there for five minutes more. */
  readonly goneAt?: readonly number[];
}

const VARINT = 0;
const FIXED_64 = 1;
const BYTES = 2;
const tag = (field: number, wireType: number) => (field << 3) | wireType;

const REQUEST_SERIES = tag(1, BYTES);
const SERIES_LABEL = tag(1, BYTES);
const SERIES_SAMPLE = tag(2, BYTES);
const LABEL_NAME = tag(1, BYTES);
const LABEL_VALUE = tag(2, BYTES);
const SAMPLE_VALUE = tag(1, FIXED_64);
const SAMPLE_TIMESTAMP = tag(2, VARINT);
/** The NaN by which Prometheus marks the end of a series: `value.StaleNaN`. */
const STALE = 0x7ff0000000000002n;
/** Tag and double, then the tag of the timestamp. */
const SAMPLE_BYTES_BEFORE_TIME = 10;
/** Behind the sample's tag and length, and the value's tag. */
const SAMPLE_VALUE_OFFSET = 3;

/** Encodes series into one uncompressed message; a series without a sample is left out. */
export function encodeWriteRequest(series: readonly WriteSeries[]): Uint8Array {
  const parts = series.map(measure).filter((part) => part.sampleBytes > 0);
  let size = 0;
  for (const part of parts) size += 1 + varintSize(part.bodyBytes) + part.bodyBytes;
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  let position = 0;
  for (const part of parts) {
    bytes[position++] = REQUEST_SERIES;
    position = writeVarint(bytes, position, part.bodyBytes);
    bytes.set(part.labels, position);
    position = writeSamples(bytes, view, position + part.labels.length, part.series);
  }
  return bytes;
}

interface Part {
  readonly series: WriteSeries;
  readonly labels: Uint8Array;
  readonly sampleBytes: number;
  readonly bodyBytes: number;
}

function measure(series: WriteSeries): Part {
  const labels = encodeLabels(series.labels);
  let sampleBytes = 0;
  const count = (seconds: number) => {
    sampleBytes += 2 + SAMPLE_BYTES_BEFORE_TIME + varintSize(toMilliseconds(seconds));
  };
  for (let index = 0; index < series.times.length; index++) {
    if (!Number.isNaN(series.values[index]!)) count(series.times[index]!);
  }
  series.goneAt?.forEach(count);
  return { series, labels, sampleBytes, bodyBytes: labels.length + sampleBytes };
}

function writeSamples(bytes: Uint8Array, view: DataView, start: number, series: WriteSeries): number {
  const { times, values, goneAt = [] } = series;
  let position = start;
  for (let index = 0; index < times.length; index++) {
    const value = values[index]!;
    if (Number.isNaN(value)) continue;
    view.setFloat64(position + SAMPLE_VALUE_OFFSET, value, true);
    position = writeAroundValue(bytes, position, times[index]!);
  }
  // Behind the samples: a receiver that takes the past takes it in any order.
  for (const seconds of goneAt) {
    view.setBigUint64(position + SAMPLE_VALUE_OFFSET, STALE, true);
    position = writeAroundValue(bytes, position, seconds);
  }
  return position;
}

/** All of a sample but its value. @returns where it ends */
function writeAroundValue(bytes: Uint8Array, start: number, seconds: number): number {
  const milliseconds = toMilliseconds(seconds);
  bytes[start] = SERIES_SAMPLE;
  bytes[start + 1] = SAMPLE_BYTES_BEFORE_TIME + varintSize(milliseconds);
  bytes[start + 2] = SAMPLE_VALUE;
  bytes[start + SAMPLE_VALUE_OFFSET + 8] = SAMPLE_TIMESTAMP;
  return writeVarint(bytes, start + SAMPLE_VALUE_OFFSET + 9, milliseconds);
}

/** Labels must be sorted by name, or Prometheus refuses them. */
function encodeLabels(labels: Readonly<Record<string, string>>): Uint8Array {
  const bytes: number[] = [];
  for (const [name, value] of Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1))) {
    const pair = [...encodeText(LABEL_NAME, name), ...encodeText(LABEL_VALUE, value)];
    bytes.push(SERIES_LABEL, ...varint(pair.length), ...pair);
  }
  return Uint8Array.from(bytes);
}

const utf8 = new TextEncoder();

function encodeText(fieldTag: number, text: string): number[] {
  const bytes = utf8.encode(text);
  return [fieldTag, ...varint(bytes.length), ...bytes];
}

function varint(value: number): number[] {
  const bytes = new Uint8Array(varintSize(value));
  writeVarint(bytes, 0, value);
  return [...bytes];
}

function writeVarint(bytes: Uint8Array, start: number, value: number): number {
  let position = start;
  let rest = value;
  while (rest >= 128) {
    // Bit operations take the lowest 32 bits also of larger whole numbers.
    bytes[position++] = (rest & 127) | 128;
    rest = Math.floor(rest / 128);
  }
  bytes[position++] = rest;
  return position;
}

function varintSize(value: number): number {
  let size = 1;
  for (let limit = 128; value >= limit; limit *= 128) size++;
  return size;
}

function toMilliseconds(seconds: number): number {
  return Math.round(seconds * 1000);
}
