import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { normal, seededRandom } from '../../src/core/random.js';
import { DriftOverTime } from '../../src/truth/driftOverTime.js';
import { GRID_BINS, gridBin, shiftIndex } from '../../src/truth/driftShift.js';
import { clustered, DAY, type Draw, fleetRows, HOUR, type Row, START } from './driftSupport.js';

/** What a fleet says day by day. Its servers keep their levels. */
function historyOf(days: number, servers: number, drawOn: (day: number) => Draw): Row[] {
  const random = seededRandom(servers);
  const levels = Array.from({ length: servers }, () => normal(random));
  return Array.from({ length: days }, (_, day) => {
    const draw: Draw = (chance, server) => drawOn(day)(chance, server);
    return fleetRows(random, servers, () => [0], START + day * DAY).map(({ at, server }) => {
      return { at, server, figures: draw(random, levels[Number(server.slice(4)) - 1000]!) };
    });
  }).flat();
}

function scoreOf(rows: readonly Row[], at = rows.at(-1)!.at): number {
  const drift = new DriftOverTime(['level']);
  for (const row of rows) drift.observe(row.at, row.server, 'mem_used_pct', row.figures);
  return drift.scores(at)[0]?.score ?? Number.NaN;
}

/** Figures are of order 1. */
const usual: Draw = (random, level) => [clustered(random, level)[0]! / 2];
const shiftedBy =
  (shift: number): Draw =>
  (random, level) => [usual(random, level)[0]! + shift];

describe('inputs of late against those of the first week', () => {
  test.each([4, 10, 40])(
    'are alike for a fleet of %i servers that stays as it is, however strange it is',
    (servers) => {
      for (const days of [8.5, 10, 14, 30]) {
        expect(scoreOf(historyOf(Math.ceil(days), servers, () => shiftedBy(3)))).toBeLessThan(0.05);
      }
    },
  );

  test('are alike where only weekends differ', () => {
    const week = (day: number) => shiftedBy(day % 7 >= 5 ? 0.5 : 0);
    for (let days = 9; days <= 16; days++) expect(scoreOf(historyOf(days, 40, week))).toBeLessThan(0.2);
  });

  test('differ within three days of a lasting shift of the whole fleet, and more the larger it is', () => {
    const scores = [0.25, 0.5, 1, 2].map((shift) =>
      scoreOf(historyOf(12, 40, (day) => shiftedBy(day < 9 ? 0 : shift))),
    );
    expect(scores[2]).toBeGreaterThan(0.2);
    for (let i = 1; i < scores.length; i++) expect(scores[i]).toBeGreaterThan(scores[i - 1]!);
  });

  test('differ when the same mean comes with another spread', () => {
    const wider: Draw = (random, level) => [4 * usual(random, level)[0]!];
    expect(scoreOf(historyOf(13, 40, (day) => (day < 9 ? usual : wider)))).toBeGreaterThan(0.2);
  });

  test('forget a day that was odd', () => {
    const rows = historyOf(20, 40, (day) => shiftedBy(day === 9 ? 1 : 0));
    expect(scoreOf(rows)).toBeLessThan(0.05);
  });

  test('are unknown in the first eight days, with two servers, and after days without rows', () => {
    expect(scoreOf(historyOf(8, 40, () => usual))).toBeNaN();
    expect(scoreOf(historyOf(12, 2, () => usual))).toBeNaN();
    const rows = historyOf(9, 40, () => usual);
    expect(scoreOf(rows)).toBeGreaterThanOrEqual(0);
    expect(scoreOf(rows, START + 30 * DAY)).toBeNaN();
  });

  test('do not depend on when hindcasts come in, nor on the order of servers', () => {
    const rows = historyOf(12, 20, (day) => shiftedBy(day < 9 ? 0 : 1));
    // What a start makes: the live rows of the third day begin before those of the two days behind it.
    const started = rows.filter(({ at }) => at >= START + 2 * DAY && at < START + 2 * DAY + HOUR);
    const hindcasts = rows.filter(({ at }) => at < START + 2 * DAY);
    const later = rows.filter(({ at }) => at >= START + 2 * DAY + HOUR);
    expect(scoreOf([...started, ...hindcasts, ...later])).toBeCloseTo(scoreOf(rows), 4);
  });

  test('survive months of rows without losing digits', () => {
    const rows = historyOf(70, 10, (day) => shiftedBy(day < 60 ? 0 : 1));
    expect(scoreOf(rows)).toBeGreaterThan(0.2);
    expect(scoreOf(rows)).toBeLessThan(10);
  });

  test('a figure that a row does not have says nothing', () => {
    const drift = new DriftOverTime(['level', 'other']);
    for (const { at, server, figures } of historyOf(9, 20, () => usual)) {
      drift.observe(at, server, 'mem_used_pct', [figures[0]!, Number.NaN]);
    }
    expect(Object.keys(drift.scores(START + 9 * DAY)[0]!.byInput)).toEqual(['level']);
  });
});

describe('the shift of a histogram', () => {
  const histograms = fc
    .array(fc.integer({ min: 0, max: 20 }), { minLength: 16 * GRID_BINS, maxLength: 16 * GRID_BINS })
    .map((counts) => Float32Array.from(counts));

  test('is 0 against itself, whatever the weight of a row', () => {
    fc.assert(
      fc.property(histograms, fc.double({ min: 1e-3, max: 1e3, noNaN: true }), (counts, weight) => {
        expect(
          shiftIndex(
            counts,
            counts.map((count) => count * weight),
          ),
        ).toBeCloseTo(0, 5);
      }),
      { numRuns: 20 },
    );
  });

  test('is never below 0', () => {
    fc.assert(
      fc.property(histograms, histograms, (before, now) => {
        expect(shiftIndex(before, now)).toBeGreaterThanOrEqual(0);
      }),
      { numRuns: 20 },
    );
  });

  test('counts on a grid that rises with the figure', () => {
    fc.assert(
      fc.property(fc.double({ min: -9, max: 9, noNaN: true }), fc.double({ min: -9, max: 9, noNaN: true }), (a, b) => {
        const [low, high] = [gridBin(Math.min(a, b)), gridBin(Math.max(a, b))];
        expect(low).toBeLessThanOrEqual(high);
        expect(low).toBeGreaterThanOrEqual(0);
        expect(high).toBeLessThan(GRID_BINS);
      }),
    );
    expect(new Set([-4, -1, -0.1, -0.03, 0, 0.03, 0.1, 1, 4].map(gridBin)).size).toBe(9);
  });
});
