import { describe, expect, it } from 'vitest';
import { isMetricName } from '../../src/core/metrics.js';
import { labelsCsv } from '../../src/simulator/labels.js';
import { ROW } from '../../src/simulator/step.js';
import { DAY, fleetOf, MONDAY, rowAt, STEP, serverNamed } from './support.js';

describe('labels', () => {
  const fleet = fleetOf({ servers: 20, seed: 2, scenariosPerServerWeek: 1 });
  const [header, ...lines] = labelsCsv(fleet, MONDAY, MONDAY + 14 * DAY)
    .trimEnd()
    .split('\n');
  const labels = lines.map((line) => {
    const [server, start, end, kind, detail] = line.split(',');
    const facts = Object.fromEntries(detail!.split(';').map((fact) => fact.split('='))) as Record<
      'incident' | 'metric' | 'peak',
      string
    > & { ramps?: string };
    return { server: server!, start: Number(start), end: Number(end), kind: kind!, facts };
  });

  it('have the header that the traces use', () => {
    expect(header).toBe('server,start,end,kind,detail');
  });

  it('tell incidents from planned batches', () => {
    expect(labels.some(({ kind }) => kind === 'planned_batch')).toBe(true);
    for (const { kind, facts } of labels) expect(facts.incident).toBe(String(kind !== 'planned_batch'));
  });

  it('list an episode per server with every scenario under way in the span', () => {
    const expected = fleet.servers.flatMap((server) =>
      server.episodesBetween(MONDAY, MONDAY + 14 * DAY).map((e) => [server.name, e.start, e.end, e.kind]),
    );
    expect(labels.map(({ server, start, end, kind }) => [server, start, end, kind])).toEqual(expected);
  });

  it('tell which metric rises from when to when', () => {
    const leaks = labels.filter(({ kind, facts }) => kind === 'memory_leak' && facts.ramps !== undefined);
    expect(leaks.length).toBeGreaterThan(0);
    for (const { start, end, facts } of leaks) {
      expect(facts.ramps).toMatch(new RegExp(`^mem_used_pct:${start}-\\d+(\\+swap_used_pct:\\d+-${end})?$`));
    }
    expect(labels.filter(({ kind }) => kind === 'planned_batch').every(({ facts }) => !('ramps' in facts))).toBe(true);
  });

  it('give the peak of the metric that shows the episode best', () => {
    for (const { server, start, end, facts } of labels) {
      const metric = facts.metric!;
      if (!isMetricName(metric)) throw new Error(`${metric} is no metric`);
      let peak = 0;
      for (let at = start; at < end; at += STEP) {
        const value = rowAt(serverNamed(fleet, server), at)[ROW[metric]]!;
        if (value > peak) peak = value;
      }
      expect(Number(facts.peak)).toBe(Number(peak.toPrecision(4)));
    }
  });
});
