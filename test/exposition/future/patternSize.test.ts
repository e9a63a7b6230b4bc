import fc from 'fast-check';
import { RE2JS } from 're2js';
import { describe, expect, it } from 'vitest';
import { patternSize } from '../../../src/exposition/future/patternSize.js';

describe('the size of a regular expression', () => {
  it.each([
    ['', 0],
    ['web-1', 5],
    ['x{1000}', 1000],
    ['x{2,}', 2],
    ['x{0,1000}', 2000],
    ['(?:ab){1,3}', 20],
    ['(?:ab){10}', 60],
    ['((x{10}){10}){5}', 610],
    ['[a-z]{20}', 20],
    ['[])]{20}', 20],
    ['[^]({]{20}', 20],
    ['[[:alpha:])]{20}', 20],
    ['[\\])]{20}', 20],
    ['\\x{10ffff}{20}', 20],
    ['\\p{Greek}{20}', 20],
    ['\\Q[(\\Ex{20}', 22],
    ['x{', 2],
    ['x{,5}', 5],
  ])('of %j is %i', (pattern, size) => {
    expect(patternSize(pattern)).toBe(size);
  });

  it('is never much less than the states that it compiles to', () => {
    const atom = fc.constantFrom(
      'a',
      '.',
      '\\.',
      '\\d',
      '[a-c]',
      '[])]',
      '[^](]',
      '[[:alpha:](]',
      '[\\]{2}(]',
      '\\x{41}',
      '\\Q(\\E',
    );
    const count = fc.constantFrom('', '', '*', '+?', '?', '{3}', '{0,4}', '{2,}');
    const { whole } = fc.letrec<{ whole: string; part: string }>((tie) => ({
      whole: fc.array(tie('part'), { maxLength: 4 }).map((parts) => parts.join('')),
      part: fc
        .tuple(
          fc.oneof(
            { maxDepth: 4 },
            atom,
            fc
              .tuple(fc.constantFrom('(', '(?:', '(?i:'), tie('whole'), tie('whole'))
              .map(([open, a, b]) => `${open}${a}|${b})`),
          ),
          count,
        )
        .map((pair) => pair.join('')),
    }));
    fc.assert(
      fc.property(whole, (pattern) => {
        expect(RE2JS.compile(pattern, RE2JS.DOTALL).programSize()).toBeLessThanOrEqual(3 * patternSize(pattern) + 4);
      }),
      { numRuns: 300 },
    );
  });
});
