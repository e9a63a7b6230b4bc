import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { METRIC_NAMES } from '../../../src/core/metrics.js';
import { loadPack, packNamesIn } from '../../../src/mapping/pack.js';
import { checkPackQueries } from '../../../src/sources/checkPackQueries.js';
import { createClient } from '../../../src/sources/client.js';
import { examineMappings } from '../../../src/sources/doctor.js';
import { bucketExpr, metricQueries } from '../../../src/sources/metricQuery.js';
import { hasPrometheus, type RealPrometheus, startPrometheus } from '../../sources/fixtures/realPrometheus.js';
import { optionsOf, PACKS_DIR, surroundings } from '../../sources/fixtures/support.js';
import { CASES, type PackCase } from './cases.js';
import { sampleSeries } from './sample.js';

/** The end of a complete bucket, so that it is examined whole. */
const NOW = Math.floor(Date.now() / 300_000) * 300;
const ESTIMATES = Object.fromEntries(METRIC_NAMES.map((metric) => [metric, { estimate: true }]));

describe('the packs that are shipped', async () => {
  const names = await packNamesIn(PACKS_DIR);

  it('are each shown by a sample, but for node_exporter, which has tests of its own', () => {
    const shown = new Set(CASES.map(({ pack }) => pack));
    expect(names.filter((name) => name !== 'node_exporter')).toEqual([...shown].sort());
  });

  it.each(names)('%s bears the name of its file and asks for one series per server', async (name) => {
    const pack = await loadPack({ pack: name }, PACKS_DIR);
    expect(pack.name).toBe(name);
    for (const [metric, alternatives] of pack.alternatives)
      for (const { name, expr } of alternatives) expect(expr, `${metric} "${name}"`).toContain('by ($server_label)');
  });
});

describe.runIf(hasPrometheus)('against the output of its exporter, in a Prometheus,', () => {
  let prometheus: RealPrometheus;

  beforeAll(async () => {
    prometheus = await startPrometheus();
    const written = new Set<string>();
    for (const { sample, beside = [], target = {} } of CASES) {
      for (const name of [sample, ...beside].filter((one) => !written.has(one)))
        await prometheus.write(sampleSeries(name, NOW, { ...target, sample: written.add(name) && name }));
    }
  });
  afterAll(() => prometheus?.stop());

  const optionsFor = (shown: PackCase) =>
    optionsOf({
      ...{ url: prometheus.url, selector: `sample="${shown.sample}"`, metrics: ESTIMATES },
      server_label: shown.serverLabel ?? 'instance',
    });

  it.each(CASES)('$pack reads $sample: its metrics, no others, their values, and plausible units', async (shown) => {
    const pack = await loadPack({ pack: shown.pack }, PACKS_DIR);
    const report = await examineMappings(optionsFor(shown), pack, surroundings());
    const found = report.metrics.filter(({ servers }) => servers > 0);
    // Asked in the next five minutes, a machine has been up for so much longer.
    const daysUp = (max: number) => Number(max.toFixed(2));
    const values = Object.fromEntries(
      found.map(({ metric, spread }) => [
        metric,
        metric === 'uptime_days' ? daysUp(spread!.max) : round(spread!.median),
      ]),
    );
    expect(values).toEqual(shown.values);
    expect(report.metrics.flatMap(({ problems }) => problems)).toEqual([]);
  });

  it('has each alternative of each pack give the value of its metric in some sample, and a wrong one in none', async () => {
    const proven = new Set<string>();
    for (const shown of CASES) {
      const options = optionsFor(shown);
      const client = await createClient(options, surroundings());
      const pack = await loadPack({ pack: shown.pack }, PACKS_DIR);
      for (const query of metricQueries(pack, options).flat()) {
        const answer = await client.instant(bucketExpr(query, options), NOW);
        const series = answer.filter(({ labels }) => labels[options.server_label] === shown.server);
        if (series.length === 0) continue;
        const name = `${shown.pack} ${query.metric} "${query.alternative.name}"`;
        expect(series.length, name).toBe(1);
        if (!IN_TURN.some((pattern) => pattern.test(name)))
          expect(round(series[0]!.values[0]!), `${name} in ${shown.sample}`).toBe(shown.values[query.metric]);
        proven.add(`${query.alternative.place} "${query.alternative.name}"`);
      }
      client.close();
    }
    const all = await Promise.all(
      [...new Set(CASES.map(({ pack }) => pack))].map(async (name) => {
        const { alternatives } = await loadPack({ pack: name }, PACKS_DIR);
        return [...alternatives.values()].flatMap((list) => list.map((one) => `${one.place} "${one.name}"`));
      }),
    );
    expect(all.flat().filter((place) => !proven.has(place))).toEqual([]);
  });

  it.each(['', 'job="x"', 'job=~"a|b", env!="x{}"'])(
    'has all its queries accepted with the selector "%s"',
    async (selector) => {
      for (const name of await packNamesIn(PACKS_DIR)) {
        const options = optionsOf({ url: prometheus.url, selector, metrics: ESTIMATES });
        expect(await checkPackQueries(options, await loadPack({ pack: name }, PACKS_DIR), surroundings())).toEqual([]);
      }
    },
  );
});

/** Right only where those before them have nothing: they mean another whole, less of it, or both sides together. */
const IN_TURN = [
  /^cadvisor_\w+ \w+ "of the machine"/,
  /^netdata swap_used_pct "no chart"/,
  /^collectd back_close_wait "tcpconns plugin, all"/,
];

function round(value: number): number {
  return Number(value.toFixed(3));
}
