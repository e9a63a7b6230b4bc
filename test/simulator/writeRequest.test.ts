import fc from 'fast-check';
import protobuf from 'protobufjs';
import { describe, expect, it } from 'vitest';
import { encodeWriteRequest } from '../../src/simulator/writeRequest.js';

/** Prometheus' own definition, as far as samples go. */
const { root } = protobuf.parse(`
  syntax = "proto3";
  message WriteRequest { repeated TimeSeries timeseries = 1; }
  message TimeSeries { repeated Label labels = 1; repeated Sample samples = 2; }
  message Label { string name = 1; string value = 2; }
  message Sample { double value = 1; int64 timestamp = 2; }
`);
const WriteRequest = root.lookupType('WriteRequest');

interface Decoded {
  timeseries: { labels: { name: string; value: string }[]; samples: { value: number; timestamp: number }[] }[];
}

function decode(bytes: Uint8Array): Decoded {
  return WriteRequest.toObject(WriteRequest.decode(bytes), { longs: Number, arrays: true, defaults: true }) as Decoded;
}

const sample = fc.record({
  time: fc.integer({ min: 0, max: 4_000_000_000_000 }).map((ms) => ms / 1000),
  value: fc.double(),
});
const series = fc.record({
  labels: fc.dictionary(fc.string(), fc.string()),
  samples: fc.array(sample, { minLength: 1 }),
});

describe('a write request', () => {
  it('decodes to what was encoded, without the absent samples', () => {
    fc.assert(
      fc.property(fc.array(series), (all) => {
        const bytes = encodeWriteRequest(
          all.map(({ labels, samples }) => ({
            labels,
            times: Float64Array.from(samples, ({ time }) => time),
            values: Float64Array.from(samples, ({ value }) => value),
          })),
        );
        const expected = all
          .map(({ labels, samples }) => ({
            labels: Object.entries(labels)
              .sort(([a], [b]) => (a < b ? -1 : 1))
              .map(([name, value]) => ({ name: wellFormed(name), value: wellFormed(value) })),
            samples: samples
              .filter(({ value }) => !Number.isNaN(value))
              .map(({ time, value }) => ({ value, timestamp: Math.round(time * 1000) })),
          }))
          .filter(({ samples }) => samples.length > 0);
        expect(decode(bytes).timeseries).toEqual(expected);
      }),
    );
  });

  it("marks where a series is gone with Prometheus' own NaN, behind its samples", () => {
    const series = { labels: {}, times: Float64Array.of(1), values: Float64Array.of(7), goneAt: [2, 300] };
    const bytes = encodeWriteRequest([series]);
    const [decoded] = decode(bytes).timeseries;
    expect(decoded!.samples).toEqual([
      { value: 7, timestamp: 1000 },
      { value: Number.NaN, timestamp: 2000 },
      { value: Number.NaN, timestamp: 300_000 },
    ]);
    // value.StaleNaN of Prometheus, little endian.
    expect(Buffer.from(bytes).toString('hex').split('020000000000f07f')).toHaveLength(3);
  });

  it('is empty for no series', () => {
    expect(encodeWriteRequest([])).toHaveLength(0);
  });
});

function wellFormed(text: string): string {
  return new TextDecoder().decode(new TextEncoder().encode(text));
}
