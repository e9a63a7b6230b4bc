import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { groupBy } from '../../src/core/groupBy.js';
import { ContainerView, containerViews } from '../../src/simulator/containers/containerSeries.js';
import { createExporter } from '../../src/simulator/exporter.js';
import type { SimulatedServer } from '../../src/simulator/server/simulatedServer.js';
import { ROW } from '../../src/simulator/step.js';
import { lintOf } from '../exposition/promtool.js';
import { hasPrometheus } from '../sources/fixtures/realPrometheus.js';
import { DAY, fleetOf, HOUR, MONDAY, rowAt, STEP, serverNamed } from './support.js';

const fleet = fleetOf({ servers: 20, seed: 9, scenariosPerServerWeek: 2 });
const hosts = [...containerViews(fleet).keys()];
const host = fc.constantFrom(...hosts).map((name) => serverNamed(fleet, name));

/** `name of the family` → name of the container (`/`: the machine) → value; what is absent is not in it. */
type Shown = ReadonlyMap<string, ReadonlyMap<string, number>>;

function readAt(view: ContainerView, at: number): Shown {
  const values = new Float64Array(view.series.length);
  const shown = new Map<string, Map<string, number>>();
  if (!view.readAt(at, values)) return shown;
  view.series.forEach(({ family, labels }, index) => {
    if (Number.isNaN(values[index])) return;
    const own = shown.get(family.name) ?? new Map<string, number>();
    shown.set(family.name, own.set(labels['name'] ?? labels['id'] ?? '', values[index]!));
  });
  return shown;
}

function containersIn(shown: Shown, family: string): [string, number][] {
  return [...(shown.get(family) ?? [])].filter(([name]) => name !== '/');
}

function total(shown: Shown, family: string): number {
  return containersIn(shown, family).reduce((sum, [, value]) => sum + value, 0);
}

/** All that runs at the beginning of a step, and still does at its end. */
function overStep(server: SimulatedServer, at: number): { before: Shown; after: Shown } | undefined {
  const view = new ContainerView(server);
  const before = readAt(view, at);
  const after = readAt(view, at + STEP);
  const starts = (shown: Shown) => JSON.stringify([...(shown.get('container_start_time_seconds') ?? [])]);
  return before.size > 0 && starts(before) === starts(after) ? { before, after } : undefined;
}

describe('a simulated cAdvisor', () => {
  it('shows the series of a real one (golden text of a server with a container that leaks)', async () => {
    const text = createExporter(containerViews(fleet)).renderServer('ppcon001', MONDAY + 10 * HOUR + 7);
    await expect(text).toMatchFileSnapshot('golden/ppcon001.containers.txt');
  });

  it.runIf(hasPrometheus)('is text that promtool can parse', () => {
    const exporter = createExporter(containerViews(fleet));
    for (const name of hosts) {
      const text = exporter.renderServer(name, MONDAY);
      expect(lintOf(text).filter((line) => /error|parsing/.test(line))).toEqual([]);
    }
  });

  it('is there for servers that have containers, and only for them', () => {
    expect(hosts.length).toBeGreaterThan(5);
    expect(hosts.length).toBeLessThan(20);
    expect(createExporter(containerViews(fleet)).renderServer('ppdb001', MONDAY)).toBe('unknown');
  });

  it('counts for the containers of a server no more work, memory, traffic and files than the server has', () => {
    fc.assert(
      fc.property(host, fc.nat(30 * DAY), (server, offset) => {
        const at = Math.floor((MONDAY + offset) / STEP) * STEP;
        const shown = overStep(server, at);
        if (shown === undefined) return;
        const { before, after } = shown;
        const perSecond = (family: string) => (total(after, family) - total(before, family)) / STEP;
        const row = rowAt(server, at);
        const cores = (2 * (row[ROW.cpu_user_pct]! + row[ROW.cpu_sys_pct]!)) / 100;
        expect(perSecond('container_cpu_usage_seconds_total')).toBeLessThan(0.86 * cores);
        expect(perSecond('container_cpu_usage_seconds_total')).toBeGreaterThan(0);
        const received = perSecond('container_network_receive_bytes_total');
        expect(received).toBeLessThanOrEqual(1e6 * row[ROW.net_in_mb_s]!);
        for (const family of ['container_memory_working_set_bytes', 'container_fs_usage_bytes'])
          expect(total(after, family), family).toBeLessThan(after.get(family)!.get('/')!);
      }),
      { numRuns: 40 },
    );
  });

  it('lets no container use more than its limits, and slows down what comes near the one of the processors', () => {
    fc.assert(
      fc.property(host, fc.nat(30 * DAY), (server, offset) => {
        const shown = overStep(server, Math.floor((MONDAY + offset) / STEP) * STEP);
        if (shown === undefined) return;
        const { before, after } = shown;
        const perSecond = (family: string, name: string) =>
          (after.get(family)!.get(name)! - before.get(family)!.get(name)!) / STEP;
        for (const [name, quota] of containersIn(after, 'container_spec_cpu_quota')) {
          const used = perSecond('container_cpu_usage_seconds_total', name) / (quota / 1e5);
          expect(used).toBeLessThan(1.0001);
          const periods = perSecond('container_cpu_cfs_periods_total', name);
          const throttled = perSecond('container_cpu_cfs_throttled_periods_total', name) / periods;
          expect(throttled).toBeLessThanOrEqual(1);
          // A counter of whole periods, of which there are at least 900 in a step.
          expect(throttled).toBeCloseTo(Math.exp((used - 1) / 0.12), 2);
        }
        for (const [name, limit] of containersIn(after, 'container_spec_memory_limit_bytes')) {
          const used = after.get('container_memory_working_set_bytes')!.get(name)!;
          if (limit > 0) expect(used, name).toBeLessThanOrEqual(limit);
        }
      }),
      { numRuns: 40 },
    );
  });

  it('never lets a counter fall but at a start, at any scrape interval', () => {
    fc.assert(
      fc.property(host, fc.integer({ min: 1, max: 500 }), fc.nat(20 * DAY), (server, interval, offset) => {
        const view = new ContainerView(server);
        const counters = new Set(
          view.series.filter(({ family }) => family.type === 'counter').map(({ family }) => family.name),
        );
        let previous: Shown = new Map();
        for (let at = MONDAY + offset; at < MONDAY + offset + 30 * interval; at += interval) {
          const current = readAt(view, at);
          for (const [name, startedAt] of current.get('container_start_time_seconds') ?? []) {
            if (startedAt !== previous.get('container_start_time_seconds')?.get(name)) continue;
            for (const family of counters) {
              // No series of a family is there while no container has it, as a quota.
              const value = current.get(family)?.get(name);
              if (value !== undefined)
                expect(value, `${family} ${name}`).toBeGreaterThanOrEqual(previous.get(family)!.get(name)!);
            }
          }
          previous = current;
        }
      }),
      { numRuns: 25 },
    );
  });

  it('continues the same counters whether one followed it for days or asks for the first time', () => {
    const follower = new ContainerView(serverNamed(fleet, 'ppetl001'));
    for (let at = MONDAY; at < MONDAY + 3 * DAY; at += 300) readAt(follower, at);
    const other = new ContainerView(
      serverNamed(fleetOf({ servers: 20, seed: 9, scenariosPerServerWeek: 2 }), 'ppetl001'),
    );
    expect(readAt(other, MONDAY + 3 * DAY)).toEqual(readAt(follower, MONDAY + 3 * DAY));
  });

  it('has a leaking container fill its memory until the kernel kills a process in it, and then start anew', () => {
    const view = new ContainerView(serverNamed(fleet, 'ppcon001'));
    const course = Array.from({ length: (2 * DAY) / 60 }, (_, minute) => {
      const shown = readAt(view, MONDAY + 60 * minute);
      const of = (family: string) => shown.get(family)?.get('task-worker');
      return {
        startedAt: of('container_start_time_seconds'),
        kills: of('container_oom_events_total'),
        filled: of('container_memory_working_set_bytes')! / of('container_spec_memory_limit_bytes')!,
      };
    }).filter(({ startedAt }) => startedAt !== undefined);
    const lives = [...groupBy(course, ({ startedAt }) => startedAt!).values()].slice(1, -1);
    expect(lives.length).toBeGreaterThan(8);
    for (const life of lives.filter((one) => one.at(-1)!.kills === 1)) {
      const killedAt = life.findIndex(({ kills }) => kills === 1);
      expect(life[0]!.filled).toBeLessThan(0.45);
      expect(life[killedAt - 1]!.filled).toBeGreaterThan(0.88);
      expect(life[killedAt]!.filled).toBeLessThan(0.7);
    }
    // A reboot of the server may end one before.
    expect(lives.filter((one) => one.at(-1)!.kills === 1).length).toBeGreaterThanOrEqual(lives.length - 1);
  });

  it('shows nothing of a container that is just starting, and everything of the others', () => {
    const server = serverNamed(fleet, 'ppcon001');
    const view = new ContainerView(server);
    const startedAt = readAt(view, MONDAY + 6 * HOUR)
      .get('container_start_time_seconds')!
      .get('task-worker')!;
    const starting = readAt(view, startedAt - 1);
    expect(containersIn(starting, 'container_last_seen').map(([name]) => name)).toEqual(['conductor']);
    expect(createExporter(containerViews(fleet)).renderServer('ppcon001', startedAt - 1)).not.toContain('task-worker');
    expect(containersIn(readAt(view, startedAt), 'container_last_seen')).toHaveLength(2);
  });

  it('says nothing while its server reboots', () => {
    const restart = serverNamed(fleet, 'ppweb001').restartBefore(MONDAY);
    expect(createExporter(containerViews(fleet)).renderServer('ppweb001', restart.at + 1)).toBe('down');
  });
});
