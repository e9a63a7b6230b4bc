import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import type { BacktestReport } from '../../../src/app/backtest/report/reportData.js';
import { seededRandom } from '../../../src/core/random.js';
import { type Finished, REPOSITORY, runHere, startCli } from '../fixtures/cli.js';
import { temporaryFolder } from '../fixtures/folder.js';
import { type Columns, livelyColumns, START, STEP, writeTrace } from './traces.js';

const BINS = 900;
const ORIGINS = 6;
/** low = floor(0.7 · 900) = 630, high = 900 − 96 = 804. */
const FIRST_UNKNOWN = [630, 664, 699, 734, 769, 804];

const folder = temporaryFolder();
const fleet = path.join(folder, 'fleet');
const columns: Record<string, Columns> = { web1: livelyColumns(BINS, 1), db1: livelyColumns(BINS, 2) };

function args(out: string, ...more: string[]): string[] {
  const model = path.join(REPOSITORY, 'models/default');
  const fixed = ['--model', model, '--yardstick', 'none', '--workers', '1', '--origins', String(ORIGINS)];
  return ['backtest', '--from', 'csv', fleet, ...fixed, '--out', out, ...more];
}

interface Row {
  readonly [column: string]: string;
}

function rowsOf(out: string, name: string): Row[] {
  const bytes = readFileSync(path.join(out, name));
  const [header, ...lines] = (name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString().trimEnd().split('\n');
  const names = header!.split(',');
  return lines.map((line) => Object.fromEntries(line.split(',').map((cell, i) => [names[i]!, cell])));
}

function reportOf(out: string): BacktestReport {
  return JSON.parse(readFileSync(path.join(out, 'report.json'), 'utf8')) as BacktestReport;
}

beforeAll(() => {
  // A hole in the future of the last origin, and one before.
  columns['web1']!['mem_used_pct']!.fill(Number.NaN, 820, 830).fill(Number.NaN, 100, 130);
  for (const [server, values] of Object.entries(columns)) writeTrace(fleet, server, values);
});

describe('backtest --from csv', () => {
  const out = path.join(folder, 'out');
  let run: Finished;

  beforeAll(async () => {
    run = await runHere(...args(out, '--risk', '--baselines'));
  });

  it('writes its files, and says where and how it went', () => {
    expect(run.code, run.stderr).toBe(0);
    expect(readdirSync(out).sort()).toEqual([
      'baselines.csv.gz',
      'forecasts.csv.gz',
      'report.html',
      'report.json',
      'risk.csv',
    ]);
    expect(run.stdout).toMatch(/^fleet: 36 forecasts of 6 series on 2 servers are scored\n/);
    expect(run.stdout).toMatch(/^as served +\d\.\d{3} /m);
    expect(run.stderr).toMatch(/\d+ forecasts in \d+\.\d s\n/);
  });

  it('writes every forecast of every origin with what came', () => {
    const rows = rowsOf(out, 'forecasts.csv.gz');
    expect(Object.keys(rows[0]!)).toEqual(['origin', 'server', 'metric', 'step', 'p10', 'p50', 'p90', 'actual']);
    expect(rows).toHaveLength(ORIGINS * 6 * 96);
    const origins = FIRST_UNKNOWN.map((bin) => START + (bin - 1) * STEP);
    for (const server of ['web1', 'db1']) {
      for (const metric of ['cpu_user_pct', 'mem_used_pct', 'x_queue']) {
        const own = rows.filter((row) => row['server'] === server && row['metric'] === metric);
        expect(own.map(({ origin, step }) => [Number(origin), Number(step)])).toEqual(
          origins.flatMap((origin) => Array.from({ length: 96 }, (_, h) => [origin, h + 1])),
        );
        for (const { origin, step, p10, p50, p90, actual } of own) {
          expect(Number(p10)).toBeLessThanOrEqual(Number(p50));
          expect(Number(p50)).toBeLessThanOrEqual(Number(p90));
          const truth = columns[server]![metric]![(Number(origin) - START) / STEP + Number(step)]!;
          expect(actual).toBe(Number.isNaN(truth) ? '' : String(truth));
        }
      }
    }
    expect(rows.filter(({ actual }) => actual === '').length).toBeGreaterThan(0);
  });

  it('scores by the definitions: MASE, coverage and width recomputed from the files', () => {
    const rows = rowsOf(out, 'forecasts.csv.gz');
    const [dataset] = reportOf(out).datasets;
    const mases: number[] = [];
    let inside = 0;
    let judged = 0;
    for (const [server, values] of Object.entries(columns)) {
      for (const [metric, series] of Object.entries(values)) {
        const pairs = Array.from({ length: 630 - 288 }, (_, i) => Math.abs(series[i + 288]! - series[i]!));
        const known = pairs.filter((change) => !Number.isNaN(change));
        const scale = known.reduce((a, b) => a + b, 0) / known.length;
        const own = rows.filter((row) => row['server'] === server && row['metric'] === metric && row['actual'] !== '');
        const errors = own.map(({ p50, actual }) => Math.abs(Number(actual) - Number(p50)));
        mases.push(errors.reduce((a, b) => a + b, 0) / errors.length / scale);
        judged += own.length;
        inside += own.filter(({ p10, p90, actual }) => +actual! >= +p10! && +actual! <= +p90!).length;
      }
    }
    mases.sort((a, b) => a - b);
    const served = dataset!.overall.scores.find(({ method }) => method === 'served')!;
    expect(served.mase).toBeCloseTo((mases[2]! + mases[3]!) / 2, 4);
    expect(served.coverage).toBeCloseTo(inside / judged, 3);
    expect(dataset!.medianMase.find(({ method }) => method === 'served')!.mase.value).toBe(served.mase);
  });

  it('scores methods by hand from the very forecasts that it writes', () => {
    const naive = rowsOf(out, 'baselines.csv.gz');
    const methods = [...new Set(naive.map(({ method }) => method))];
    expect(methods).toEqual(
      reportOf(out)
        .methods.filter(({ kind }) => kind === 'naive')
        .map(({ id }) => id),
    );
    expect(naive).toHaveLength(ORIGINS * 6 * 96 * methods.length);
    const last = naive.filter((row) => row['method'] === 'persistence' && row['metric'] === 'cpu_user_pct');
    for (const { server, origin, p50 } of last) {
      const value = columns[server!]!['cpu_user_pct']![(Number(origin) - START) / STEP]!;
      expect(Number(p50)).toBeCloseTo(value, 3);
    }
  });

  it('says in the report what was scored, by metric, horizon and profile', () => {
    const { kind, settings, methods, datasets, work, model } = reportOf(out);
    expect(kind).toBe('linborg backtest 1');
    expect(settings).toMatchObject({ source: 'csv', origins: ORIGINS, last: 0.3, startAt: null });
    expect(model).toMatchObject({ name: 'default' });
    expect(methods[0]).toEqual({ id: 'served', kind: 'served', title: 'as served' });
    expect(work.failedForecasts).toBe(0);
    const [dataset] = datasets;
    expect(dataset).toMatchObject({ name: 'fleet', servers: 2, series: 6, scoredSeries: 6, forecasts: 36 });
    expect(dataset!.firstOrigin).toBe(START + 629 * STEP);
    expect(dataset!.lastOrigin).toBe(START + 803 * STEP);
    expect(dataset!.byMetric.map(({ name, series }) => [name, series])).toEqual([
      ['cpu_user_pct', 2],
      ['mem_used_pct', 2],
      ['x_queue', 2],
    ]);
    expect(dataset!.byHorizon).toHaveLength(4);
    expect(dataset!.byProfile.map(({ name }) => name)).toEqual(['database', 'web_api']);
    expect(dataset!.best.length + dataset!.worst.length).toBe(6);
    expect(dataset!.worst[0]!.forecasts.map(({ origin }) => (origin - START) / STEP + 1)).toEqual([664, 734, 804]);
    expect(dataset!.worst[0]!.forecasts[0]!.history).toHaveLength(288);
    expect(readFileSync(path.join(out, 'report.html'), 'utf8')).toMatch(/^<!doctype html>[\s\S]+fleet/);
  });

  it('writes the risk every 15 minutes of the last part, up to its end', () => {
    const rows = rowsOf(out, 'risk.csv').filter(({ server }) => server === 'db1');
    expect(rows.map(({ time }) => (Number(time) - START) / STEP)).toEqual(
      Array.from({ length: 91 }, (_, i) => 630 + 3 * i),
    );
    for (const { risk_score: score, p_1h: p1, p_8h: p8 } of rows) {
      expect(Number(score)).toBeGreaterThanOrEqual(0);
      expect(Number(score)).toBeLessThanOrEqual(100);
      expect(Number(p1)).toBeLessThanOrEqual(Number(p8));
    }
    const anomalies = rows.map(({ anomaly_score: anomaly }) => anomaly!);
    expect(anomalies.slice(0, 4)).toEqual(['', '', '', '']);
    expect(anomalies.slice(4).every((anomaly) => Number(anomaly) > 0)).toBe(true);
  });

  it('forecasts, byte for byte, the same whatever comes after an origin', async () => {
    const scrambled = path.join(folder, 'scrambled/fleet');
    const random = seededRandom(9);
    const cut = 700;
    for (const [server, values] of Object.entries(columns)) {
      const other = Object.entries(values).map(([name, series]) => [
        name,
        series.map((value, i) => (i < cut ? value : 100 * random())),
      ]);
      writeTrace(scrambled, server, Object.fromEntries(other) as Columns);
    }
    const again = path.join(folder, 'again');
    const { code, stderr } = await runHere(...args(again, '--risk', '--baselines').with(3, scrambled));
    expect(code, stderr).toBe(0);
    const known = (rows: Row[]) =>
      rows
        .filter(({ origin }) => Number(origin) < START + cut * STEP)
        .map(({ actual: _, ...forecast }) => Object.values(forecast).join());
    const before = known(rowsOf(out, 'forecasts.csv.gz'));
    expect(before).toHaveLength(3 * 6 * 96);
    expect(known(rowsOf(again, 'forecasts.csv.gz'))).toEqual(before);
    expect(reportOf(again).datasets[0]!.overall.scores[0]).not.toEqual(reportOf(out).datasets[0]!.overall.scores[0]);
  });

  it('starts where --start-at says, for as many servers as it is told', async () => {
    const later = path.join(folder, 'later');
    const startAt = START + 780 * STEP;
    const { code, stderr } = await runHere(...args(later, '--start-at', String(startAt), '--servers', '1'));
    expect(code, stderr).toBe(0);
    const rows = rowsOf(later, 'forecasts.csv.gz');
    expect([...new Set(rows.map(({ server }) => server))]).toEqual(['db1']);
    expect(Math.min(...rows.map(({ origin }) => Number(origin)))).toBe(startAt - STEP);
    expect(existsSync(path.join(later, 'risk.csv'))).toBe(false);
  });

  it('compares with a second model', async () => {
    const second = path.join(folder, 'second');
    const model = path.join(REPOSITORY, 'models/default');
    const { code, stderr } = await runHere(...args(second, '--yardstick', model, '--servers', '1'));
    expect(code, stderr).toBe(0);
    const { methods, yardstick, datasets } = reportOf(second);
    expect(yardstick).toMatchObject({ name: 'default' });
    expect(methods.map(({ kind }) => kind).slice(0, 3)).toEqual(['served', 'model', 'yardstick']);
    const score = (id: string) => datasets[0]!.overall.scores.find(({ method }) => method === id)!.mase;
    expect(score('yardstick')).toBe(score('model'));
  });
});

describe('backtest', () => {
  it('leaves no half files when it is interrupted', async () => {
    const out = path.join(folder, 'interrupted');
    const running = startCli(args(out, '--risk'));
    await running.says(/forecasts\/s/);
    running.send('SIGINT');
    const { code, stderr } = await running.finished();
    expect(code).toBe(1);
    expect(stderr).toContain('linborg: stopped before the end; nothing was written\n');
    expect(readdirSync(out)).toEqual([]);
  });

  it('says that there was nothing to score, in a trace that is too short', async () => {
    const short = path.join(folder, 'short');
    writeTrace(short, 'web1', livelyColumns(350, 1));
    const { code, stdout } = await runHere(...args(path.join(folder, 'none')).with(3, short));
    expect(code).toBe(1);
    expect(stdout).toContain('short: 0 forecasts of 0 series on 1 servers are scored (not scored: 3');
  });

  const taken = path.join(folder, 'taken');
  mkdirSync(taken);
  writeFileSync(path.join(taken, 'notes.txt'), '');
  it.each([
    { flags: ['--from', 'excel'], said: '--from is "excel"; expected "csv DIR [DIR…]" or "prometheus"' },
    { flags: ['--from', 'csv', '/nowhere'], said: 'trace folder /nowhere cannot be read (ENOENT)' },
    { flags: ['--from', 'csv', fleet, `${folder}/x/fleet`], said: '--from names two folders called fleet' },
    { flags: ['--from', 'csv', fleet, '--origins', '0'], said: '--origins is 0; expected a whole number from 1' },
    { flags: ['--from', 'csv', fleet, '--last', '1'], said: '--last is 1; expected a share of each trace between' },
    { flags: ['--from', 'csv', fleet, '--start-at', 'now'], said: '--start-at is now; expected a whole number' },
    { flags: ['--from', 'csv', fleet, '--model', 'none'], said: 'cannot read' },
    { flags: ['--from', 'csv', fleet, '--yardstick', '/nowhere'], said: 'cannot read /nowhere/manifest.json' },
    { flags: ['--from', 'prometheus', '--config.file', '/none.yml'], said: 'cannot read the configuration /none.yml' },
    { flags: ['--from', 'csv', fleet, '--out', taken], said: 'holds notes.txt, which is not from a backtest' },
  ])('refuses $flags and says what it expects', async ({ flags, said }) => {
    const { code, stderr } = await runHere('backtest', '--out', path.join(folder, 'refused'), ...flags);
    expect(code).toBe(1);
    expect(stderr).toContain('linborg: ');
    expect(stderr).toContain(said);
  });
});
