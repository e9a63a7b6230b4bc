import { describe, expect, it } from 'vitest';
import { METRIC_NAMES } from '../../src/core/metrics.js';
import { fleetBatch } from '../../src/simulator/fleetBatch.js';
import { ROW } from '../../src/simulator/step.js';
import { fleetOf, MONDAY, rowAt, STEP, serverNamed } from './support.js';

describe('a fleet batch', () => {
  const fleet = fleetOf();
  const from = MONDAY / STEP;
  const batch = fleetBatch(fleet, from, from + 24);

  it('has every metric of every server as buckets, and no Java where none runs', () => {
    const metricsOf = (server: string) => batch.series.filter((s) => s.server === server).map((s) => s.metric);
    expect(batch.kind).toBe('buckets');
    expect(metricsOf('ppdb001')).toEqual([...METRIC_NAMES]);
    expect(metricsOf('ppgen001')).toEqual(METRIC_NAMES.filter((name) => name !== 'java_cpu_pct'));
    expect(new Set(batch.series.map((s) => s.server)).size).toBe(7);
  });

  it('holds the means of the asked steps at their start times', () => {
    const server = serverNamed(fleet, 'ppetl001');
    const series = batch.series.find((s) => s.server === 'ppetl001' && s.metric === 'net_in_mb_s')!;
    expect([...series.times]).toEqual(Array.from({ length: 24 }, (_, step) => MONDAY + step * STEP));
    expect([...series.values]).toEqual([...series.times].map((at) => rowAt(server, at)[ROW.net_in_mb_s]));
  });

  it('continues where the last one ended', () => {
    const whole = fleetBatch(fleet, from, from + 10).series;
    const first = fleetBatch(fleet, from, from + 6).series;
    const second = fleetBatch(fleet, from + 6, from + 10).series;
    expect(whole.map((s) => [...s.values])).toEqual(first.map((s, i) => [...s.values, ...second[i]!.values]));
  });
});
