import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createExporter } from '../../src/simulator/exporter.js';
import { NodeView, nodeViews } from '../../src/simulator/node/nodeSeries.js';
import { ROW } from '../../src/simulator/step.js';
import { lintOf } from '../exposition/promtool.js';
import { hasPrometheus } from '../sources/fixtures/realPrometheus.js';
import { DAY, fleetOf, HOUR, MONDAY, rowAt, STEP, serverNamed } from './support.js';

const fleet = fleetOf({ servers: 20, seed: 9, scenariosPerServerWeek: 2 });

/** The values of one server at a moment, by series as in the text. */
function readAt(view: NodeView, at: number): Map<string, number> {
  const values = new Float64Array(view.series.length);
  if (!view.readAt(at, values)) return new Map();
  return new Map(
    view.series.map(({ family, labels }, i) => [[family.name, ...Object.values(labels)].join(' '), values[i]!]),
  );
}

describe('a simulated node_exporter', () => {
  it('shows the series of a real one (golden text of a web server with Java)', async () => {
    const text = createExporter(nodeViews(fleet)).renderServer('ppweb001', MONDAY + 10 * HOUR + 7);
    await expect(text).toMatchFileSnapshot('golden/ppweb001.metrics.txt');
  });

  it('shows the total of CLOSE_WAIT on servers without the script that splits it', () => {
    const exporter = createExporter(nodeViews(fleet));
    const texts = exporter.servers.map((server) => exporter.renderServer(server, MONDAY));
    const split = texts.filter((text) => text.includes('node_sockets_close_wait{side="front"}'));
    const total = texts.filter((text) => text.includes('node_tcp_connection_states{state="close_wait"}'));
    expect(split.length).toBeGreaterThan(total.length);
    expect(total.length).toBeGreaterThan(0);
    expect(split.length + total.length).toBe(20);
  });

  it.runIf(hasPrometheus)('is text that promtool can parse, for one server and for the fleet', () => {
    const exporter = createExporter(nodeViews(fleet));
    for (const text of [exporter.renderServer('ppdb001', MONDAY), exporter.renderFleet(MONDAY)]) {
      expect(lintOf(text).filter((line) => /error|parsing/.test(line))).toEqual([]);
    }
  });

  it('tells the servers of the fleet text apart by instance, each family once', () => {
    const text = createExporter(nodeViews(fleet)).renderFleet(MONDAY);
    const types = text.split('\n').filter((line) => line.startsWith('# TYPE'));
    expect(new Set(types).size).toBe(types.length);
    for (const server of fleet.servers) expect(text).toContain(`node_load1{instance="${server.name}"} `);
  });

  it('counts CPU seconds that add up to the time since boot, on each CPU', () => {
    fc.assert(
      fc.property(fc.nat(19), fc.integer({ min: 0, max: 30 * DAY }), (index, offset) => {
        const values = readAt(new NodeView(fleet.servers[index]!), MONDAY + offset);
        if (values.size === 0) return;
        for (const cpu of ['0', '1']) {
          const modes = [...values].filter(([key]) => key.startsWith(`node_cpu_seconds_total ${cpu} `));
          const seconds = modes.reduce((sum, [, value]) => sum + value, 0);
          expect(seconds).toBeCloseTo(values.get('node_time_seconds')! - values.get('node_boot_time_seconds')!, 1);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('never lets a counter fall without a reboot, at any scrape interval', () => {
    fc.assert(
      fc.property(fc.nat(19), fc.integer({ min: 1, max: 500 }), fc.nat(20 * DAY), (index, interval, offset) => {
        const view = new NodeView(fleet.servers[index]!);
        let previous = new Map<string, number>();
        for (let at = MONDAY + offset; at < MONDAY + offset + 40 * interval; at += interval) {
          const current = readAt(view, at);
          const isSameBoot = current.get('node_boot_time_seconds') === previous.get('node_boot_time_seconds');
          for (const [key, value] of current) {
            if (isSameBoot && key.includes('_total')) expect(value, key).toBeGreaterThanOrEqual(previous.get(key)!);
          }
          previous = current;
        }
      }),
      { numRuns: 40 },
    );
  });

  it('continues the same counters whether one followed it for days or asks for the first time', () => {
    const server = serverNamed(fleet, 'ppetl001');
    const follower = new NodeView(server);
    for (let at = MONDAY; at < MONDAY + 3 * DAY; at += 100)
      follower.readAt(at, new Float64Array(follower.series.length));
    const other = new NodeView(serverNamed(fleetOf({ servers: 20, seed: 9, scenariosPerServerWeek: 2 }), 'ppetl001'));
    expect(readAt(other, MONDAY + 3 * DAY)).toEqual(readAt(follower, MONDAY + 3 * DAY));
  });

  it('counts what the step means say: the difference over a step is the mean times its length', () => {
    for (const server of fleet.servers) {
      const at = MONDAY + 4 * HOUR;
      const view = new NodeView(server);
      const before = readAt(view, at);
      const after = readAt(view, at + STEP);
      if (before.size === 0 || before.get('node_boot_time_seconds') !== after.get('node_boot_time_seconds')) continue;
      const rate = (key: string) => (after.get(key)! - before.get(key)!) / STEP;
      const row = rowAt(server, at);
      const cpu = (mode: string) =>
        50 * (rate(`node_cpu_seconds_total 0 ${mode}`) + rate(`node_cpu_seconds_total 1 ${mode}`));
      expect(cpu('user')).toBeCloseTo(row[ROW.cpu_user_pct]!, 1);
      expect(cpu('system')).toBeCloseTo(row[ROW.cpu_sys_pct]!, 1);
      expect(cpu('iowait')).toBeCloseTo(row[ROW.cpu_iowait_pct]!, 1);
      expect(cpu('idle')).toBeCloseTo(row[ROW.cpu_idle_pct]!, 1);
      expect(rate('node_network_receive_bytes_total eth0') / 1e6).toBeCloseTo(row[ROW.net_in_mb_s]!, 4);
    }
  });

  it('keeps gauges near the step means', () => {
    for (const server of fleet.servers) {
      const at = MONDAY + 4 * HOUR + STEP / 2;
      const values = readAt(new NodeView(server), at);
      const row = rowAt(server, at);
      const available = values.get('node_memory_MemAvailable_bytes')! / values.get('node_memory_MemTotal_bytes')!;
      expect(100 * (1 - available)).toBeCloseTo(row[ROW.mem_used_pct]!, 3);
      const free = values.get('node_filesystem_avail_bytes /dev/sda1 ext4 /')!;
      const size = values.get('node_filesystem_size_bytes /dev/sda1 ext4 /')!;
      expect(100 * (1 - free / size)).toBeCloseTo(row[ROW.disk_usage_pct]!, 3);
    }
  });

  it('says nothing while the server reboots, and knows no stranger', () => {
    const exporter = createExporter(nodeViews(fleet));
    const restart = serverNamed(fleet, 'ppdb001').restartBefore(MONDAY);
    expect(exporter.renderServer('ppdb001', restart.at + 1)).toBe('down');
    expect(exporter.renderFleet(restart.at + 1)).not.toContain('instance="ppdb001"');
    expect(exporter.renderServer('ppdb001', restart.bootAt)).toContain(`node_boot_time_seconds ${restart.bootAt}\n`);
    expect(exporter.renderServer('ppdb999', MONDAY)).toBe('unknown');
  });
});
