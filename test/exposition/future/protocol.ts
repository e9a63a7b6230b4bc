/** Prometheus' remote-read and remote-write messages by another implementation than the product's. */
import protobuf from 'protobufjs';
import { compress, uncompress } from 'snappyjs';

const { root } = protobuf.parse(`
  syntax = "proto3";
  message ReadRequest {
    repeated Query queries = 1;
    enum ResponseType { SAMPLES = 0; STREAMED_XOR_CHUNKS = 1; }
    repeated ResponseType accepted_response_types = 2;
  }
  message ReadResponse { repeated QueryResult results = 1; }
  message Query {
    int64 start_timestamp_ms = 1; int64 end_timestamp_ms = 2;
    repeated LabelMatcher matchers = 3; ReadHints hints = 4;
  }
  message QueryResult { repeated TimeSeries timeseries = 1; }
  message WriteRequest { repeated TimeSeries timeseries = 1; }
  message TimeSeries { repeated Label labels = 1; repeated Sample samples = 2; }
  message Label { string name = 1; string value = 2; }
  message Sample { double value = 1; int64 timestamp = 2; }
  message LabelMatcher {
    enum Type { EQ = 0; NEQ = 1; RE = 2; NRE = 3; }
    Type type = 1; string name = 2; string value = 3;
  }
  message ReadHints {
    int64 step_ms = 1; string func = 2; int64 start_ms = 3; int64 end_ms = 4;
    repeated string grouping = 5; bool by = 6; int64 range_ms = 7;
  }
`);

/** `["=", "server", "a"]`, with `=`, `!=`, `=~` or `!~` as PromQL writes them. */
export type MatcherText = readonly [operator: '=' | '!=' | '=~' | '!~', name: string, value: string];

export interface QueryText {
  readonly matchers: readonly MatcherText[];
  /** Epoch seconds. */
  readonly from: number;
  readonly until: number;
  readonly hints?: { readonly func?: string; readonly from: number; readonly until: number };
}

export interface ReadSeries {
  readonly labels: Readonly<Record<string, string>>;
  /** [epoch seconds, value] */
  readonly samples: readonly (readonly [number, number])[];
}

export function encodeRead(queries: readonly QueryText[], accepted: readonly number[] = []): Uint8Array {
  const type = root.lookupType('ReadRequest');
  const message = type.create({
    queries: queries.map(({ matchers, from, until, hints }) => ({
      startTimestampMs: 1000 * from,
      endTimestampMs: 1000 * until,
      matchers: matchers.map(([operator, name, value]) => ({
        type: ['=', '!=', '=~', '!~'].indexOf(operator),
        name,
        value,
      })),
      ...(hints && { hints: { func: hints.func ?? '', startMs: 1000 * hints.from, endMs: 1000 * hints.until } }),
    })),
    acceptedResponseTypes: accepted,
  });
  return type.encode(message).finish();
}

export function compressed(message: Uint8Array): Uint8Array {
  return compress(message);
}

/** One list of series per query, in their order. */
export function decodeRead(body: Uint8Array): ReadSeries[][] {
  const { results } = decode('ReadResponse', body) as { results: { timeseries: DecodedSeries[] }[] };
  return results.map(({ timeseries }) => timeseries.map(toSeries));
}

export function decodeWrite(body: Uint8Array): ReadSeries[] {
  return (decode('WriteRequest', body) as { timeseries: DecodedSeries[] }).timeseries.map(toSeries);
}

interface DecodedSeries {
  readonly labels: { readonly name: string; readonly value: string }[];
  readonly samples: { readonly value: number; readonly timestamp: number }[];
}

function decode(name: string, body: Uint8Array): unknown {
  const type = root.lookupType(name);
  return type.toObject(type.decode(uncompress(Uint8Array.from(body))), { longs: Number, arrays: true, defaults: true });
}

function toSeries({ labels, samples }: DecodedSeries): ReadSeries {
  return {
    labels: Object.fromEntries(labels.map(({ name, value }) => [name, value])),
    samples: samples.map(({ timestamp, value }) => [timestamp / 1000, value]),
  };
}
