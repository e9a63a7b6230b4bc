import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { DoctorReport, MetricReport } from '../../src/sources/doctor.js';
import { renderDoctor } from '../../src/sources/renderDoctor.js';

const GOLDEN = path.resolve(import.meta.dirname, 'golden');

const healthy: MetricReport = {
  metric: 'cpu_user_pct',
  servers: 20,
  lacking: [],
  alternatives: [{ name: 'node_exporter', servers: 20, query: 'sum by (instance) (rate(a[5m]))' }],
  gapRatio: 0.0017,
  staleServers: 0,
  oldestNewestSeconds: 31,
  spread: { min: 0.412, median: 23.456, max: 98.7654 },
  problems: [],
};

const report: DoctorReport = {
  url: 'http://localhost:9090',
  pack: 'node_exporter',
  selector: 'job="node"',
  at: 1_700_000_000,
  skewSeconds: -95,
  servers: 20,
  silent: ['etl1', 'etl2', 'ml1', 'ml2', 'web7', 'web9'],
  metrics: [
    healthy,
    {
      ...healthy,
      metric: 'mem_used_pct',
      spread: { min: 0.1, median: 0.5, max: 0.97 },
      alternatives: [
        { name: 'MemAvailable', servers: 18, query: 'a{job="node"}' },
        { name: 'without MemAvailable', servers: 2, query: 'b{job="node"}' },
      ],
      problems: ['looks like a ratio (0 to 1); expected percent: multiply by 100?'],
    },
    {
      metric: 'java_cpu_pct',
      servers: 0,
      lacking: ['db1', 'db2', 'db3'],
      alternatives: [{ name: 'process-exporter', servers: 0, query: 'c{job="node"}' }],
      gapRatio: Number.NaN,
      staleServers: 0,
      oldestNewestSeconds: Number.NaN,
      problems: [],
    },
    {
      ...healthy,
      metric: 'back_close_wait',
      servers: 15,
      lacking: ['db1', 'db2', 'db3'],
      gapRatio: 0.31,
      staleServers: 2,
      oldestNewestSeconds: 12_000,
    },
  ],
};

describe("the doctor's report", () => {
  it('shows each metric on a line, then what is wrong, then the queries', async () => {
    await expect(renderDoctor(report)).toMatchFileSnapshot(path.join(GOLDEN, 'doctor.txt'));
  });

  it('has nothing to remark on a healthy fleet', () => {
    const text = renderDoctor({ ...report, skewSeconds: 0, silent: [], metrics: [healthy] });
    expect(text).toContain('Nothing to remark.');
    expect(text).not.toContain('clock');
  });

  it('says what to check where no server is found', () => {
    const { spread: _, ...unseen } = { ...healthy, servers: 0, oldestNewestSeconds: Number.NaN };
    const text = renderDoctor({ ...report, servers: 0, selector: '', metrics: [unseen] });
    expect(text).toContain('no selector: 0 of 1 metrics on 0 servers');
    expect(text).toContain('No server found: check selector, server_label and pack');
  });
});
