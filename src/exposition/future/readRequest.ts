/** Prometheus' remote-read request (ReadRequest of prompb/remote.proto): decoded, with everything in it counted. */
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import { type LabelMatcher, MATCHER_TYPES } from './matchers.js';
import { ReadRefusal } from './refusal.js';

export interface ReadQuery {
  /** Epoch milliseconds, both inclusive; hints narrow them. */
  readonly fromMs: number;
  readonly untilMs: number;
  readonly matchers: readonly LabelMatcher[];
  /** The names of the series are wanted, not their samples. */
  readonly wantsSeriesOnly: boolean;
}

export interface ReadRequest {
  readonly queries: readonly ReadQuery[];
}

const MAX_QUERIES = 50;
const MAX_MATCHERS = 100;

/** Values of `ReadRequest.accepted_response_types`. */
const SAMPLES = 0;
const RESPONSE_TYPE_NAMES = ['SAMPLES', 'STREAMED_XOR_CHUNKS'];

/**
 * @param bytes  uncompressed
 * @throws ReadRefusal for what is no request, too large a one, or one whose kinds of answer are not known here
 */
export function decodeReadRequest(bytes: Uint8Array): ReadRequest {
  try {
    return readRequest(new BinaryReader(bytes));
  } catch (error) {
    if (error instanceof ReadRefusal) throw error;
    throw new ReadRefusal(400, `the body is no read request: ${(error as Error).message}`);
  }
}

function readRequest(reader: BinaryReader): ReadRequest {
  const queries: ReadQuery[] = [];
  const accepted: number[] = [];
  eachField(reader, reader.len, {
    1: [
      WireType.LengthDelimited,
      () => {
        if (queries.length === MAX_QUERIES)
          throw new ReadRefusal(413, `the request has more than ${MAX_QUERIES} queries`);
        queries.push(readQuery(reader, endOfMessage(reader)));
      },
    ],
    2: [undefined, (wireType) => readEnums(reader, wireType, accepted)],
  });
  if (accepted.length > 0 && !accepted.includes(SAMPLES)) {
    const names = accepted.map((type) => RESPONSE_TYPE_NAMES[type] ?? String(type)).join(', ');
    throw new ReadRefusal(400, `none of the wanted kinds of answer (${names}) can be given; only SAMPLES can`);
  }
  return { queries };
}

function readQuery(reader: BinaryReader, end: number): ReadQuery {
  const matchers: LabelMatcher[] = [];
  let range = { fromMs: 0, untilMs: 0 };
  let hints = { fromMs: 0, untilMs: 0, func: '' };
  eachField(reader, end, {
    1: [
      WireType.Varint,
      () => {
        range = { ...range, fromMs: Number(reader.int64()) };
      },
    ],
    2: [
      WireType.Varint,
      () => {
        range = { ...range, untilMs: Number(reader.int64()) };
      },
    ],
    3: [
      WireType.LengthDelimited,
      () => {
        if (matchers.length === MAX_MATCHERS)
          throw new ReadRefusal(413, `a query has more than ${MAX_MATCHERS} matchers`);
        matchers.push(readMatcher(reader, endOfMessage(reader)));
      },
    ],
    4: [
      WireType.LengthDelimited,
      () => {
        hints = readHints(reader, endOfMessage(reader));
      },
    ],
  });
  const { fromMs, untilMs, func } = hints;
  const isNarrower = untilMs > 0 && fromMs <= untilMs;
  return {
    fromMs: isNarrower ? Math.max(range.fromMs, fromMs) : range.fromMs,
    untilMs: isNarrower ? Math.min(range.untilMs, untilMs) : range.untilMs,
    matchers,
    wantsSeriesOnly: func === 'series',
  };
}

function readMatcher(reader: BinaryReader, end: number): LabelMatcher {
  let [type, name, value] = [0, '', ''];
  eachField(reader, end, {
    1: [
      WireType.Varint,
      () => {
        type = reader.int32();
      },
    ],
    2: [
      WireType.LengthDelimited,
      () => {
        name = reader.string();
      },
    ],
    3: [
      WireType.LengthDelimited,
      () => {
        value = reader.string();
      },
    ],
  });
  const known = MATCHER_TYPES[type];
  if (known === undefined)
    throw new ReadRefusal(400, `a matcher of ${JSON.stringify(name)} has the unknown type ${type}`);
  if (name === '') throw new ReadRefusal(400, 'a matcher names no label');
  return { type: known, name, value };
}

function readHints(reader: BinaryReader, end: number) {
  const hints = { fromMs: 0, untilMs: 0, func: '' };
  eachField(reader, end, {
    2: [
      WireType.LengthDelimited,
      () => {
        hints.func = reader.string();
      },
    ],
    3: [
      WireType.Varint,
      () => {
        hints.fromMs = Number(reader.int64());
      },
    ],
    4: [
      WireType.Varint,
      () => {
        hints.untilMs = Number(reader.int64());
      },
    ],
  });
  return hints;
}

/** Enumerations come packed or one by one; only a few are of interest. */
function readEnums(reader: BinaryReader, wireType: WireType, values: number[]): void {
  const end = wireType === WireType.LengthDelimited ? endOfMessage(reader) : reader.pos + 1;
  while (reader.pos < end) {
    const value = reader.int32();
    if (!values.includes(value) && values.length < MAX_MATCHERS) values.push(value);
  }
}

/** Readers of fields by number, each with the wire type that it takes (undefined = any). */
type FieldReaders = Readonly<Record<number, readonly [WireType | undefined, (wireType: WireType) => void]>>;

/** Reads the fields of one message up to `end`; fields without a reader are skipped. */
function eachField(reader: BinaryReader, end: number, readers: FieldReaders): void {
  while (reader.pos < end) {
    const [field, wireType] = reader.tag();
    const known = readers[field];
    if (known === undefined) reader.skip(wireType, field);
    else if (known[0] !== undefined && known[0] !== wireType)
      throw new ReadRefusal(400, `the body is no read request: field ${field} has wire type ${wireType}`);
    else known[1](wireType);
  }
  if (reader.pos !== end) throw new ReadRefusal(400, 'the body is no read request: a message ends within a field');
}

/** Reads the length of an embedded message and tells where it ends. */
function endOfMessage(reader: BinaryReader): number {
  const length = reader.uint32();
  const end = reader.pos + length;
  if (end > reader.len) throw new ReadRefusal(400, 'the body is no read request: it ends within a message');
  return end;
}
