import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { IncidentReport } from '../../../../src/app/backtest/report/incidentData.js';
import type { BacktestReport } from '../../../../src/app/backtest/report/reportData.js';
import { type Finished, REPOSITORY, runHere } from '../../fixtures/cli.js';
import { temporaryFolder } from '../../fixtures/folder.js';
import { readHtml } from '../report/readHtml.js';
import { livelyColumns, START, STEP, writeTrace } from '../traces.js';

const BINS = 4 * 288;
const folder = temporaryFolder();
const fleet = path.join(folder, 'fleet');
const out = path.join(folder, 'out');
const rules = path.join(folder, 'rules.yml');
const temporary = path.join(folder, 'temporary');

/** Two days are replayed; each day at bin 200, memory is full for two hours. */
const ONSETS = [2, 3].map((day) => START + (day * 288 + 200) * STEP);

function args(...more: string[]): string[] {
  const model = ['--model', path.join(REPOSITORY, 'models/default'), '--yardstick', 'none', '--workers', '1'];
  return ['backtest', '--from', 'csv', fleet, ...model, '--origins', '5', '--last', '0.5', '--out', out, ...more];
}

const alertsOf = (...texts: string[]) =>
  writeFileSync(rules, `groups:\n- name: mine\n  rules:\n${texts.map((text) => `  - ${text}\n`).join('')}`);

afterAll(() => vi.unstubAllEnvs());

beforeAll(() => {
  mkdirSync(temporary);
  vi.stubEnv('TMPDIR', temporary);
  const { cpu_user_pct, mem_used_pct } = livelyColumns(BINS, 1);
  const memory = mem_used_pct!.map((value, i) => (i % 288 >= 200 && i % 288 < 224 ? 96 : value));
  writeTrace(fleet, 'web1', { cpu_user_pct: cpu_user_pct!, mem_used_pct: memory });
  const labels = ONSETS.map(
    (onset) => `web1,${onset - 3600},${onset + 7200},memory_leak,incident=true;metric=mem_used_pct`,
  );
  const trap = `web1,${ONSETS[0]! - 40_000},${ONSETS[0]! - 35_000},planned_batch,incident=false;metric=cpu_user_pct`;
  writeFileSync(path.join(fleet, 'labels.csv'), `server,start,end,kind,detail\n${[...labels, trap].join('\n')}\n`);
});

describe('backtest --incidents --compare-rules', () => {
  let run: Finished;
  let incidents: IncidentReport;

  beforeAll(async () => {
    alertsOf(
      '{ alert: Full, expr: "mem_used_pct > 90", for: 10m }',
      '{ alert: Never, expr: "mem_used_pct > 99" }',
      '{ alert: Early, expr: "mem_used_pct offset 22h > 90" }',
    );
    run = await runHere(...args('--incidents', '--threshold', 'mem_used_pct=90', '--compare-rules', rules));
    expect(run.code, run.stderr).toBe(0);
    incidents = (JSON.parse(readFileSync(path.join(out, 'report.json'), 'utf8')) as BacktestReport).incidents!;
  });

  it('finds every onset of a threshold, of the server and of the labels', () => {
    const [dataset] = incidents.datasets;
    expect(dataset!.subjects.map(({ kind, name, onsets, traps }) => [kind, name, onsets, traps])).toEqual([
      ['threshold', 'mem_used_pct', 2, 0],
      ['server', 'any threshold', 2, 0],
      ['labels', 'labels.csv', 2, 1],
    ]);
    expect(dataset!.subjects[2]!.kinds.map(({ kind, onsets }) => [kind, onsets])).toEqual([['memory_leak', 2]]);
  });

  it('knows that the seasonal profile saw it coming, since it came each day at this time', () => {
    const [subject] = incidents.datasets[0]!.subjects;
    const ranked = subject!.rankings.find(({ horizon }) => horizon === '4h')!.methods;
    expect(ranked.find(({ method }) => method === 'seasonal_share_4h')!.auroc).toBe(1);
    const point = subject!.alarms.find(({ method }) => method === 'seasonal_share_4h')!.hindsight;
    expect(point).toMatchObject({ recall: 1, precision: 1, falseAlarms: 0 });
  });

  it('replays the rules by a real Prometheus: when they fire, and how right they were', () => {
    const { alerts, against } = incidents.datasets[0]!.rules!;
    expect(against).toBe('labels.csv');
    const score = (title: string) => alerts.find((alert) => alert.title === title)!;
    // The value of a bin is known when it ends: five minutes, and ten more of `for`.
    expect(score('Full')).toMatchObject({ alerts: 2, during: 2, precision: 1, recall: 1, medianLeadSeconds: -900 });
    expect(score('Never')).toMatchObject({ alerts: 0, precision: null, recall: 0 });
    // Yesterday's beginning, known five minutes after it, and two hours earlier.
    expect(score('Early')).toMatchObject({ alerts: 2, early: 2, recallBefore: 1, medianLeadSeconds: 7200 - 300 });
    expect(score('all of them')).toMatchObject({ alerts: 4 });
    expect(alerts.map(({ title }) => title)).toContain('linborg, probability 8h');
  });

  it('lists every onset with who alarmed when', () => {
    const [header, ...rows] = readFileSync(path.join(out, 'incidents.csv'), 'utf8').trimEnd().split('\n');
    const names = header!.split(',');
    expect(rows).toHaveLength(6);
    const cells = rows.map((row) => row.split(','));
    const onsets = cells.map((row) => Number(row[names.indexOf('onset')]));
    expect(onsets).toEqual([...ONSETS, ...ONSETS, ...ONSETS]);
    for (const [i, row] of cells.entries()) {
      const alarm = Number(row[names.indexOf('seasonal_share_4h')]);
      expect(alarm).toBeGreaterThan(onsets[i]! - 8 * 3600);
      expect(alarm).toBeLessThanOrEqual(onsets[i]!);
    }
  });

  it('draws them into a page that is still well-formed, and prints them', () => {
    const page = readFileSync(path.join(out, 'report.html'), 'utf8');
    const ids = readHtml(page).flatMap(({ attributes }) => attributes['id'] ?? []);
    expect(ids).toContain('incidents-0');
    expect(page).toContain('Your rules beside linborg');
    expect(run.stdout).toMatch(/^fleet, mem_used_pct: 2 onsets in \d\.\d server-weeks$/m);
    expect(run.stdout).toMatch(/^Full +\d+\.\d +1\.00 +0\.00 +1\.00 +-15m$/m);
  });

  it('leaves no history behind', () => {
    expect(readdirSync(temporary)).toEqual([]);
  });
});

describe('backtest', () => {
  it('names group, alert and reason of an expression that Prometheus refuses, before the replay', async () => {
    alertsOf('{ alert: Odd, expr: "rate(mem_used_pct)" }');
    const { code, stderr } = await runHere(...args('--compare-rules', rules));
    expect(code).toBe(1);
    expect(stderr).toMatch(/refused by promtool: .*group "mine", rule 1, "Odd": .*expected type range vector/s);
    expect(stderr).not.toContain('forecasts/s');
  });

  it.each([
    { flags: ['--incidents', '--threshold', 'mem=90'], said: '--threshold is mem=90; expected a metric and its limit' },
    { flags: ['--incidents', '--threshold', 'mem_used_pct=190'], said: 'is 190; expected a number from 0 to 100' },
    { flags: ['--compare-rules', '/none.yml'], said: '--compare-rules /none.yml cannot be read' },
  ])('refuses $flags', async ({ flags, said }) => {
    const { code, stderr } = await runHere(...args(...flags));
    expect(code).toBe(1);
    expect(stderr).toContain(said);
  });

  it('says how to get Prometheus where it is not installed', async () => {
    alertsOf('{ alert: Full, expr: "mem_used_pct > 90" }');
    vi.stubEnv('PATH', folder);
    const { code, stderr } = await runHere(...args('--compare-rules', rules));
    expect(code).toBe(1);
    expect(stderr).toContain('no Prometheus in PATH');
  });
});
