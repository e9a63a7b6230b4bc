import { pino } from 'pino';
import { expect, it } from 'vitest';
import { readRecorded } from '../../../src/app/service/readRecorded.js';
import type { RecordedRange, RecordedSeries, Source } from '../../../src/sources/source.js';

const AT = 1_780_000_000;
const READING = { at: AT, stepSeconds: 300, selector: 'job="mine"' };
/** Read at a moment in bucket 1000, which was the newest then. */
const SCRAPED = 1000 * 300 + 60;

function sourceOf(name: string, recorded?: Source['recorded']): Source {
  const nothing = async function* () {};
  return { name, history: nothing, increment: nothing, close: () => {}, ...(recorded && { recorded }) };
}

function seriesOf(labels: Record<string, string>, points: readonly (readonly [number, number])[]): RecordedSeries {
  return { labels, times: points.map(([time]) => time), values: points.map(([, value]) => value) };
}

function logging() {
  const lines: Record<string, unknown>[] = [];
  return { lines, log: pino({ level: 'debug' }, { write: (line: string) => lines.push(JSON.parse(line)) }) };
}

it('puts the levels of each forecast together, by server, horizon and the bucket that was the newest', async () => {
  const asked: { expr: string; range: RecordedRange }[] = [];
  const labels = { server: 'db1', metric: 'mem_used_pct' };
  const source = sourceOf('a', async (expr, range) => {
    asked.push({ expr, range });
    if (expr.includes('"8h"')) {
      const other = { server: 'db2', metric: 'cpu_user_pct', level: 'p50' };
      return [seriesOf(other, [[SCRAPED + 239, 7]])];
    }
    if (!expr.includes('"30m"')) return [];
    return [
      seriesOf({ ...labels, level: 'p90' }, [
        [SCRAPED, 60],
        [SCRAPED + 7200, 61],
      ]),
      seriesOf({ ...labels, level: 'p10' }, [[SCRAPED, 40]]),
      seriesOf({ ...labels, level: 'p50' }, [
        [SCRAPED, 50],
        [SCRAPED + 7200, 51],
      ]),
    ];
  });
  const read = await readRecorded({ sources: [source], ...READING, log: logging().log });
  const known = { metric: 'mem_used_pct', horizon: '30m' };
  expect([...read]).toEqual([
    [
      'db1',
      [
        { ...known, origin: 1000, p10: 40, p50: 50, p90: 60 },
        { ...known, origin: 1024, p10: Number.NaN, p50: 51, p90: 61 },
      ],
    ],
    ['db2', [{ metric: 'cpu_user_pct', horizon: '8h', origin: 1000, p10: Number.NaN, p50: 7, p90: Number.NaN }]],
  ]);
  expect(asked.map(({ expr }) => expr)).toEqual(
    ['30m', '1h', '4h', '8h'].map((horizon) => `linborg_forecast_value{job="mine", horizon="${horizon}"}`),
  );
});

it('asks at moments late in a bucket, at which what was scraped last can only be of that bucket, whenever linborg starts', async () => {
  for (let start = AT; start < AT + 300; start += 7) {
    const asked: RecordedRange[] = [];
    const source = sourceOf('a', async (_, range) => {
      asked.push(range);
      return [];
    });
    await readRecorded({ ...READING, sources: [source], at: start, log: logging().log });
    expect(asked).toHaveLength(4);
    for (const { from, to, stepSeconds } of asked) {
      expect({ from: from % 300, to: to % 300, every: stepSeconds % 300 }).toEqual({ from: 240, to: 240, every: 0 });
      expect(to).toBeLessThanOrEqual(start);
      expect(to).toBeGreaterThan(start - 300);
      expect(to - from).toBe(86_400);
    }
  }
});

it('leaves out what is no forecast of ours', async () => {
  const complete = { server: 'a', metric: 'mem_used_pct', level: 'p50' };
  const points = [[SCRAPED, 1]] as const;
  const { server, metric, level } = complete;
  const strangers = [
    { server, metric, level: 'p99' },
    { server, metric },
    { server, level },
    { metric, level },
  ];
  const source = sourceOf('a', async () => strangers.map((labels) => seriesOf(labels, points)));
  expect([...(await readRecorded({ sources: [source], ...READING, log: logging().log }))]).toEqual([]);
});

it('loses to a source that fails, or records nothing, only what that source has', async () => {
  const labels = { server: 'a', metric: 'mem_used_pct', level: 'p50' };
  const sources = [
    sourceOf('broken', async (expr) => {
      if (expr.includes('"1h"')) return [seriesOf({ ...labels, server: 'b' }, [[SCRAPED, 2]])];
      throw new Error('HTTP 503');
    }),
    sourceOf('pushed'),
    sourceOf('good', async (expr) => (expr.includes('"4h"') ? [seriesOf(labels, [[SCRAPED, 1]])] : [])),
  ];
  const { lines, log } = logging();
  const read = await readRecorded({ sources, ...READING, log });
  expect(read.get('a')).toMatchObject([{ horizon: '4h', p50: 1 }]);
  expect(read.get('b')).toMatchObject([{ horizon: '1h', p50: 2 }]);
  expect(lines).toHaveLength(3);
  expect(lines[0]).toMatchObject({ source: 'broken', reason: 'HTTP 503' });
});
