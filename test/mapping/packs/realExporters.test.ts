import os from 'node:os';
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus';
import { HostMetrics } from '@opentelemetry/host-metrics';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { MetricName } from '../../../src/core/metrics.js';
import { freePort, hasPrometheus, type RealPrometheus } from '../../sources/fixtures/realPrometheus.js';
import {
  type Exporter,
  programPath,
  startCollectd,
  startNetdata,
  startNodeExporter,
  startProcessExporter,
} from './exporters.js';
import { type Read, readByPack, startScraping } from './readByPack.js';

/** Netdata gives averages, and of what it looks at less often, as file systems, only when it has looked. */
const GAUGE_WINDOW_SECONDS = 300;

const PROGRAMS = {
  node: programPath('prometheus-node-exporter'),
  process: programPath('prometheus-process-exporter'),
  collectd: programPath('collectd'),
  netdata: programPath('netdata'),
};
/** Said in the names of tests that are left out. */
const left = (program: keyof typeof PROGRAMS) => (PROGRAMS[program] === undefined ? ` (left out: no ${program})` : '');

/** What any Linux machine has, whatever exporter tells. */
const MACHINE: readonly MetricName[] = [
  ...(['cpu_user_pct', 'cpu_sys_pct', 'cpu_iowait_pct', 'cpu_idle_pct', 'mem_used_pct', 'swap_used_pct'] as const),
  ...(['disk_usage_pct', 'net_in_mb_s', 'net_out_mb_s', 'load_average', 'uptime_days'] as const),
];

describe.runIf(hasPrometheus && process.platform === 'linux')(
  'this machine, by exporters as they are installed,',
  () => {
    const exporters: Exporter[] = [];
    let prometheus: RealPrometheus;

    beforeAll(async () => {
      const starts = [
        PROGRAMS.node && startNodeExporter(PROGRAMS.node),
        PROGRAMS.process && startProcessExporter(PROGRAMS.process),
        PROGRAMS.collectd && startCollectd(PROGRAMS.collectd),
        PROGRAMS.netdata && startNetdata(PROGRAMS.netdata),
        startHostMetrics(),
      ];
      for (const exporter of await Promise.all(starts)) if (exporter) exporters.push(exporter);
      prometheus = await startScraping(exporters);
    });

    afterAll(async () => {
      await prometheus?.stop();
      await Promise.all(exporters.map((exporter) => exporter.stop()));
    });

    const read = (wish: Read) => readByPack(prometheus.url, wish);

    /** Shares that add up, and what the operating system says as well. */
    function expectThisMachine(values: ReadonlyMap<string, number>): void {
      const shares = ['cpu_user_pct', 'cpu_sys_pct', 'cpu_iowait_pct', 'cpu_idle_pct'].map(
        (metric) => values.get(metric) ?? 0,
      );
      expect(shares.reduce((a, b) => a + b)).toBeGreaterThan(95);
      expect(shares.reduce((a, b) => a + b)).toBeLessThan(105);
      if (values.has('uptime_days')) expect(values.get('uptime_days')).toBeCloseTo(os.uptime() / 86_400, 2);
      const total = os.totalmem();
      // Memory moves between the two readings, and freemem() of Node is what is available.
      expect(Math.abs(values.get('mem_used_pct')! - 100 * (1 - os.freemem() / total))).toBeLessThan(15);
    }

    it.runIf(PROGRAMS.node)(`node_exporter${left('node')}`, async () => {
      const metrics: readonly MetricName[] = [...MACHINE, 'back_close_wait'];
      expectThisMachine(await read({ wanted: { pack: 'node_exporter' }, selector: 'job="node"', metrics }));
    });

    it.runIf(PROGRAMS.node && PROGRAMS.process)(`process-exporter beside node_exporter${left('process')}`, async () => {
      const wanted = { pack: 'process_exporter' };
      const values = await read({ wanted, selector: 'job="node"', metrics: ['java_cpu_pct'] });
      expect([...values.keys()]).toEqual(['java_cpu_pct']);
      expect(values.get('java_cpu_pct')).toBeGreaterThan(0);
    });

    it.runIf(PROGRAMS.collectd)(`collectd${left('collectd')}`, async () => {
      const metrics: readonly MetricName[] = [...MACHINE, 'java_cpu_pct', 'back_close_wait', 'front_close_wait'];
      expectThisMachine(await read({ wanted: { pack: 'collectd' }, selector: 'job="collectd"', metrics }));
    });

    it.runIf(PROGRAMS.netdata)(`Netdata${left('netdata')}`, async () => {
      expectThisMachine(
        await read({
          wanted: { pack: 'netdata' },
          selector: 'job="netdata"',
          metrics: MACHINE,
          windowSeconds: GAUGE_WINDOW_SECONDS,
        }),
      );
    });

    it("OpenTelemetry's host metrics for JavaScript", async () => {
      const metrics = [
        'cpu_user_pct',
        'cpu_sys_pct',
        'cpu_idle_pct',
        'mem_used_pct',
        'net_in_mb_s',
        'net_out_mb_s',
      ] as const;
      expectThisMachine(await read({ wanted: { pack: 'opentelemetry' }, selector: 'job="otel"', metrics }));
    });
  },
);

async function startHostMetrics(): Promise<Exporter> {
  const port = await freePort();
  const exporter = new PrometheusExporter({ host: '127.0.0.1', port });
  const provider = new MeterProvider({ readers: [exporter] });
  new HostMetrics({ meterProvider: provider }).start();
  return {
    name: 'otel',
    port,
    stop: async () => {
      await provider.shutdown();
    },
  };
}
