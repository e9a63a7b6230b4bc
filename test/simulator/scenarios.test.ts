import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Episode, rampsOf, type SCENARIO_KINDS } from '../../src/simulator/scenarios/episode.js';
import { ROW } from '../../src/simulator/step.js';
import { DAY, fleetOf, HOUR, MONDAY, rowAt, STEP, serverNamed, troublesOf } from './support.js';

const fleet = fleetOf({ servers: 60, seed: 5, scenariosPerServerWeek: 2 });
const troubles = troublesOf(fleet, MONDAY, MONDAY + 28 * DAY);
const ofKind = (kind: Episode['kind']) => troubles.filter(({ episode }) => episode.kind === kind);

describe('scenarios', () => {
  it('come in all kinds', () => {
    expect(new Set(troubles.map(({ episode }) => episode.kind))).toEqual(
      new Set([
        'memory_leak',
        'disk_full',
        'io_saturation',
        'cpu_runaway',
        'connection_leak',
        'swap_storm',
        'cascade',
        'noisy_neighbour',
      ]),
    );
  });

  it('come at the asked rate: each server has about so many of its own per week', () => {
    const own = troubles.filter(({ episode }) => episode.role === 'sole');
    const perServerWeek = own.length / (60 * 4);
    expect(perServerWeek).toBeGreaterThan(1.6);
    expect(perServerWeek).toBeLessThan(2.4);
    expect(troublesOf(fleetOf({ scenariosPerServerWeek: 0 }), MONDAY, MONDAY + 28 * DAY)).toEqual([]);
  });

  it('last from the start of a step to the start of a later one', () => {
    for (const { episode } of troubles) {
      expect(episode.end).toBeGreaterThan(episode.start);
      expect([episode.start % STEP, episode.end % STEP]).toEqual([0, 0]);
    }
  });

  it('are found alike however the time is cut into spans', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 27 }), (days) => {
        const cut = MONDAY + days * DAY;
        const parts = [...troublesOf(fleet, MONDAY, cut), ...troublesOf(fleet, cut, MONDAY + 28 * DAY)];
        const key = ({ episode: e }: { episode: Episode }) => `${e.server} ${e.kind} ${e.start} ${e.end} ${e.role}`;
        expect(new Set(parts.map(key))).toEqual(new Set(troubles.map(key)));
      }),
      { numRuns: 10 },
    );
  });

  it.each(['disk_full', 'io_saturation', 'cpu_runaway', 'connection_leak', 'swap_storm', 'memory_leak'] as const)(
    '%s lifts the metric that it is about, above what the server would have had without it',
    (kind) => {
      const quiet = fleetOf({ servers: 60, seed: 5, scenariosPerServerWeek: 0 });
      const cases = ofKind(kind);
      expect(cases.length).toBeGreaterThan(5);
      for (const { server, episode } of cases) {
        const late = episode.end - STEP - Math.max(...episode.pulls.map((pull) => pull.fallSeconds));
        if (late < episode.start + 2 * STEP) continue;
        const column = ROW[episode.metric];
        const with_ = rowAt(server, late)[column]!;
        const without = rowAt(serverNamed(quiet, server.name), late)[column]!;
        if (Number.isNaN(with_) || Number.isNaN(without)) continue;
        expect(with_, `${server.name} ${new Date(late * 1000).toISOString()}`).toBeGreaterThan(without);
      }
    },
  );

  it('let a memory leak rise to the threshold and end in a reboot, unless someone steps in', () => {
    const leaks = ofKind('memory_leak');
    const outcomes = new Set(leaks.map(({ episode }) => episode.outcome));
    expect(outcomes).toEqual(new Set(['restart', 'operator_restart', 'process_restart']));
    for (const { server, episode } of leaks) {
      const last = rowAt(server, episode.end - STEP);
      const after = rowAt(server, episode.end + STEP);
      if (Number.isNaN(last[ROW.mem_used_pct]) || Number.isNaN(after[ROW.mem_used_pct])) continue;
      if (episode.outcome === 'restart') expect(last[ROW.mem_used_pct]).toBeGreaterThan(91);
      expect(after[ROW.mem_used_pct]).toBeLessThan(last[ROW.mem_used_pct]!);
      if (episode.outcome !== 'process_restart') expect(after[ROW.uptime_days]).toBeLessThan(0.01);
    }
  });

  it('vary in length and slope, as training needs', () => {
    const hours = ofKind('memory_leak').map(({ episode }) => (episode.end - episode.start) / HOUR);
    expect(Math.min(...hours)).toBeLessThan(6);
    expect(Math.max(...hours)).toBeGreaterThan(24);
  });

  it('cascade from the database to its callers minutes later', () => {
    const dependents = ofKind('cascade').filter(({ episode }) => episode.role === 'dependent');
    expect(dependents.length).toBeGreaterThan(5);
    for (const { server, episode } of dependents) {
      const origin = ofKind('cascade').find(
        (other) =>
          other.episode.role === 'origin' &&
          Math.abs(other.episode.end - episode.end) <= 2 * HOUR &&
          other.episode.start < episode.start &&
          episode.start - other.episode.start <= HOUR,
      );
      expect(origin?.server.profile, `origin of ${server.name}`).toBe('database');
      expect(server.profile).not.toBe('database');
    }
  });

  it('let a noisy neighbour disturb others at the same time', () => {
    for (const { episode } of ofKind('noisy_neighbour').filter(({ episode }) => episode.role === 'source')) {
      const neighbours = ofKind('noisy_neighbour').filter(
        (other) => other.episode.role === 'neighbour' && other.episode.start === episode.start,
      );
      expect(neighbours.length).toBeGreaterThan(0);
    }
  });

  it('know planned batches, which recur at the same time of day and are no incidents', () => {
    const server = fleet.servers.find((s) => s.episodesBetween(MONDAY, MONDAY + 7 * DAY).some((e) => !e.isIncident))!;
    const runs = server.episodesBetween(MONDAY, MONDAY + 28 * DAY).filter((e) => e.kind === 'planned_batch');
    expect(runs.length).toBeGreaterThan(2);
    const [first] = runs;
    for (const run of runs) {
      expect(Math.abs((run.start % DAY) - (first!.start % DAY))).toBeLessThanOrEqual(STEP);
      const step = rowAt(server, run.start + STEP);
      if (!Number.isNaN(step[ROW.cpu_user_pct])) {
        const busy = step[ROW.cpu_user_pct]! + step[ROW.cpu_iowait_pct]!;
        const before = rowAt(server, run.start - STEP);
        expect(busy).toBeGreaterThan(0.5 * (before[ROW.cpu_user_pct]! + before[ROW.cpu_iowait_pct]!));
      }
    }
  });

  it('are only of the kinds that were asked for', () => {
    const kindsOf = (...scenarios: (typeof SCENARIO_KINDS)[number][]) => {
      const asked = fleetOf({ servers: 30, seed: 5, scenariosPerServerWeek: 2, scenarios });
      return new Set(troublesOf(asked, MONDAY, MONDAY + 14 * DAY).map(({ episode }) => episode.kind));
    };
    expect(kindsOf('memory_leak', 'disk_full')).toEqual(new Set(['memory_leak', 'disk_full']));
    expect(kindsOf('cascade')).toEqual(new Set(['cascade']));
    expect(kindsOf('noisy_neighbour')).toEqual(new Set(['noisy_neighbour']));
  });

  it('shift a level at once and by the same amount until they end, which is no incident', () => {
    const common = { servers: 20, seed: 5, scenariosPerServerWeek: 2 };
    const shifted = fleetOf({ ...common, scenarios: ['level_shift'] });
    const quiet = fleetOf({ ...common, scenariosPerServerWeek: 0 });
    const shifts = shifted.servers.flatMap((server) =>
      server
        .episodesBetween(MONDAY, MONDAY + 7 * DAY)
        .filter(({ kind }) => kind === 'level_shift')
        .map((episode) => ({ server, episode })),
    );
    expect(shifts.length).toBeGreaterThan(20);
    expect(new Set(shifts.map(({ episode }) => episode.metric)).size).toBeGreaterThan(4);
    for (const { server, episode } of shifts) {
      expect(episode.isIncident).toBe(false);
      expect(episode.end - episode.start).toBeGreaterThan(24 * HOUR);
      const offset = episode.pulls[0]!.to;
      const added = (at: number) =>
        rowAt(server, at)[ROW[episode.metric]]! - rowAt(serverNamed(quiet, server.name), at)[ROW[episode.metric]]!;
      expect(Math.abs(added(episode.start - STEP))).toBeLessThan(1e-6);
      if (episode.metric !== 'mem_used_pct' && episode.metric !== 'disk_usage_pct') continue;
      for (const at of [episode.start, episode.start + 12 * HOUR, episode.end - STEP]) {
        if (!Number.isNaN(added(at))) expect(added(at)).toBeCloseTo(offset, 6);
      }
    }
  });

  it('tell when which metric rises little by little', () => {
    const leaks = ofKind('memory_leak').filter(({ episode }) => episode.stairs === 0 && episode.roughness === 0);
    expect(leaks.length).toBeGreaterThan(5);
    for (const { server, episode } of leaks) {
      const [ramp] = rampsOf(episode);
      expect(ramp).toMatchObject({ metric: 'mem_used_pct', start: episode.start, end: episode.end });
      const { start, end } = ramp!;
      const [early, late] = [0.1, 0.9].map((share) => rowAt(server, start + share * (end - start))[ROW.mem_used_pct]!);
      if (!Number.isNaN(early! + late!)) expect(late).toBeGreaterThan(early!);
    }
    for (const { episode } of ofKind('cpu_runaway')) {
      for (const { start, end } of rampsOf(episode)) expect(end - start).toBeGreaterThanOrEqual(HOUR);
    }
  });
});

describe('the demo', () => {
  const anchor = MONDAY + 9 * HOUR + 137;
  const demo = fleetOf({ servers: 20, seed: 3, scenariosPerServerWeek: 2, demoAnchor: anchor });
  const staged = (kind: Episode['kind']) =>
    troublesOf(demo, anchor, anchor + 1).find(({ episode }) => episode.kind === kind)!;
  const firstAt = (kind: Episode['kind'], level: number) => {
    const { server, episode } = staged(kind);
    for (let at = anchor; at < anchor + 12 * HOUR; at += STEP) {
      if (rowAt(server, at)[ROW[episode.metric]]! >= level) return (at - anchor) / HOUR;
    }
    return Number.POSITIVE_INFINITY;
  };

  it('troubles a quarter of the fleet, each server in its own way', () => {
    const now = troublesOf(demo, anchor, anchor + 1);
    expect(now).toHaveLength(5);
    expect(new Set(now.map(({ server }) => server.name)).size).toBe(5);
    expect(troublesOf(fleetOf({ servers: 3, demoAnchor: anchor }), anchor, anchor + 1)).toHaveLength(1);
  });

  it.each([1, 2, 3, 4, 5, 6])('has a leak that reaches 95 % two to three hours from now (seed %i)', (seed) => {
    const fleet = fleetOf({ servers: 20, seed, demoAnchor: anchor });
    const { server } = troublesOf(fleet, anchor, anchor + 1).find(({ episode }) => episode.kind === 'memory_leak')!;
    const memoryAt = (hours: number) => rowAt(server, anchor + hours * HOUR)[ROW.mem_used_pct]!;
    expect(memoryAt(0)).toBeLessThan(92);
    expect(memoryAt(1.8)).toBeLessThan(95);
    expect(memoryAt(2.9)).toBeGreaterThan(95);
  });

  it('has a disk that is full in about five hours', () => {
    expect(firstAt('disk_full', 90)).toBeGreaterThan(1);
    expect(firstAt('disk_full', 99)).toBeGreaterThan(4);
    expect(firstAt('disk_full', 99)).toBeLessThan(5.5);
  });

  it('has a runaway and a saturated database at this moment', () => {
    expect(firstAt('cpu_runaway', 85)).toBe(0);
    expect(firstAt('io_saturation', 45)).toBe(0);
    expect(staged('io_saturation').server.profile).toBe('database');
    expect(anchor - staged('cpu_runaway').episode.start).toBeLessThan(25 * 60);
  });

  it.each([1, 2, 3, 4, 5, 6])('had a leak that was over 95 % until two hours ago (seed %i)', (seed) => {
    const fleet = fleetOf({ servers: 7, seed, demoAnchor: anchor });
    const leaks = troublesOf(fleet, anchor - 3 * HOUR, anchor - 2 * HOUR);
    const { server } = leaks.find(({ episode }) => episode.outcome === 'process_restart')!;
    const memoryAt = (hours: number) => rowAt(server, anchor + hours * HOUR)[ROW.mem_used_pct]!;
    expect(memoryAt(-8)).toBeLessThan(90);
    expect(memoryAt(-2.5)).toBeGreaterThan(95);
    expect(memoryAt(-1.5)).toBeLessThan(85);
  });

  it.each([
    [7, 4],
    [20, 6],
  ])('of %i servers had a cascade over %i that ended five minutes ago', (servers, members) => {
    const fleet = fleetOf({ servers, demoAnchor: anchor });
    const within = troublesOf(fleet, anchor - HOUR, anchor).filter(({ episode }) => episode.kind === 'cascade');
    expect(within).toHaveLength(members);
    const [origin, ...dependents] = within.map(({ episode }) => episode).sort((a, b) => a.start - b.start);
    expect(origin?.role).toBe('origin');
    for (const { start } of dependents) expect(start).toBeGreaterThan(origin!.start);
    for (const { server, episode } of within) {
      expect(rowAt(server, anchor - HOUR / 2)[ROW[episode.metric]]).toBeGreaterThan(40);
      expect(rowAt(server, anchor)[ROW[episode.metric]]).toBeLessThan(40);
    }
  });

  it('spares a database that nobody waits for the cascade', () => {
    expect(troublesOf(fleetOf({ servers: 1, demoAnchor: anchor }), anchor - 12 * HOUR, anchor)).toEqual([]);
  });

  it('is quiet otherwise, so that most servers are healthy', () => {
    const around = troublesOf(demo, anchor - 12 * HOUR, anchor + 6 * HOUR);
    expect(around).toHaveLength(5 + 1 + 6);
    for (const server of demo.servers) {
      const restart = server.restartBefore(anchor + 2 * HOUR);
      expect(anchor - restart.at).toBeGreaterThan(12 * HOUR);
    }
  });

  it('leaves the history before it as rich as any', () => {
    expect(troublesOf(demo, anchor - 8 * DAY, anchor - DAY).length).toBeGreaterThan(10);
  });
});
