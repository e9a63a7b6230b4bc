import { readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BacktestReport } from '../../../src/app/backtest/report/reportData.js';
import { restarted } from '../fixtures/auditLog.js';
import { runHere } from '../fixtures/cli.js';
import { writeConfiguration } from '../fixtures/configuration.js';
import { DAY, type FleetPrometheus, startFleetPrometheus } from '../fixtures/fleet.js';
import { temporaryFolder } from '../fixtures/folder.js';

const SERVERS = 2;
/** Rises above its threshold once a day, for some hours around the twelfth before the end. */
const QUEUE = {
  name: 'queue_depth',
  query: 'sum by (queue) (celery_queue_length)',
  server_label: 'queue',
  threshold: 150,
};
let recorded: FleetPrometheus;
let now: number;

beforeAll(async () => {
  now = Math.floor(Date.now() / 1000);
  recorded = await startFleetPrometheus({ servers: SERVERS, days: 9, until: now });
  const points: [number, number][] = [];
  for (let time = now - 9 * DAY; time <= now; time += 150) {
    // Counted from the end: what crosses when must not depend on the clock of the test.
    const elapsed = time - now;
    const noise = 3 * Math.sin(elapsed / 977) + 2 * Math.sin(elapsed / 411);
    points.push([time, 100 + noise - 60 * Math.cos((2 * Math.PI * elapsed) / DAY)]);
  }
  await recorded.prometheus.write([{ labels: { __name__: 'celery_queue_length', queue: 'mail' }, points }]);
});

afterAll(() => recorded?.prometheus.stop());

describe('backtest --from prometheus', () => {
  it('answers for the last days of a real Prometheus, with the week before as history', async () => {
    const out = path.join(temporaryFolder(), 'out');
    const config = writeConfiguration({
      url: recorded.prometheus.url,
      keys: { data_dir: await restarted(recorded.names[0]!, now - DAY / 2) },
    });
    const { code, stderr, stdout } = await runHere(
      ...['backtest', '--from', 'prometheus', '--config.file', config, '--days', '1', '--origins', '6'],
      ...['--yardstick', 'none', '--workers', '1', '--incidents', '--out', out],
    );
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/^prometheus: \d+ forecasts of \d+ series on 2 servers are scored/);
    expect(stderr).toContain(
      'no alarm or probability is judged in 1 spans (0 by --exclude, 1 after actions in the audit log)',
    );
    const report = JSON.parse(readFileSync(path.join(out, 'report.json'), 'utf8')) as BacktestReport;
    expect(report.settings).toMatchObject({ source: 'prometheus', last: 1 / 9 });
    const [dataset] = report.datasets;
    expect(dataset!.firstOrigin!).toBeGreaterThan(now - 1.1 * DAY);
    expect(dataset!.byMetric.map(({ name }) => name)).toContain('mem_used_pct');
    const servers = new Set(
      gunzipSync(readFileSync(path.join(out, 'forecasts.csv.gz')))
        .toString()
        .trimEnd()
        .split('\n')
        .slice(1)
        .map((line) => line.split(',')[1]!),
    );
    expect([...servers].sort()).toEqual(recorded.names);
    // Of two servers that are watched for a day each, eight hours of one.
    const { serverWeeks } = report.incidents!.datasets[0]!.subjects.find(({ kind }) => kind === 'server')!;
    expect(serverWeeks * 7 * 24).toBeGreaterThan(30);
    expect(serverWeeks * 7 * 24).toBeLessThanOrEqual(2 * 24 - 8 + 0.5);
  });

  it('judges extra targets beside the servers: their forecasts, and the breaches of their thresholds', async () => {
    const out = path.join(temporaryFolder(), 'out');
    const config = writeConfiguration({
      url: recorded.prometheus.url,
      source: { selector: `job="node",instance="${recorded.names[0]}"` },
      keys: { targets: [QUEUE] },
    });
    const { code, stderr } = await runHere(
      ...['backtest', '--from', 'prometheus', '--config.file', config, '--days', '1', '--origins', '6'],
      ...['--yardstick', 'none', '--workers', '1', '--incidents', '--out', out],
    );
    expect(code, stderr).toBe(0);
    const report = JSON.parse(readFileSync(path.join(out, 'report.json'), 'utf8')) as BacktestReport;
    const queue = report.datasets[0]!.byMetric.find(({ name }) => name === QUEUE.name);
    expect(queue).toMatchObject({ series: 1 });
    const subject = report.incidents!.datasets[0]!.subjects.find(({ name }) => name === QUEUE.name);
    expect(subject).toMatchObject({ kind: 'threshold', onsets: 1 });
    const ranked = subject!.rankings.find(({ horizon }) => horizon === '4h')!;
    // It comes at the same time every day, to within some minutes.
    expect(ranked.methods.find(({ method }) => method === 'seasonal_share_4h')!.auroc).toBeGreaterThan(0.95);
  });
});
