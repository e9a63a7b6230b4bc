import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { alertRows, recordedLevel } from '../../src/exposition/historical/alertTable.js';
import { csvText } from '../../src/exposition/historical/csv.js';
import type { HistorySeries } from '../../src/exposition/historical/history.js';
import { riskScores } from '../../src/exposition/historical/recordedSeries.js';
import { momentsOf, spanOf, TIME_RANGES } from '../../src/exposition/historical/timeRange.js';
import { alertLevelOf } from '../../src/scoring/riskLevel.js';
import { AT } from './fleet.js';

/** A reader of RFC 4180 that knows nothing of the writer. */
function parseCsv(text: string): string[][] {
  const rows: string[][] = [[]];
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^,"\r\n]*))(,|\r\n)/g)) {
    rows.at(-1)!.push(quoted === undefined ? plain! : quoted.replaceAll('""', '"'));
    if (end === '\r\n') rows.push([]);
  }
  return rows.slice(0, -1);
}

describe('CSV', () => {
  const cell = fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom('"', ',', '\r', '\n', '=', 'a', '\t') }));

  test('of any texts is read back as it was, but for an apostrophe before what looks like a formula', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(cell, cell)), (texts) => {
        const read = parseCsv(
          csvText(
            ['a', 'b'],
            texts.map(([a, b]) => ({ a, b })),
          ),
        );
        const safe = (text: string) => (/^[=+\-@\t\r]/.test(text) ? `'${text}` : text);
        expect(read).toEqual([['a', 'b'], ...texts.map((row) => row.map(safe))]);
      }),
    );
  });

  test('never has a cell that a spreadsheet takes for a formula, and keeps negative numbers', () => {
    const names = ['=cmd|"/c calc"!A1', '+1', '-1+2', '@SUM(A1)', '\t=1', '\r=1', '＝1'];
    const text = csvText(
      ['name', 'value'],
      names.map((name) => ({ name, value: -3.5 })),
    );
    expect(parseCsv(text).slice(1)).toEqual(names.map((name) => [`'${name}`, '-3.5']));
  });

  test('has lines that end in CRLF, a header without rows, and nothing for null', () => {
    expect(csvText(['a', 'b'], [])).toBe('a,b\r\n');
    expect(csvText(['a', 'b'], [{ a: null, b: 1 }])).toBe('a,b\r\n,1\r\n');
  });
});

describe('a time range', () => {
  test.each(TIME_RANGES)('of %s has at most a hundred moments, the last of them now', (range) => {
    const span = spanOf(range, AT + 17);
    expect(momentsOf(span)).toBeLessThanOrEqual(100);
    expect(momentsOf(span)).toBeGreaterThan(30);
    expect(AT + 17 - span.to).toBeLessThan(15);
    expect((span.to - span.from) % span.stepSeconds).toBe(0);
  });
});

describe('alerts of the past', () => {
  const span = { from: AT - 600, to: AT, stepSeconds: 60 };
  const series = (server: string, points: Readonly<Record<number, number>>): HistorySeries => ({
    labels: { server, profile: 'database' },
    times: Object.keys(points).map((index) => span.from + 60 * Number(index)),
    values: Object.values(points),
  });

  test('are stretches of neighbouring moments, with the highest score, newest first', () => {
    const risk = [series('a', { 1: 55, 2: 82, 3: 61, 7: 50 }), series('b', { 9: 64, 10: 62 })];
    const alert = { profile: 'Database' };
    expect(alertRows({ risk }, span)).toEqual([
      {
        ...{ ...alert, server_name: 'b', level: 'warning', max_risk_score: 64 },
        ...{ started: '2026-01-05T12:01:00Z', ended: null, duration_minutes: 1 },
      },
      {
        ...{ ...alert, server_name: 'a', level: 'degraded', max_risk_score: 50 },
        ...{ started: '2026-01-05T11:59:00Z', ended: '2026-01-05T12:00:00Z', duration_minutes: 1 },
      },
      {
        ...{ ...alert, server_name: 'a', level: 'critical', max_risk_score: 82 },
        ...{ started: '2026-01-05T11:53:00Z', ended: '2026-01-05T11:56:00Z', duration_minutes: 3 },
      },
    ]);
  });

  test('of any course are apart and cover its moments exactly', () => {
    const course = fc.uniqueArray(fc.integer({ min: 0, max: 10 }), { minLength: 1 });
    fc.assert(
      fc.property(course, (indices) => {
        const points = Object.fromEntries(indices.map((index) => [index, 70]));
        const rows = alertRows({ risk: [series('a', points)] }, span).reverse();
        const covered = rows.flatMap(({ started, ended }) => {
          const first = (Date.parse(started) / 1000 - span.from) / 60;
          const end = ended === null ? 11 : (Date.parse(ended) / 1000 - span.from) / 60;
          return Array.from({ length: end - first }, (_, i) => first + i);
        });
        expect(covered).toEqual([...indices].sort((a, b) => a - b));
        rows.slice(1).forEach((row, i) => {
          expect(Date.parse(row.started)).toBeGreaterThan(Date.parse(rows[i]!.ended!));
        });
      }),
    );
  });

  test('have the levels that the score has now', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 100, noNaN: true }), (score) => {
        expect(recordedLevel(score)).toBe(alertLevelOf(score));
      }),
    );
  });
});

test('a server name is a label value in PromQL, whatever it is', () => {
  expect(riskScores({ selector: 'job="linborg",', server: 'odd "name"\\x\n' })).toBe(
    'max by (server, profile) (linborg_risk_score{job="linborg", server="odd \\"name\\"\\\\x\\n"})',
  );
});
