import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { loadConfig } from '../../src/config/load.js';

/** As the design promises it, word for word. */
const PROMISED = `
sources:
  - prometheus:
      url: http://localhost:9090
      pack: node_exporter            # a name in rules/packs or a path
      selector: 'job="node"'
      server_label: instance         # becomes the label \`server\`
step: 5m                             # the model's resolution
cycle: 1m                            # how often the risk is computed; the newest bucket may be partial
history: 8d                          # read at start: no warm-up
model: models/default
profiles:                            # first match wins; the built-in list knows the seeds' prefixes
  - { match: '^ppdb', profile: database }
thresholds: { mem_used_pct: 95 }     # defaults per profile
export: { metrics: [cpu_user_pct, mem_used_pct], horizons: [30m, 1h, 4h, 8h], levels: [p10, p50, p90], max_series: 200000 }
`;

test('every key that was promised is known and means what was promised', () => {
  const config = loadConfig(PROMISED, 'linborg.yml', {});
  expect(config.sources[0]?.prometheus).toMatchObject({ selector: 'job="node"', server_label: 'instance' });
  expect(config.windows).toMatchObject({ stepSeconds: 300, historySeconds: 691_200 });
  expect(config.cycleSeconds).toBe(60);
  expect(config.model.path).toBe('models/default');
  expect(config.windows.profiles[0]).toMatchObject({ profile: 'database' });
  expect(config.thresholds.database).toContainEqual(
    expect.objectContaining({ metric: 'mem_used_pct', limit: { kind: 'fixed', value: 95 } }),
  );
  expect(config.export.horizons.map(({ seconds }) => seconds)).toEqual([1800, 3600, 14_400, 28_800]);
  expect(config.export).toMatchObject({ levels: ['p10', 'p50', 'p90'], maxSeries: 200_000 });
});

test('the sample that is shipped loads, has about ten lines, and asks for what Prometheus scrapes in its own sample', () => {
  const text = readFileSync('prometheus/linborg.yml', 'utf8');
  const prometheus = readFileSync('prometheus/prometheus.yml', 'utf8');
  const config = loadConfig(text, 'prometheus/linborg.yml', {});
  expect(text.split('\n').filter((line) => /^[^#]/.test(line)).length).toBeLessThanOrEqual(10);
  const job = /job="(\w+)"/.exec(config.sources[0]?.prometheus.selector ?? '')?.[1];
  expect(prometheus).toContain(`job_name: ${job}\n`);
  expect(prometheus).toContain(`localhost:${config.web.listen.port}`);
});
