import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { METRIC_NAMES, upperBound } from '../../src/core/metrics.js';
import { PROFILES, profileOf } from '../../src/core/profiles.js';
import { ROW } from '../../src/simulator/step.js';
import { DAY, fleetOf, HOUR, MONDAY, rowAt, STEP, serverNamed } from './support.js';

const anyFleet = fc.record({
  servers: fc.integer({ min: 1, max: 25 }),
  seed: fc.integer(),
  scenariosPerServerWeek: fc.double({ min: 0, max: 14, noNaN: true }),
});
const anyTime = fc.integer({ min: MONDAY - 400 * DAY, max: MONDAY + 400 * DAY });

describe('a simulated fleet', () => {
  it('has all seven profiles from seven servers on, under names that tell them', () => {
    const { servers } = fleetOf({ servers: 7 });
    expect(new Set(servers.map((server) => server.profile))).toEqual(new Set(PROFILES));
    for (const server of fleetOf({ servers: 90 }).servers) expect(profileOf(server.name)).toBe(server.profile);
  });

  it('gives every server a name of its own, and a larger fleet contains the smaller one', () => {
    const small = fleetOf({ servers: 20 }).servers.map((server) => server.name);
    const large = fleetOf({ servers: 90 }).servers.map((server) => server.name);
    expect(new Set(large).size).toBe(90);
    expect(large.slice(0, 20)).toEqual(small);
  });

  it('has the same state at a moment whatever was asked before', () => {
    fc.assert(
      fc.property(anyFleet, fc.array(anyTime, { minLength: 1, maxLength: 8 }), (options, times) => {
        const wandering = fleetOf(options).servers.at(-1)!;
        const visited = times.map((at) => rowAt(wandering, at));
        const fresh = times.map((at) => rowAt(fleetOf(options).servers.at(-1)!, at));
        expect(visited).toEqual(fresh);
      }),
      { numRuns: 40 },
    );
  });

  it('has another course under another seed', () => {
    const [a, b] = [1, 2].map((seed) => rowAt(serverNamed(fleetOf({ seed }), 'ppweb001'), MONDAY));
    expect(a).not.toEqual(b);
  });

  it('is consistent at every moment: CPU states add up to 100, Java stays within user time, bounds hold', () => {
    fc.assert(
      fc.property(anyFleet, anyTime, (options, at) => {
        for (const server of fleetOf(options).servers) {
          const row = rowAt(server, at);
          if (Number.isNaN(row[ROW.cpu_user_pct])) continue;
          const cpu =
            row[ROW.cpu_user_pct]! + row[ROW.cpu_sys_pct]! + row[ROW.cpu_iowait_pct]! + row[ROW.cpu_idle_pct]!;
          expect(cpu).toBeCloseTo(100, 6);
          if (server.hasJava) expect(row[ROW.java_cpu_pct]).toBeLessThanOrEqual(row[ROW.cpu_user_pct]!);
          const outside = METRIC_NAMES.filter((metric) => metric !== 'java_cpu_pct' || server.hasJava).filter(
            (metric) => !(row[ROW[metric]]! >= 0 && row[ROW[metric]]! <= upperBound(metric)),
          );
          expect(outside, server.name).toEqual([]);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('runs Java nowhere on management and generic servers, and everywhere else', () => {
    for (const server of fleetOf({ servers: 20 }).servers) {
      expect(server.hasJava).toBe(server.profile !== 'conductor_mgmt' && server.profile !== 'generic');
      expect(Number.isNaN(rowAt(server, MONDAY)[ROW.java_cpu_pct])).toBe(!server.hasJava);
    }
  });

  it('follows the clock: risk servers work by day on weekdays and rest at weekends', () => {
    const { servers } = fleetOf({ servers: 60, scenariosPerServerWeek: 0 });
    const meanUser = (day: number) => {
      let sum = 0;
      let count = 0;
      for (const server of servers.filter((candidate) => candidate.profile === 'risk_analytics')) {
        for (let hour = 0; hour < 24; hour++) {
          sum += rowAt(server, MONDAY + day * DAY + hour * HOUR)[ROW.cpu_user_pct]! || 0;
          count++;
        }
      }
      return sum / count;
    };
    expect(meanUser(2)).toBeGreaterThan(1.3 * meanUser(6));
  });

  it('moves by steps that are much smaller than its swing over the day, as correlated noise does', () => {
    const server = serverNamed(fleetOf({ scenariosPerServerWeek: 0 }), 'ppdb001');
    const user = Array.from({ length: 288 }, (_, step) => rowAt(server, MONDAY + step * STEP)[ROW.cpu_user_pct]!);
    const mean = user.reduce((sum, value) => sum + value, 0) / user.length;
    const variance = user.reduce((sum, value) => sum + (value - mean) ** 2, 0) / user.length;
    const stepVariance = user.slice(1).reduce((sum, value, index) => sum + (value - user[index]!) ** 2, 0) / (2 * 287);
    expect(stepVariance).toBeGreaterThan(0);
    expect(stepVariance / variance).toBeLessThan(0.5);
  });

  it('lets load follow the processors', () => {
    const rows = fleetOf({ servers: 40 }).servers.map((server) => rowAt(server, MONDAY + 12 * HOUR));
    const busy = rows.filter((row) => row[ROW.cpu_idle_pct]! < 40).map((row) => row[ROW.load_average]!);
    const idle = rows.filter((row) => row[ROW.cpu_idle_pct]! > 80).map((row) => row[ROW.load_average]!);
    expect(busy.length * idle.length).toBeGreaterThan(0);
    expect(Math.min(...busy)).toBeGreaterThan(Math.max(...idle));
  });

  it('resets uptime and loses memory at a planned restart', () => {
    const server = serverNamed(fleetOf({ scenariosPerServerWeek: 0 }), 'ppweb001');
    const restart = server.restartBefore(MONDAY);
    const before = rowAt(server, restart.at - STEP);
    const after = rowAt(server, restart.bootAt + STEP);
    expect(before[ROW.uptime_days]).toBeGreaterThan(9);
    expect(after[ROW.uptime_days]).toBeLessThan(0.01);
    expect(after[ROW.mem_used_pct]).toBeLessThan(before[ROW.mem_used_pct]! - 2);
  });

  it('is absent for the steps that a long maintenance takes', () => {
    const { servers } = fleetOf({ servers: 60, scenariosPerServerWeek: 0 });
    const long = servers
      .map((server) => ({ server, restart: server.restartBefore(MONDAY) }))
      .find(({ restart }) => restart.bootAt - restart.at >= 2 * STEP)!;
    expect(rowAt(long.server, long.restart.at).every(Number.isNaN)).toBe(true);
    expect(rowAt(long.server, long.restart.at - STEP)[ROW.cpu_user_pct]).toBeGreaterThan(0);
    expect(rowAt(long.server, long.restart.bootAt + STEP)[ROW.cpu_user_pct]).toBeGreaterThan(0);
  });

  it('keeps healthy servers below what would page someone', () => {
    const alarming = new Set<string>();
    for (const server of fleetOf({ servers: 60, scenariosPerServerWeek: 0 }).servers) {
      for (let at = MONDAY; at < MONDAY + 7 * DAY; at += 3 * STEP) {
        const row = rowAt(server, at);
        if (row[ROW.cpu_idle_pct]! <= 10 || row[ROW.mem_used_pct]! >= 93 || row[ROW.disk_usage_pct]! >= 85) {
          alarming.add(`${server.name} at ${at}`);
        }
      }
    }
    expect([...alarming]).toEqual([]);
  });
});
