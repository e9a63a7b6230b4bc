import { describe, expect, it } from 'vitest';
import type { MetricName } from '../../src/core/metrics.js';
import { implausibleUnit, type Spread } from '../../src/sources/units.js';

function remark(metric: MetricName, values: Partial<Record<MetricName, readonly [number, number, number]>>) {
  const spreads = new Map<MetricName, Spread>();
  for (const [name, [min, median, max]] of Object.entries(values))
    spreads.set(name as MetricName, { min, median, max });
  return implausibleUnit(metric, spreads);
}

describe('an implausible unit', () => {
  it('is a CPU share in 0 to 1, told by all of its siblings being so', () => {
    const ratios = { cpu_idle_pct: [0.5, 0.9, 1], cpu_user_pct: [0, 0.1, 0.4] } as const;
    expect(remark('cpu_idle_pct', ratios)).toContain('ratio');
    expect(remark('cpu_user_pct', ratios)).toContain('ratio');
    expect(remark('java_cpu_pct', { ...ratios, java_cpu_pct: [0, 0.1, 0.2] })).toContain('ratio');
  });

  it('is none where an idle fleet has small shares', () => {
    const idle = { cpu_idle_pct: [97, 99, 99.9], cpu_user_pct: [0.1, 0.3, 1.2], cpu_iowait_pct: [0, 0, 0] } as const;
    for (const metric of ['cpu_idle_pct', 'cpu_user_pct', 'cpu_iowait_pct'] as const)
      expect(remark(metric, idle)).toBeUndefined();
  });

  it('is none where a fleet is busy to the last percent', () => {
    expect(remark('cpu_idle_pct', { cpu_idle_pct: [0, 0.3, 1.1], cpu_user_pct: [80, 97, 99] })).toBeUndefined();
  });

  it('is memory, disk or swap in 0 to 1', () => {
    expect(remark('mem_used_pct', { mem_used_pct: [0.2, 0.5, 0.97] })).toContain('ratio');
    expect(remark('disk_usage_pct', { disk_usage_pct: [0.2, 0.5, 1] })).toContain('ratio');
    expect(remark('swap_used_pct', { swap_used_pct: [0, 0, 0.4], mem_used_pct: [0.2, 0.5, 0.9] })).toContain('ratio');
    expect(remark('swap_used_pct', { swap_used_pct: [0, 0, 0.4], mem_used_pct: [20, 50, 90] })).toBeUndefined();
  });

  it.each([
    ['java_cpu_pct', [0, 120, 780], 'values up to 780; expected percent of the whole machine'],
    ['mem_used_pct', [-40, 10, 90], 'values down to -40'],
    ['net_in_mb_s', [1e5, 3e6, 9e7], 'looks like bytes'],
    ['net_in_mb_s', [-1, 3, 9], 'values down to -1'],
    ['uptime_days', [3600, 864_000, 9e6], 'looks like seconds'],
    ['load_average', [0, 5, 1e9], 'expected a load average'],
    ['back_close_wait', [0, 5, 1e9], 'expected a count of sockets'],
  ] as const)('is %s with %j', (metric, values, text) => {
    expect(remark(metric, { [metric]: values })).toContain(text);
  });

  it.each([
    ['net_out_mb_s', [0, 110, 1250]],
    ['uptime_days', [0, 200, 1500]],
    ['load_average', [0, 5, 300]],
    ['front_close_wait', [0, 2, 5000]],
    ['mem_used_pct', [3, 50, 100.2]],
  ] as const)('is not %s with %j', (metric, values) => {
    expect(remark(metric, { [metric]: values })).toBeUndefined();
  });

  it('is not said of a metric that nobody has', () => {
    expect(remark('mem_used_pct', {})).toBeUndefined();
  });
});
