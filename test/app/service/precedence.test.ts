import { describe, expect, it } from 'vitest';
import { Precedence } from '../../../src/app/service/precedence.js';
import { batch, NOON, series } from '../../windows/support.js';

const STALE = 900;

const pulled = (server: string, metric: string, ...points: [number, number][]) =>
  batch(
    'buckets',
    NOON,
    series(
      server,
      metric,
      points.map(([step, value]) => [NOON + step * 300, value]),
    ),
  );

/** Steps after noon whose pushed buckets are taken. */
function taken(precedence: Precedence, server: string, metric: string): number[] {
  const steps = [-2, -1, 0, 1, 2, 3, 4, 5, 6, 7];
  const { series: left } = precedence.yielding(
    pulled(server, metric, ...steps.map((step): [number, number] => [step, 50])),
  );
  expect(left[0]!.values).toHaveLength(left[0]!.times.length);
  return [...left[0]!.times].map((time) => (time - NOON) / 300);
}

describe('where a server is pulled and pushed', () => {
  it('what was pulled stands, until nothing has been pulled for long', () => {
    const precedence = new Precedence(STALE);
    precedence.note(pulled('a', 'load_average', [0, 1], [1, Number.NaN], [2, 2], [3, Number.NaN]));
    expect(taken(precedence, 'a', 'load_average')).toEqual([-2, -1, 6, 7]);
  });

  it('metrics and servers that nobody pulls come from the client', () => {
    const precedence = new Precedence(STALE);
    precedence.note(pulled('a', 'load_average', [0, 1], [7, 1]));
    precedence.note(pulled('a', 'java_cpu_pct', [0, Number.NaN]));
    expect(taken(precedence, 'a', 'java_cpu_pct')).toHaveLength(10);
    expect(taken(precedence, 'b', 'load_average')).toHaveLength(10);
  });

  it('it counts as pulled until it is stale, or forgotten', () => {
    const precedence = new Precedence(STALE);
    precedence.note(pulled('a', 'load_average', [0, 1]));
    expect(precedence.isPulled('a', NOON + STALE)).toBe(true);
    expect(precedence.isPulled('a', NOON + STALE + 1)).toBe(false);
    expect(precedence.isPulled('b', NOON)).toBe(false);
    precedence.forget('a');
    expect(precedence.isPulled('a', NOON)).toBe(false);
    expect(taken(precedence, 'a', 'load_average')).toHaveLength(10);
  });
});
