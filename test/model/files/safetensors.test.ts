import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ModelError } from '../../../src/core/errors.js';
import { decodeSafetensors, encodeSafetensors, type NamedTensor } from '../../../src/model/files/safetensors.js';

const fixture = (name: string) => new Uint8Array(readFileSync(new URL(`fixtures/${name}`, import.meta.url)));

/** Any named arrays: shapes with zeros, scalars, NaN and infinities, names of any letters. */
const tensorMaps: fc.Arbitrary<Map<string, NamedTensor>> = fc
  .uniqueArray(
    fc.tuple(
      fc.oneof(fc.string({ minLength: 1 }), fc.nat(99).map(String), fc.constantFrom('größe', '層.重み')),
      fc.array(fc.nat(4), { maxLength: 3 }),
      fc.infiniteStream(fc.float()),
    ),
    { selector: ([name]) => name, maxLength: 6 },
  )
  .map((entries) => {
    const usable = entries.filter(([name]) => name !== '__metadata__' && name !== '__proto__');
    return new Map(
      usable.map(([name, shape, stream]) => {
        const length = shape.reduce((a, b) => a * b, 1);
        return [name, { shape, values: Float32Array.from({ length }, () => stream.next().value) }];
      }),
    );
  });

/** A file with the given header text and body. */
function fileOf(header: unknown, body: Uint8Array = new Uint8Array(0)): Uint8Array {
  const text = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + text.length + body.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  bytes.set(body, 8 + text.length);
  return bytes;
}

const f32 = (shape: readonly number[], ...data_offsets: number[]) => ({ dtype: 'F32', shape, data_offsets });

describe('a safetensors file', () => {
  test('gives back what was written, whatever the names, shapes and values', () => {
    fc.assert(
      fc.property(tensorMaps, (tensors) => {
        const found = decodeSafetensors(encodeSafetensors(tensors), 'a file');
        expect(new Map(found)).toEqual(tensors);
      }),
    );
  });

  test('of the official library is read', () => {
    const found = decodeSafetensors(fixture('official.safetensors'), 'official.safetensors');
    expect(Object.fromEntries(found)).toEqual({
      'a.kernel': { shape: [2, 3], values: Float32Array.of(0, 0.125, 0.25, 0.375, 0.5, 0.625) },
      'b.bias': { shape: [2], values: Float32Array.of(1.5, -2.25) },
      empty: { shape: [0, 4], values: new Float32Array(0) },
      scalar: { shape: [], values: Float32Array.of(7) },
    });
  });

  test('written here has an aligned header that names its metadata', () => {
    const tensors = new Map([['w', { shape: [2], values: Float32Array.of(1, 2) }]]);
    const bytes = encodeSafetensors(tensors, { name: 'default' });
    const headerLength = Number(new DataView(bytes.buffer).getBigUint64(0, true));
    expect(headerLength % 8).toBe(0);
    expect(JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + headerLength)))).toEqual({
      __metadata__: { name: 'default' },
      w: f32([2], 0, 8),
    });
    expect(bytes).toHaveLength(8 + headerLength + 8);
  });

  test('whose header lists the tensors in another order than their data is read too', () => {
    const body = new Uint8Array(Float32Array.of(1, 2, 3).buffer);
    const found = decodeSafetensors(fileOf({ last: f32([1], 8, 12), first: f32([2], 0, 8) }, body), 'a file');
    expect(found.get('first')!.values).toEqual(Float32Array.of(1, 2));
    expect(found.get('last')!.values).toEqual(Float32Array.of(3));
  });
});

describe('a faulty safetensors file is refused', () => {
  const body = new Uint8Array(8);
  const cases: readonly [string, Uint8Array, string][] = [
    ['of 5 bytes', new Uint8Array(5), 'it has 5 bytes, expected at least 8'],
    ['whose header is longer than the file', fileOf({}).subarray(0, 9), 'its header claims 2 bytes, the file has 9'],
    [
      'with an absurd header length',
      new Uint8Array(16).fill(255),
      'its header claims 18446744073709552000 bytes, the file has 16',
    ],
    ['whose header is no JSON', fileOf('{"w":'), 'its header is no JSON'],
    ['whose header is no UTF-8', fileOf({}).fill(0xff, 8), 'its header is no JSON'],
    ['whose header is a number', fileOf('17'), 'its header is no JSON object'],
    ['whose header is a list', fileOf('[1]'), 'its header is no JSON object'],
    ['with an entry that is null', fileOf({ w: null }), 'tensor w has no entry of type, shape and offsets'],
    ['with an entry that is a number', fileOf({ w: 3 }), 'tensor w has no entry of type, shape and offsets'],
    ['of half precision', fixture('float16.safetensors'), 'tensor half has type F16, expected F32'],
    [
      'without a type',
      fileOf({ w: { shape: [1], data_offsets: [0, 4] } }, body),
      'tensor w has type undefined, expected F32',
    ],
    ['with a negative shape', fileOf({ w: f32([-1], 0, 4) }, body), 'tensor w has a faulty shape or offsets'],
    ['with one offset', fileOf({ w: f32([1], 0) }, body), 'tensor w has a faulty shape or offsets'],
    [
      'with offsets that do not fit the shape',
      fileOf({ w: f32([3], 0, 8) }, body),
      'tensor w has 8 bytes, expected 12 for its shape',
    ],
    [
      'that ends within a tensor',
      fileOf({ w: f32([3], 0, 12) }, body),
      'it ends in the middle of tensor w (truncated)',
    ],
    [
      'with a hole between tensors',
      fileOf({ a: f32([1], 0, 4), b: f32([1], 8, 12) }, new Uint8Array(12)),
      'tensor b starts at 8, expected 4',
    ],
    [
      'with tensors that overlap',
      fileOf({ a: f32([2], 0, 8), b: f32([1], 4, 8) }, body),
      'tensor b starts at 4, expected 8',
    ],
    [
      'with something after the last tensor',
      fileOf({ w: f32([1], 0, 4) }, body),
      'it has 4 bytes after the last tensor',
    ],
  ];

  test.each(cases)('%s', (_, bytes, message) => {
    expect(() => decodeSafetensors(bytes, 'models/x/weights.safetensors')).toThrow(
      new ModelError(
        `models/x/weights.safetensors is not a usable safetensors file: ${message}; restore it or train again`,
      ),
    );
  });

  test('wherever it is cut or a byte of its header is changed, with a ModelError or not at all', () => {
    const tensors = new Map([
      ['a', { shape: [2, 2], values: Float32Array.of(1, 2, 3, 4) }],
      ['b', { shape: [1], values: Float32Array.of(5) }],
    ]);
    const whole = encodeSafetensors(tensors, { format: '1' });
    for (let length = 0; length < whole.length; length++) {
      expect(() => decodeSafetensors(whole.subarray(0, length), 'cut')).toThrow(ModelError);
    }
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.nat(255), (at, byte) => {
        const changed = whole.slice();
        changed[at] = byte;
        try {
          decodeSafetensors(changed, 'changed');
        } catch (error) {
          expect(error).toBeInstanceOf(ModelError);
        }
      }),
      { numRuns: 1000 },
    );
  });
});
