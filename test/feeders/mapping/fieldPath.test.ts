import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { numberOf, parseFieldPath, valueAt, valuesAt } from '../../../src/feeders/mapping/fieldPath.js';

const at = (document: unknown, text: string) => valuesAt(document, parseFieldPath(text)!);

describe('a field path', () => {
  test('leads through blocks, lists and quoted keys', () => {
    const document = { a: { b: [{ c: 1 }, { c: 2 }], 'k8s.io/role': 'db' }, 'x y': 3 };
    expect(at(document, 'a.b[0].c')).toEqual([1]);
    expect(at(document, 'a.b[-1].c')).toEqual([2]);
    expect(at(document, 'a.b[*].c')).toEqual([1, 2]);
    expect(at(document, 'a["k8s.io/role"]')).toEqual(['db']);
    expect(at(document, 'a."k8s.io/role"')).toEqual(['db']);
    expect(at(document, 'x y')).toEqual([3]);
  });

  test('finds a key whose name has dots without quotes, nested or flat', () => {
    expect(at({ 'system.cpu': { 'user.pct': 0.5 } }, 'system.cpu.user.pct')).toEqual([0.5]);
    expect(at({ system: { cpu: { user: { pct: 0.5 } } } }, 'system.cpu.user.pct')).toEqual([0.5]);
  });

  test('leads nowhere where something else stands, and never into a prototype', () => {
    for (const path of ['a.b.c', 'a[0]', 'a[*]', 'constructor', '__proto__.polluted', 'a.length'])
      expect(at({ a: 'text' }, path), path).toEqual([]);
    expect(at({ a: null }, 'a')).toEqual([]);
    expect(valueAt(undefined, parseFieldPath('a')!)).toBeUndefined();
  });

  test.each(['', '.', 'a..b', '.a', 'a.', 'a[', 'a[x]', 'a["b', 'a"b"'])('cannot be read out of %j', (text) => {
    expect(parseFieldPath(text)).toBeUndefined();
  });

  test('with every key in quotes finds what stands under those keys, whatever they are', () => {
    const keys = fc.array(
      fc.string().filter((key) => key !== '__proto__'),
      { minLength: 1, maxLength: 4 },
    );
    fc.assert(
      fc.property(keys, (names) => {
        const path = parseFieldPath(names.map((name) => `[${quote(name)}]`).join(''))!;
        const document = names.reduceRight<unknown>((inner, name) => ({ [name]: inner }), 7);
        expect(valuesAt(document, path)).toEqual([7]);
      }),
    );
  });
});

function quote(name: string): string {
  return `"${name.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}

test('texts of digits are numbers, other things are none', () => {
  expect([' 12.5 ', '1e3', 7, 9n].map(numberOf)).toEqual([12.5, 1000, 7, 9]);
  expect(['', 'n/a', '12%', Number.NaN, Number.POSITIVE_INFINITY, true, null, {}].map(numberOf)).toEqual(
    Array.from({ length: 8 }, () => undefined),
  );
});
