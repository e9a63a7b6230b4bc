/** The scores of known ramps and level shifts, from files small enough to be worked out by hand. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { hasPrometheus } from '../sources/fixtures/realPrometheus.js';

const STEP = 300;
const HOUR = 3600;
const START = 1_780_272_000;

describe('the scores of ramps', () => {
  const ramp = `mem_used_pct:${START}-${START + 12 * HOUR}`;
  const labels = `a,${START},${START + 12 * HOUR},memory_leak,incident=true;metric=mem_used_pct;ramps=${ramp}`;
  // Now is one hour, two and a half, and four and a half after the start: the last one reaches beyond the ramp's end.
  const origins = [HOUR, 2.5 * HOUR, 4.5 * HOUR].map((elapsed) => START + elapsed - STEP);
  const early = START + HOUR - 2 * STEP;

  it('compare whole forecasts within a ramp with the line', () => {
    const { stdout } = score('ramps', labels, {
      forecasts: [
        ...steps(origins[0]!, (step) => `${step + 2},${step}`),
        ...steps(origins[1]!, (step) => `${step + 1},${step}`),
        ...steps(origins[2]!, () => '999,0'),
        ...steps(early, () => '999,0'),
      ],
      baselines: origins
        .slice(0, 2)
        .flatMap((origin) => [
          ...named(origin, 'predict_linear_4h', (step) => step - 2),
          ...named(origin, 'persistence', (step) => step - 6),
          ...named(origin, 'median_7d', () => 999),
        ]),
    });
    const row = '1 | 2 | 0.750 | 0.750 |  |  | 0.250 |';
    expect(stdout.split('\n').slice(4, 6)).toEqual([`| mem_used_pct | ${row}`, `| all | ${row}`]);
  });

  it('tell beside it how all forecasts within a ramp fared, those that outlive it included', () => {
    const { stdout } = score('ramps', labels, {
      forecasts: [...steps(origins[0]!, (step) => `${step + 2},${step}`), ...steps(origins[2]!, () => '4,1')],
      baselines: [origins[0]!, origins[2]!].flatMap((origin) => [
        ...named(origin, 'predict_linear_4h', (step) => (origin === origins[2] ? 7 : step - 2)),
        ...named(origin, 'persistence', (step) => (origin === origins[2] ? 6 : step - 5)),
      ]),
    });
    expect(stdout.trim().split('\n').at(-1)).toBe('| all | 1 | 2 | 0.625 | 0.625 |  |  | 0.500 |');
    expect(stdout.split('\n')[5]).toBe('| all | 1 | 1 | 1.000 | 1.000 |  |  | 0.400 |');
  });

  it('say that there is nothing to score', () => {
    const { status, stderr } = score('ramps', labels, { forecasts: steps(early, () => '1,1'), baselines: [] });
    expect(status).not.toBe(0);
    expect(stderr).toContain('holds no forecast of 8 h within a ramp');
  });
});

describe('the scores of level shifts', () => {
  const labels = `a,${START},${START + 24 * HOUR},level_shift,incident=false;metric=mem_used_pct;role=sole`;
  /** An origin every 15 minutes; `error` by seconds since the shift. */
  const forecasts = (error: (since: number) => number) =>
    Array.from({ length: (36 + 8) * 4 + 1 }, (_, i) => (i / 4 - 36) * HOUR).flatMap((since) =>
      steps(START + since - STEP, () => `${error(since)},0`).slice(0, 12),
    );

  it('tell when the error over the next hour is back within a quarter of what it was', () => {
    const { stdout } = score('shifts', labels, {
      forecasts: forecasts((since) => (since < 0 ? 2 : since < 1.5 * HOUR ? 6 : 2.4)),
    });
    const [mem, all, none] = stdout.split('\n').slice(2);
    expect(mem).toBe('| mem_used_pct | 1 | 100 % | 90 min | 90 min | 3.00 | 3.00 | 3.00 | 3.00 | 1.20 | 1.20 | 1.20 |');
    expect(all).toContain('| all | 1 | 100 % | 90 min |');
    expect(none).toContain('| no shift | 1 | 100 % | 0 min |');
  });

  it('tell when it never comes back', () => {
    const { stdout } = score('shifts', labels, { forecasts: forecasts((since) => (since < 0 ? 2 : 3)) });
    expect(stdout).toContain('| all | 1 | 0 % | > 480 min | > 480 min |');
  });
});

it('score.mjs says how it is used', () => {
  const { status, stderr } = spawnSync(process.execPath, ['bench/scenarios/score.mjs', 'waves'], { encoding: 'utf8' });
  expect([status, stderr]).toEqual([2, expect.stringContaining('usage: score.mjs ramps|shifts')]);
});

describe('the scores of categories', () => {
  /** Three days of simulated services, scored. */
  function services(...flags: readonly string[]): { readonly labels: string; readonly said: string } {
    const folder = mkdtempSync(join(tmpdir(), 'linborg-services-'));
    const made = run('recordServices.mjs', '--out', folder, '--days', '3', '--seed', '8', ...flags);
    expect(made.stderr).toBe('');
    return { labels: readFileSync(join(folder, 'labels.csv'), 'utf8'), said: run('categories.mjs', folder).stdout };
  }

  it('tell nothing of services that nothing disturbs', () => {
    const { labels, said } = services();
    expect(labels.trim()).toBe('server,start,end,kind,detail');
    expect(said).toContain('anomalous 0.0 times a week');
    expect(said).toContain('told by kind: there is none');
  });

  it('tell which disturbances of services were told, each labelled for all services before the one that it is about', () => {
    const { labels, said } = services('--disturbances-per-week', '7');
    expect(labels).toMatch(/^gateway,(\d+),(\d+),errors,incident=true\norders,\1,\2,errors,incident=true$/m);
    expect(said).toContain('(low 0, medium 0, high 2, critical 0), 0.0 of them without an incident');
    expect(said).toContain('told by kind: errors 1 of 1, silence 1 of 2');
  });
});

function score(
  what: string,
  label: string,
  { forecasts, baselines = [] }: { readonly forecasts: readonly string[]; readonly baselines?: readonly string[] },
): { readonly stdout: string; readonly stderr: string; readonly status: number | null } {
  const folder = mkdtempSync(join(tmpdir(), 'linborg-score-'));
  const labels = join(folder, 'labels.csv');
  const out = join(folder, 'out');
  mkdirSync(out);
  writeFileSync(labels, `server,start,end,kind,detail\n${label}\n`);
  const write = (name: string, header: string, rows: readonly string[]) =>
    writeFileSync(join(out, name), gzipSync(`${[header, ...rows].join('\n')}\n`));
  write('forecasts.csv.gz', 'origin,server,metric,step,p10,p50,p90,actual', forecasts);
  write('baselines.csv.gz', 'origin,server,metric,method,step,p50', baselines);
  const args = ['bench/scenarios/score.mjs', what, '--labels', labels, '--backtest', out];
  return spawnSync(process.execPath, args, { encoding: 'utf8' });
}

/** 96 rows of server a's memory. @param cells  p50 and actual of a step */
function steps(origin: number, cells: (step: number) => string): string[] {
  return Array.from({ length: 96 }, (_, h) => {
    const [p50, actual] = cells(h + 1).split(',');
    return `${origin},a,mem_used_pct,${h + 1},0,${p50},100,${actual}`;
  });
}

function named(origin: number, method: string, p50: (step: number) => number): string[] {
  return Array.from({ length: 96 }, (_, h) => `${origin},a,mem_used_pct,${method},${h + 1},${p50(h + 1)}`);
}

/** A recording of one bucket per line, as record.mjs writes it. */
function recording(labels: string[], lines: object[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'linborg-record-'));
  writeFileSync(join(folder, 'labels.csv'), `${['server,start,end,kind,detail', ...labels].join('\n')}\n`);
  const text = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
  writeFileSync(join(folder, 'served.jsonl.gz'), gzipSync(text));
  return folder;
}

const run = (script: string, ...args: string[]) =>
  spawnSync(process.execPath, [`bench/scenarios/${script}`, ...args], { encoding: 'utf8' });

describe('the scores of cascades', () => {
  const SERVERS = ['ppdb001', 'ppweb001', 'ppweb005', 'ppgen001'];
  const [FIRST, STEPS] = [1_780_000_200, 60];
  const at = (step: number) => FIRST + step * STEP;
  const cascade = ['ppdb001', 'ppweb001', 'ppweb005'].map((server, i) => {
    const role = i === 0 ? 'origin' : 'dependent';
    return `${server},${at(30 + i)},${at(50)},cascade,incident=true;metric=back_close_wait;role=${role}`;
  });
  /** Those that are in trouble are far out from their start on; nobody else ever is. */
  const lines = (starts: Readonly<Record<string, number>>) =>
    Array.from({ length: STEPS }, (_, step) => ({
      at: at(step + 1),
      isScored: true,
      servers: SERVERS.map((server, i) => ({
        server,
        profile: 'web_api',
        state: 'ok',
        newest: FIRST / STEP + step,
        deviations: {
          back_close_wait: step >= (starts[server] ?? STEPS) ? 12 : ((step * 7 + i * 3) % 5) / 10,
          mem_used_pct: 0,
        },
      })),
    }));

  it('tell how long after the third server it was found, and whether the origin was right', () => {
    const folder = recording(cascade, lines({ ppdb001: 30, ppweb001: 31, ppweb005: 32 }));
    const { stdout } = run('cascades.mjs', folder);
    expect(stdout).toContain(': found 1 of 1, within 10 min of the third onset 1 of 1, median 5 min');
    expect(stdout).toContain('origin right when first told 1 of 1, when last told 1 of 1');
    expect(stdout).toContain('told without one: 0.0 per fleet-week\n');
  });

  it('tell a cascade of other servers as one that was not there, and the labelled one as not found', () => {
    const folder = recording(cascade, lines({ ppgen001: 10, ppweb001: 11, ppdb001: 12 }));
    const { stdout } = run('cascades.mjs', folder);
    expect(stdout).toMatch(/told without one: \d+\.\d per fleet-week; nothing: 1/);
    expect(stdout).toContain('found 0 of 1');
  });
});

describe.skipIf(!hasPrometheus)('the scores of alerts', () => {
  const [FIRST, STEPS, RAMP, BREACH] = [1_780_000_200, 200, 60, 120];
  const at = (step: number) => FIRST + step * STEP;
  const labels = [
    `leak,${at(RAMP)},${at(140)},memory_leak,incident=true;metric=mem_used_pct;peak=97`,
    `calm,${at(60)},${at(80)},planned_batch,incident=false;metric=cpu_user_pct;peak=70`,
  ];
  /** From two hours before the breach on, p90 of the leak's memory crosses within four hours; a batch that rises does likewise. */
  const line = (step: number) => {
    const risk = (isNear: boolean, breached: string[]) => ({
      score: 10,
      color: 'green',
      probability: { '4h': 0.1 },
      points: { mem_used_pct: 10 },
      limits: { mem_used_pct: 95 },
      values: { mem_used_pct: breached.length > 0 ? 97 : 80, swap_used_pct: null },
      trends: { mem_used_pct: 3 },
      breached,
      seconds: isNear ? { mem_used_pct: { p10: null, p50: null, p90: 7000 } } : {},
    });
    const common = { profile: 'web_api', state: 'ok', anomalies: {} };
    const isOver = step >= BREACH && step < 140;
    return {
      at: at(step + 1),
      isScored: step >= 10,
      servers: [
        { server: 'leak', ...common, risk: risk(step >= BREACH - 24 && step < BREACH, isOver ? ['mem_used_pct'] : []) },
        { server: 'calm', ...common, risk: risk(step >= 65 && step < 75, []) },
      ],
    };
  };

  it('tell which ramps were warned of, how long before, and what was a false alarm', () => {
    const folder = recording(
      labels,
      Array.from({ length: STEPS }, (_, step) => line(step)),
    );
    const { stdout, stderr } = run('alerts.mjs', folder);
    expect(stderr).toBe('');
    // `for` is a quarter of an hour, and the first bucket is known five minutes after its start.
    expect(stdout).toContain('| memory_leak | 1 | 1 | 5.0 h | 1 | 1.00 | 1.7 h | 1 | 1 | 1.7 h | 0 | 0 |');
    expect(stdout).toMatch(/\| LinborgMemoryExhaustionPredicted \| 2 \| 1 \| 0 \| 0 \| 0 \| 0 \| 1 \| 0\.50 \|/);
    expect(stdout).toContain('1 planned batches, alerts during 1 of them');
  }, 60_000);
});
