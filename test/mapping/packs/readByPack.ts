/** Exporters that run, scraped by a real Prometheus and read by a pack. */
import { expect } from 'vitest';
import type { MetricName } from '../../../src/core/metrics.js';
import { loadPack, type WantedPack } from '../../../src/mapping/pack.js';
import type { AnswerSeries } from '../../../src/sources/answer.js';
import { createClient } from '../../../src/sources/client.js';
import { type MetricQuery, metricQueries, partialExpr } from '../../../src/sources/metricQuery.js';
import { groupByServer, mergeSeries, noPoints, toSampleSeries } from '../../../src/sources/serverSeries.js';
import { type RealPrometheus, startPrometheus } from '../../sources/fixtures/realPrometheus.js';
import { optionsOf, PACKS_DIR, surroundings } from '../../sources/fixtures/support.js';
import type { Exporter } from './exporters.js';

/** Of rates. */
const WINDOW_SECONDS = 15;

export interface Read {
  readonly wanted: WantedPack;
  readonly selector: string;
  /** Those that must come. */
  readonly metrics: readonly MetricName[];
  readonly windowSeconds?: number;
}

/** A Prometheus that has scraped each exporter for as long as the window of a rate. */
export async function startScraping(exporters: readonly Exporter[]): Promise<RealPrometheus> {
  const jobs = exporters.map(
    ({ name, port, scrape = '' }) => `  - job_name: ${name}
    static_configs: [{ targets: ['127.0.0.1:${port}'] }]
    ${scrape}
`,
  );
  const prometheus = await startPrometheus(`global: { scrape_interval: 1s }\nscrape_configs:\n${jobs.join('')}`);
  await untilScraped(prometheus.url, exporters.length);
  return prometheus;
}

/** Each metric by the first alternative that has data, as soon as all that are expected have some. */
export async function readByPack(url: string, wish: Read): Promise<Map<string, number>> {
  const { wanted, selector, metrics: expected, windowSeconds = WINDOW_SECONDS } = wish;
  const options = optionsOf({ url, selector, min_window: `${WINDOW_SECONDS}s` });
  const queries = metricQueries(await loadPack(wanted, PACKS_DIR), options);
  const client = await createClient(options, surroundings());
  try {
    for (;;) {
      const values = await askAll(queries, (query) =>
        client.instant(partialExpr(query, options, windowSeconds), Date.now() / 1000),
      );
      if (expected.every((metric) => values.has(metric))) return values;
    }
  } finally {
    client.close();
  }
}

/** Throws where a value cannot be, or a server has two series. */
async function askAll(
  queries: readonly (readonly MetricQuery[])[],
  ask: (query: MetricQuery) => Promise<readonly AnswerSeries[]>,
): Promise<Map<string, number>> {
  const values = new Map<string, number>();
  for (const query of queries.flat().filter(({ alternative }) => !alternative.estimate)) {
    if (values.has(query.metric)) continue;
    const counts = noPoints();
    for (const [server, group] of groupByServer(await ask(query), 'instance', counts)) {
      const [value] = toSampleSeries(server, query.metric, mergeSeries(group, counts), counts).values;
      if (Number.isFinite(value)) values.set(query.metric, value!);
    }
    expect(counts, query.alternative.place).toMatchObject({
      duplicatePoints: 0,
      implausiblePoints: 0,
      unlabelledSeries: 0,
    });
  }
  return values;
}

/** Resolves when each target was scraped for as long as the window of a rate. */
async function untilScraped(url: string, targets: number): Promise<void> {
  const client = await createClient(optionsOf({ url }), surroundings());
  try {
    for (;;) {
      const [scraped] = await client.instant(`count(up offset ${WINDOW_SECONDS}s == 1)`, Date.now() / 1000);
      if (scraped?.values[0] === targets) return;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  } finally {
    client.close();
  }
}
