import { describe, expect, test } from 'vitest';
import { exportOptionsSchema } from '../../src/exposition/options.js';

describe('the export options', () => {
  test('export all metrics at four horizons and three levels by default', () => {
    expect(exportOptionsSchema.parse(undefined)).toEqual({
      metrics: undefined,
      horizons: [
        { name: '30m', seconds: 1800 },
        { name: '1h', seconds: 3600 },
        { name: '4h', seconds: 14_400 },
        { name: '8h', seconds: 28_800 },
      ],
      levels: ['p10', 'p50', 'p90'],
      maxSeries: 200_000,
    });
  });

  test('put horizons and levels in order, once each, under one name per duration', () => {
    const options = exportOptionsSchema.parse({ horizons: ['2h', '60m', '1h'], levels: ['p90', 'p10'] });
    expect(options.horizons.map(({ name }) => name)).toEqual(['1h', '2h']);
    expect(options.levels).toEqual(['p10', 'p90']);
  });

  test.each([
    [{ horizons: ['9h'] }, /at most 8h/],
    [{ horizons: ['soon'] }, /expected a duration/],
    [{ levels: ['p99'] }, /p10/],
    [{ metrics: ['mem used'] }, /mem_used_pct/],
    [{ metrics: [] }, /leave the key out/],
    [{ max_series: -1 }, />=0/],
    [{ max_serie: 1 }, /max_serie/],
  ])('refuse %j with a reason', (block, message) => {
    expect(exportOptionsSchema.safeParse(block).error?.message).toMatch(message);
  });
});
