import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PackError, SourceError } from '../../src/core/errors.js';
import { loadPack } from '../../src/mapping/pack.js';
import { checkPackQueries } from '../../src/sources/checkPackQueries.js';
import { examineMappings } from '../../src/sources/doctor.js';
import { renderDoctor } from '../../src/sources/renderDoctor.js';
import { nodeExporterSeries } from './fixtures/fleet.js';
import { freePort, hasPrometheus, type RealPrometheus, startPrometheus } from './fixtures/realPrometheus.js';
import { optionsOf, PACKS_DIR, packOf, surroundings } from './fixtures/support.js';

const HOUR = 3600;
const NOW = Math.floor(Date.now() / 60_000) * 60 - 15;

describe.runIf(hasPrometheus)('check mappings against a Prometheus', () => {
  let prometheus: RealPrometheus;

  beforeAll(async () => {
    prometheus = await startPrometheus();
    const from = NOW - 6 * HOUR;
    await prometheus.write(nodeExporterSeries({ instance: 'web1', from, to: NOW, sockets: 'textfile' }));
    await prometheus.write(nodeExporterSeries({ instance: 'db1', from, to: NOW, withoutMemAvailable: true }));
    await prometheus.write(nodeExporterSeries({ instance: 'gone1', from, to: NOW - 2 * HOUR }));
  });

  afterAll(() => prometheus?.stop());

  const options = (written: Record<string, unknown> = {}) => optionsOf({ url: prometheus.url, ...written });
  const nodeExporterPack = () => loadPack({ pack: 'node_exporter' }, PACKS_DIR);

  it('finds servers, winners, gaps and stale ones per metric', async () => {
    const report = await examineMappings(options(), await nodeExporterPack(), surroundings());
    const of = (metric: string) => report.metrics.find((entry) => entry.metric === metric)!;
    expect(report).toMatchObject({ servers: 3, skewSeconds: 0, pack: 'node_exporter', silent: ['gone1'] });
    expect(of('mem_used_pct').alternatives.map(({ name, servers }) => [name, servers])).toEqual([
      ['MemAvailable', 2],
      ['without MemAvailable', 1],
    ]);
    expect(of('cpu_user_pct')).toMatchObject({ servers: 3, staleServers: 0, lacking: [], problems: [] });
    expect(of('cpu_user_pct').gapRatio).toBeLessThan(0.03);
    expect(of('cpu_user_pct').oldestNewestSeconds).toBeLessThan(600);
    expect(of('front_close_wait')).toMatchObject({ servers: 1, lacking: ['db1', 'gone1'], staleServers: 0 });
    expect(of('java_cpu_pct').servers).toBe(0);
    expect(of('java_cpu_pct').alternatives.length, 'all that were tried').toBeGreaterThan(2);
    expect(of('mem_used_pct').spread?.median).toBeCloseTo(60, 6);
    expect(renderDoctor(report)).toMatch(/^http:\/\/127.*: 13 of 14 metrics on 3 servers/);
  });

  it('gives queries that Prometheus takes as they are pasted', async () => {
    const report = await examineMappings(options({ selector: 'job="node"' }), await nodeExporterPack(), surroundings());
    for (const { metric, alternatives } of report.metrics) {
      for (const { query } of alternatives) {
        const answer = await fetch(`${prometheus.url}/api/v1/query?${new URLSearchParams({ query })}`);
        expect(answer.status, `${metric}: ${query}`).toBe(200);
      }
    }
  });

  it('notices wrong units, and series that one server has twice or nobody', async () => {
    const pack = packOf(
      `name: wrong
metrics:
  mem_used_pct:
    - expr: avg by ($server_label) (1 - node_memory_MemFree_bytes{$selector} / node_memory_MemTotal_bytes{$selector})
  net_in_mb_s:
    - expr: rate(node_network_receive_bytes_total{$selector}[$window])
  load_average:
    - expr: sum(node_load1{$selector})
`,
      'wrong.yml',
    );
    const report = await examineMappings(options(), pack, surroundings());
    const problems = (metric: string) => report.metrics.find((entry) => entry.metric === metric)!.problems.join('\n');
    expect(problems('mem_used_pct')).toContain('looks like a ratio');
    expect(problems('net_in_mb_s')).toContain('looks like bytes');
    expect(problems('net_in_mb_s')).toMatch(/\d+ points are claimed by several series of a server/);
    expect(report.metrics.find(({ metric }) => metric === 'load_average')?.servers).toBe(0);
  });

  it('cannot be done without a Prometheus', async () => {
    const url = `http://127.0.0.1:${await freePort()}`;
    const examined = examineMappings(options({ url }), await nodeExporterPack(), surroundings());
    await expect(examined).rejects.toThrow(SourceError);
    await expect(examined).rejects.toThrow(`prometheus ${url} cannot be examined`);
  });

  describe('the queries of a pack', () => {
    it.each(['', 'job="node"', 'job="node",', 'job=~"a|b", env!="x{}"'])(
      'are all accepted with the selector "%s"',
      async (selector) => {
        const estimates = { metrics: { java_cpu_pct: { estimate: true } } };
        const errors = await checkPackQueries(
          options({ selector, ...estimates }),
          await nodeExporterPack(),
          surroundings(),
        );
        expect(errors).toEqual([]);
      },
    );

    it('that are no PromQL are named with file, line, metric, alternative, query and reason', async () => {
      const pack = packOf(
        `name: bad
metrics:
  load_average:
    - name: good
      expr: node_load1{$selector}
    - name: open bracket
      expr: avg(node_load1{$selector}
  uptime_days:
    - name: no function
      expr: sinus(x{$selector})
`,
        'bad.yml',
      );
      const errors = await checkPackQueries(options({ selector: 'a="b"' }), pack, surroundings());
      expect(errors.every((error) => error instanceof PackError)).toBe(true);
      expect(errors.map(({ message }) => message)).toEqual([
        expect.stringMatching(
          /^bad\.yml:6 metrics\.load_average "open bracket" is refused \(HTTP 400 .*parse error: unclosed left parenthesis\); the query was: avg\(node_load1\{a="b"\}$/,
        ),
        expect.stringMatching(/^bad\.yml:9 metrics\.uptime_days "no function" is refused .*unknown function/),
      ]);
    });

    it('cannot be checked without a Prometheus', async () => {
      const url = `http://127.0.0.1:${await freePort()}`;
      await expect(checkPackQueries(options({ url }), await nodeExporterPack(), surroundings())).rejects.toThrow(
        SourceError,
      );
    });
  });
});
