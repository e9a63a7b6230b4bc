import { pino } from 'pino';
import { expect, it } from 'vitest';
import { QueryFailures } from '../../../src/app/service/queryFailures.js';
import { noPoints } from '../../../src/sources/serverSeries.js';
import type { PullSummary } from '../../../src/sources/source.js';

function summaryOf(warnings: readonly string[]): PullSummary {
  return {
    ...{ source: 'thanos', at: 0, skewSeconds: 0, durationSeconds: 1, queries: 1, queriesFailed: 0, servers: 1 },
    ...noPoints(),
    ...{ warnings, failures: [], targets: [] },
  };
}

it('says once what a source warns of, and once that it no longer does; how queries are written is no matter', () => {
  const lines: unknown[] = [];
  const log = pino({}, { write: (line: string) => lines.push(JSON.parse(line)) });
  const failures = new QueryFailures(log);
  const about = 'PromQL info: metric might not be a counter';
  for (const warnings of [[about], ['store-1 is away'], [about, 'store-1 is away'], [about], []])
    failures.report(summaryOf(warnings));
  expect(lines).toMatchObject([
    {
      level: 40,
      msg: 'a source warns; something may be missing in its answers',
      source: 'thanos',
      warnings: ['store-1 is away'],
    },
    { level: 30, msg: 'a source no longer warns', source: 'thanos' },
  ]);
});
