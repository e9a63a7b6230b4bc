import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { settingsSchema } from '../../src/config/schema.js';
import { loadPack, type MappingPack, packNamesIn } from '../../src/mapping/pack.js';
import { seriesNames } from '../../src/mapping/seriesNames.js';
import { renderSuggestions } from '../../src/sources/renderSuggestions.js';
import { suggestMappings } from '../../src/sources/suggest.js';
import { sampleSeries } from '../mapping/packs/sample.js';
import { nodeExporterSeries } from './fixtures/fleet.js';
import { freePort, hasPrometheus, type RealPrometheus, startPrometheus } from './fixtures/realPrometheus.js';
import { optionsOf, PACKS_DIR, packOf, surroundings } from './fixtures/support.js';

const NOW = Math.floor(Date.now() / 60_000) * 60;

async function allPacks(): Promise<MappingPack[]> {
  const names = await packNamesIn(PACKS_DIR);
  return Promise.all(names.map((pack) => loadPack({ pack }, PACKS_DIR)));
}

describe('the series of a pack', () => {
  it('are those that the selector applies to, by name or by a matcher of names, whatever stands in quotes', () => {
    const pack = packOf(
      `name: x
metrics:
  load_average:
    - expr: 'a_b:c{x=~"y{1,2}",$selector} / other{} + {__name__=~"d(_total)?",$selector}'
    - expr: 'a_b:c{$selector}[$window]'
`,
      'x.yml',
    );
    expect(seriesNames(pack.alternatives)).toEqual(['a_b:c', 'd(_total)?']);
  });
});

describe.runIf(hasPrometheus)('check mappings --suggest', () => {
  let prometheus: RealPrometheus;

  beforeAll(async () => {
    prometheus = await startPrometheus();
    const times = { from: NOW - 1200, to: NOW };
    for (const instance of ['web1:9100', 'web2:9100'])
      await prometheus.write(nodeExporterSeries({ ...times, instance, sockets: 'textfile' }));
    await prometheus.write(sampleSeries('jmx_exporter', NOW, { job: 'java', instance: 'web1:9404' }));
    await prometheus.write(sampleSeries('kubelet_cadvisor', NOW, { job: 'kubelet' }));
    // Telegraf without procstat, and process-exporter with the same label for the host.
    const telegraf = sampleSeries('telegraf', NOW, { job: 'tele', instance: 'web3:9273' });
    await prometheus.write(telegraf.filter(({ labels }) => !labels['__name__']!.startsWith('procstat')));
    const process = sampleSeries('process_exporter', NOW, { host: 'web1' });
    await prometheus.write(process.filter(({ labels }) => labels['__name__']!.startsWith('namedprocess')));
  });
  afterAll(() => prometheus?.stop());

  it('proposes a source for each job: pack, label of the servers, and a second pack for what the first lacks', async () => {
    const report = await suggestMappings(optionsOf({ url: prometheus.url }), await allPacks(), surroundings());
    expect(
      report.proposals.map(({ packs, job, serverLabel, servers, metrics }) => [
        packs.join(' + '),
        ...[job, serverLabel, servers, metrics.size],
      ]),
    ).toEqual([
      ['node_exporter', 'node', 'instance', 2, 14],
      ['telegraf + process_exporter', 'tele', 'host', 1, 13],
      ['cadvisor_pod', 'kubelet', 'pod', 1, 11],
      ['jmx_exporter', 'java', 'instance', 1, 6],
    ]);
    expect(report.meagre.map(({ packs, job }) => [...packs, job])).toEqual([['jmx_exporter', 'jmx']]);
    expect(report.problems).toEqual([]);
  });

  it('prints a table and sources that can be pasted as they are', async () => {
    const report = await suggestMappings(optionsOf({ url: prometheus.url }), await allPacks(), surroundings());
    const text = renderSuggestions(report).replaceAll(prometheus.url, 'http://localhost:9090');
    await expect(text).toMatchFileSnapshot('golden/suggestions.txt');
    const pasted = /^sources:\n(?:[ #].*\n)+/m.exec(text)![0];
    expect(settingsSchema.parse(parse(pasted)).sources).toHaveLength(4);
  });

  it('says so where nothing fits', async () => {
    const empty = await startPrometheus();
    try {
      const report = await suggestMappings(optionsOf({ url: empty.url }), await allPacks(), surroundings());
      expect(report).toMatchObject({ proposals: [], meagre: [], problems: [] });
      expect(renderSuggestions(report)).toMatch(/: nothing fits\. No job has the series of a pack; see docs\/packs/);
    } finally {
      await empty.stop();
    }
  });

  it('cannot be done without a Prometheus', async () => {
    const url = `http://127.0.0.1:${await freePort()}`;
    await expect(suggestMappings(optionsOf({ url }), await allPacks(), surroundings())).rejects.toThrow(
      `prometheus ${url} cannot be examined`,
    );
  });
});
