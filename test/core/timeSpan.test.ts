import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isInSpan, mergeSpans, touchesSpan } from '../../src/core/timeSpan.js';

const spans = fc.array(
  fc.tuple(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 1, max: 9 })).map(([from, length]) => ({
    from,
    to: from + length,
  })),
  { maxLength: 12 },
);

test('merging keeps every moment, adds none, and leaves spans that ascend and lie apart', () => {
  fc.assert(
    fc.property(spans, (all) => {
      const merged = mergeSpans(all);
      for (let at = 0; at < 70; at++) {
        expect(isInSpan(merged, at)).toBe(all.some(({ from, to }) => from <= at && at < to));
      }
      merged.slice(1).forEach(({ from }, i) => {
        expect(from).toBeGreaterThan(merged[i]!.to);
      });
    }),
  );
});

test('a range touches spans exactly if they have a moment in common', () => {
  const range = fc.tuple(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 1, max: 9 }));
  fc.assert(
    fc.property(spans, range, (all, [from, length]) => {
      const merged = mergeSpans(all);
      const moments = Array.from({ length }, (_, i) => from + i);
      expect(touchesSpan(merged, from, from + length)).toBe(moments.some((at) => isInSpan(merged, at)));
    }),
  );
});

test('spans with a short break between them are one where that is asked for', () => {
  const broken = [
    { from: 100, to: 160 },
    { from: 0, to: 60 },
  ];
  expect(mergeSpans(broken, 39)).toHaveLength(2);
  expect(mergeSpans(broken, 40)).toEqual([{ from: 0, to: 160 }]);
  expect(mergeSpans([{ from: 5, to: 5 }])).toEqual([]);
});
