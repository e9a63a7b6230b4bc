import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { FleetMonitor } from '../../../src/app/service/fleetMonitor.js';
import type { ServerView } from '../../../src/exposition/cycleView.js';
import { flat, frameOf, NEWEST, STEP } from '../../scoring/support.js';

/** A cycle of two servers whose memory is forecast to stay at 50 ± 2; that of the first is `used` now, and was in `before`. */
function cycleAt(bucket: number, used: number, before = 50) {
  const servers: ServerView[] = ['web01', 'web02'].map((server) => {
    const frame = frameOf({ mem_used_pct: 50 });
    if (server === 'web01') frame.values.set([before, used], (bucket - 1) % frame.capacity);
    return { frame: { ...frame, server, newest: bucket }, forecasts: [flat('mem_used_pct', 48, 50, 52)] };
  });
  return { at: bucket * STEP, servers, details: [], failedSeries: 0, failure: undefined };
}

describe('the watch over the fleet', () => {
  it('scores samples once forecasts are an hour old, and forgets servers that vanish', async () => {
    const monitor = new FleetMonitor();
    for (let step = 0; step < 12; step++) {
      expect((await monitor.observe(cycleAt(NEWEST + step, 50))).anomalies.get('web01')).toEqual([]);
    }
    await monitor.observe(cycleAt(NEWEST + 12, 56));
    await monitor.observe(cycleAt(NEWEST + 13, 56, 56));
    const { anomalies, judged } = await monitor.observe(cycleAt(NEWEST + 14, 56, 56));
    expect(judged).toBe(2);
    expect(anomalies.get('web01')).toEqual([{ metric: 'mem_used_pct', score: 3 }]);
    expect(anomalies.get('web02')).toEqual([{ metric: 'mem_used_pct', score: 0 }]);
    monitor.forget('web01');
    expect((await monitor.observe(cycleAt(NEWEST + 14, 56))).anomalies.get('web01')).toEqual([]);
  });

  it('does not call one odd sample an anomaly', async () => {
    const monitor = new FleetMonitor();
    for (let step = 0; step < 16; step++) {
      const { anomalies } = await monitor.observe(cycleAt(NEWEST + step, step === 14 ? 90 : 50, step === 15 ? 90 : 50));
      expect(anomalies.get('web01')?.[0]?.score ?? 0).toBe(0);
    }
  });

  it('withdraws what it says of a server that is stale', async () => {
    const monitor = new FleetMonitor();
    for (let step = 0; step < 14; step++) await monitor.observe(cycleAt(NEWEST + step, 50));
    const cycle = cycleAt(NEWEST + 14, 50);
    const stale = cycle.servers.map((view) => ({ ...view, frame: { ...view.frame, state: 'stale' as const } }));
    expect(await monitor.observe({ ...cycle, servers: stale })).toMatchObject({ judged: 0, anomalies: new Map() });
  });

  it('gives others a turn while it judges many servers', async () => {
    const cycle = cycleAt(NEWEST, 50);
    const [view] = cycle.servers as [ServerView];
    const servers = Array.from({ length: 250 }, (_, i) => ({ ...view, frame: { ...view.frame, server: `web${i}` } }));
    let isDone = false;
    const observed = new FleetMonitor().observe({ ...cycle, servers }).finally(() => {
      isDone = true;
    });
    await nextTurn();
    expect(isDone).toBe(false);
    expect((await observed).anomalies.size).toBe(250);
  });

  it('judges the servers as a category once half an hour of whole buckets can be judged', async () => {
    const monitor = new FleetMonitor();
    const observe = async (step: number) =>
      (await monitor.observe(cycleAt(NEWEST + step, 60, step > 12 ? 60 : 50))).categories;
    for (let step = 0; step < 18; step++) expect(await observe(step)).toEqual([]);
    expect(await observe(18)).toMatchObject([{ category: 'infrastructure', judged: 2, outlying: 0 }]);
    for (let step = 19; step < 22; step++) await observe(step);
    expect(await observe(22)).toMatchObject([
      { category: 'infrastructure', judged: 2, outlying: 1, series: [{ server: 'web01', metric: 'mem_used_pct' }] },
    ]);
  });
});
