import { describe, expect, it } from 'vitest';
import { firingSpans } from '../../../../src/app/backtest/rules/firing.js';

const MINUTE = 60;

/** The expression holds at the minutes that are `#`. */
function spans(path: string, forMinutes = 0, keepMinutes = 0) {
  const moments = Float64Array.from([...path].flatMap((c, i) => (c === '#' ? i * MINUTE : [])));
  const times = { intervalSeconds: MINUTE, forSeconds: forMinutes * MINUTE, keepFiringSeconds: keepMinutes * MINUTE };
  return firingSpans(moments, times).map(({ from, to }) => [from / MINUTE, to / MINUTE]);
}

describe('firingSpans', () => {
  it('fires at once without `for`, until the first evaluation that does not hold', () => {
    expect(spans('.##..#')).toEqual([
      [1, 3],
      [5, 6],
    ]);
  });

  it('fires when the expression has held for the whole of `for`, at exactly that evaluation', () => {
    expect(spans('####', 3)).toEqual([[3, 4]]);
    expect(spans('###', 3)).toEqual([]);
  });

  it('waits anew after a single evaluation that did not hold', () => {
    expect(spans('###.####', 3)).toEqual([[7, 8]]);
  });

  it('keeps firing over a pause no longer than `keep_firing_for`, and ends that long after the first miss', () => {
    expect(spans('##..##...', 0, 2)).toEqual([[0, 8]]);
    expect(spans('##...#', 0, 2)).toEqual([
      [0, 4],
      [5, 8],
    ]);
  });

  it('does not keep what was only pending', () => {
    expect(spans('##.####', 3, 5)).toEqual([[6, 12]]);
  });
});
