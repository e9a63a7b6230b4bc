import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { renderCycleMetrics } from '../../src/exposition/cycleMetrics.js';
import { type CycleView, rankServers, type ServerView } from '../../src/exposition/cycleView.js';
import { ExporterMetrics } from '../../src/exposition/exporterMetrics.js';
import { renderMetricsPage } from '../../src/exposition/metricsPage.js';
import { type ExportOptions, exportOptionsSchema } from '../../src/exposition/options.js';
import { ALL_METRICS } from './allMetrics.js';
import {
  AT,
  DEFAULT_OPTIONS,
  makeFleet,
  makeForecast,
  makeFrame,
  makeServer,
  makeSubject,
  ORIGIN,
  STEP_SECONDS,
} from './fleet.js';
import { lintOf } from './promtool.js';

async function render(servers: readonly ServerView[], options: ExportOptions = DEFAULT_OPTIONS) {
  return renderView({ at: AT, servers }, options);
}

async function renderView(view: CycleView, options: ExportOptions = DEFAULT_OPTIONS) {
  return renderCycleMetrics({ ...view, servers: rankServers(view.servers) }, options);
}

async function renderText(servers: readonly ServerView[], options?: ExportOptions): Promise<string> {
  return (await render(servers, options)).text.toString();
}

function seriesOf(text: string, family: string): string[] {
  return text.split('\n').filter((line) => line.startsWith(`${family}{`) || line.startsWith(`${family} `));
}

/** The exporter after some work, so that every family has a sample. */
function busyExporter(): ExporterMetrics {
  const exporter = new ExporterMetrics({ version: '0.1.0', engine: 'tfjs', backend: 'wasm', nodeVersion: '20.12.0' });
  exporter.setModel({ name: 'default', path: 'models/default', created: '2026-01-01', parameters: 122_000 });
  exporter.configLoaded(true, AT - 600);
  exporter.cycleSucceeded(1.5, AT);
  exporter.cycleFailed(4);
  exporter.cycleSkipped();
  exporter.workersActive({ workers: 2, busySeconds: 2.5, deaths: 1 });
  const pull = { queries: 14, queriesFailed: 1, samples: 280, duplicateSeries: 2, clockSkewSeconds: -0.25 };
  exporter.sourcePulled('prometheus http://localhost:9090', pull);
  exporter.targetsPulled('prometheus http://localhost:9090', [{ metric: 'queue_depth', isUp: true, series: 12 }]);
  exporter.samplesDropped('future', 3);
  exporter.pushRequested(true);
  exporter.pushRequested(false);
  exporter.recordsPushed('accepted', 45);
  exporter.recordsPushed('rejected', 3);
  exporter.recordsClamped(2);
  exporter.setPushedServers(45);
  exporter.walWritten(true, 0.004);
  exporter.walWritten(false);
  exporter.setWalSize(123_456, 3);
  exporter.setWalLimit(1_048_576);
  exporter.walSegmentsDropped('history', 2);
  exporter.walTorn(17);
  exporter.seriesDropped(168);
  exporter.forecastsJudged(12_345);
  exporter.futureRead(true, 1728);
  exporter.futureRead(false, 0);
  exporter.futureWritten(true, 4128, AT);
  exporter.futureWritten(false, 0, AT);
  exporter.forecastsKept(384_000, 2);
  exporter.retrained('drift', 'promoted');
  exporter.actionDecided('restart-leaking', 'restart', 'dry_run');
  return exporter;
}

async function pageOf(...wanted: Parameters<typeof renderMetricsPage>): Promise<Buffer> {
  return Buffer.concat((await renderMetricsPage(...wanted)).parts);
}

async function renderPage(view: CycleView, format: 'prometheus' | 'openmetrics', gzip = false): Promise<Buffer> {
  return pageOf(await renderView(view), busyExporter(), { format, gzip });
}

/** Without prom-client's families, whose values differ from run to run. */
function ownFamilies(text: string): string {
  return text
    .split('\n')
    .filter((line) => !/^(# (HELP|TYPE) )?(process|nodejs)_/.test(line))
    .join('\n');
}

describe('/metrics', () => {
  test.each(['prometheus', 'openmetrics'] as const)('reads as in the golden file (%s)', async (format) => {
    const text = ownFamilies((await renderPage(makeFleet(), format)).toString());
    await expect(text).toMatchFileSnapshot(`golden/metrics.${format}.txt`);
  });

  test('leaves promtool nothing to complain about', async () => {
    expect(lintOf(await renderPage(makeFleet(), 'prometheus'))).toEqual([]);
  });

  test.each(['prometheus', 'openmetrics'] as const)(
    'shows each family once and all of the catalogue (%s)',
    async (format) => {
      const text = (await renderPage(makeFleet(), format)).toString();
      const families = [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name, type]) => `${name} ${type}`);
      expect(new Set(families).size).toBe(families.length);
      expect(text.match(/^# HELP /gm)).toHaveLength(families.length);
      const expected = ALL_METRICS.map(({ name, type }) =>
        format === 'openmetrics' && type === 'counter' ? `${name.replace(/_total$/, '')} ${type}` : `${name} ${type}`,
      );
      const own = families.filter((family) => family.startsWith('linborg_'));
      expect(own.sort()).toEqual(expected.sort());
      expect(families.some((family) => family.startsWith('process_'))).toBe(true);
    },
  );

  test('ends with # EOF in OpenMetrics only, and counters keep their suffix in both formats, in either order', async () => {
    const exporter = busyExporter();
    const scrape = async (format: 'prometheus' | 'openmetrics') =>
      (await pageOf(undefined, exporter, { format, gzip: false })).toString();
    const open = await scrape('openmetrics');
    const older = await scrape('prometheus');
    expect(open.endsWith('\n# EOF\n')).toBe(true);
    expect(older).not.toContain('# EOF');
    for (const text of [open, older]) expect(text).toContain('\nlinborg_cycles_total 2\n');
    expect(open).toContain('# TYPE linborg_cycles counter');
    expect(older).toContain('# TYPE linborg_cycles_total counter');
    expect(open).toContain('le="1.0"');
    expect(older).toContain('le="1"');
  });

  test('is the same text when compressed', async () => {
    const view = makeFleet();
    for (const format of ['prometheus', 'openmetrics'] as const) {
      const plain = ownFamilies((await renderPage(view, format)).toString());
      expect(ownFamilies(gunzipSync(await renderPage(view, format, true)).toString())).toBe(plain);
    }
  });

  test("does not copy the cycle's text, which may have tens of megabytes", async () => {
    const cycle = await renderView(makeFleet());
    const wish = { format: 'prometheus', gzip: false } as const;
    expect((await renderMetricsPage(cycle, busyExporter(), wish)).parts[0]).toBe(cycle.text);
  });

  test('shows the exporter alone before the first cycle, compressed or not', async () => {
    const exporter = busyExporter();
    for (const gzip of [false, true]) {
      const body = await pageOf(undefined, exporter, { format: 'prometheus', gzip });
      const text = (gzip ? gunzipSync(body) : body).toString();
      expect(text).toContain('linborg_build_info{version="0.1.0"');
      expect(text).not.toContain('linborg_servers');
    }
  });

  test('shows no gauge that was never set', async () => {
    const exporter = new ExporterMetrics({ version: '1', engine: 'e', backend: 'b', nodeVersion: '20' });
    const body = await pageOf(undefined, exporter, { format: 'prometheus', gzip: false });
    expect(body.toString()).not.toMatch(/last_success|last_reload|model_info|clock_skew/);
    expect(body.toString()).toContain('linborg_cycles_failed_total 0');
  });

  test('shows the model that was loaded last, and none after it is gone', async () => {
    const exporter = busyExporter();
    exporter.setModel({ name: 'newer', path: 'models/newer', created: '2026-02-01', parameters: 5 });
    const scrape = async () => (await pageOf(undefined, exporter, { format: 'prometheus', gzip: false })).toString();
    expect(seriesOf(await scrape(), 'linborg_model_info')).toEqual([
      'linborg_model_info{model="newer",created="2026-02-01",parameters="5"} 1',
    ]);
    exporter.setModel(undefined);
    expect(await scrape()).not.toContain('linborg_model_info');
  });

  test('shows neither targets nor clocks of sources that another configuration may not have', async () => {
    const exporter = busyExporter();
    const scrape = async () => (await pageOf(undefined, exporter, { format: 'prometheus', gzip: false })).toString();
    expect(await scrape()).toMatch(/^linborg_source_clock_skew_seconds\{/m);
    exporter.forgetSources();
    expect(await scrape()).not.toMatch(/^linborg_source_(clock_skew|target)/m);
    expect(await scrape()).toMatch(/^linborg_source_samples_total\{/m);
  });
});

describe('the series of servers', () => {
  test('a stale server keeps its state and nothing else, whatever the cycle says', async () => {
    const text = await renderText([makeServer('ppdb-1', 90, { state: 'stale' })]);
    expect(text.split('\n').filter((line) => line.includes('ppdb-1'))).toEqual([
      'linborg_server_state{server="ppdb-1",state="stale"} 1',
    ]);
    expect(text).toContain('linborg_servers{state="stale"} 1');
  });

  test('a vanished server leaves no series behind', async () => {
    const [first, second] = [makeServer('web-1', 5), makeServer('web-2', 5)];
    expect(await renderText([first, second])).toContain('web-2');
    expect(await renderText([first])).not.toContain('web-2');
  });

  test('a subject of an extra target has values and forecasts, and is no server in any state', async () => {
    const text = await renderText([makeServer('web-1', 5), makeSubject('celery')]);
    const families = text.split('\n').flatMap((line) => /^(\w+)\{.*"celery"/.exec(line)?.[1] ?? []);
    expect(new Set(families)).toEqual(new Set(['linborg_metric_value', 'linborg_forecast_value']));
    expect(text).toContain(
      'linborg_forecast_value{server="celery",metric="queue_depth",horizon="30m",level="p50"} 406\n',
    );
    expect(text).toContain('linborg_servers{state="ok"} 1\n');
  });

  test('a forecast value is the one of the bucket that now + horizon falls into', async () => {
    const server = { frame: makeFrame('a'), forecasts: [makeForecast('a', 'load_average', (step) => step)] };
    const lines = seriesOf(await renderText([server]), 'linborg_forecast_value');
    const medians = lines.filter((line) => line.includes('p50')).map((line) => line.split(' ').at(-1));
    expect(medians).toEqual(['6', '12', '48', '96']);
  });

  test('a forecast made from older samples is read further ahead, and ends where it ends', async () => {
    const old = makeForecast('a', 'load_average', (step) => step, ORIGIN - 3 * STEP_SECONDS);
    const lines = seriesOf(await renderText([{ frame: makeFrame('a'), forecasts: [old] }]), 'linborg_forecast_value');
    const medians = lines.filter((line) => line.includes('p50'));
    expect(medians.map((line) => line.split(' ').at(-1))).toEqual(['9', '15', '51']);
    expect(lines.join()).not.toContain('8h');
  });

  test('metrics, horizons and levels are those of the options', async () => {
    const options = exportOptionsSchema.parse({ metrics: ['mem_used_pct'], horizons: ['1h'], levels: ['p90'] });
    const lines = seriesOf(await renderText([makeServer('web-1', 5)], options), 'linborg_forecast_value');
    expect(lines).toEqual(['linborg_forecast_value{server="web-1",metric="mem_used_pct",horizon="1h",level="p90"} 55']);
  });

  test('the budget takes the forecasts of the least risky servers first and counts them', async () => {
    const servers = [makeServer('low', 1), makeServer('high', 80), makeServer('middle', 40)];
    const all = await render(servers);
    const forecastsEach = 2 * 4 * 3;
    const base = all.rendered - 3 * forecastsEach;
    const tight = await render(servers, { ...DEFAULT_OPTIONS, maxSeries: base + 2 * forecastsEach + 5 });
    const kept = new Set(
      seriesOf(tight.text.toString(), 'linborg_forecast_value').map((line) => /server="(\w+)"/.exec(line)![1]),
    );
    expect([...kept]).toEqual(['high', 'middle']);
    expect(tight.dropped).toBe(forecastsEach);
    const none = await render(servers, { ...DEFAULT_OPTIONS, maxSeries: 0 });
    expect(none.dropped).toBe(3 * forecastsEach);
    expect(seriesOf(none.text.toString(), 'linborg_risk_score')).toHaveLength(3);
    expect(seriesOf(none.text.toString(), 'linborg_server_state')).toHaveLength(3);
  });

  test('the number of rendered series is the number of sample lines', async () => {
    const { rendered, text } = await renderView(makeFleet());
    const lines = text.toString().split('\n');
    expect(rendered).toBe(lines.filter((line) => line !== '' && !line.startsWith('#')).length);
  });

  test('any server name survives escaping and parsing', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: fc.constantFrom('"', '\\', '\n', 'n', 'a', ' ', 'é', '{', '}', ',') }),
        async (name) => {
          const text = await renderText([{ frame: makeFrame(name, { metrics: {} }), forecasts: [] }]);
          const line = text.split('\n').find((candidate) => candidate.startsWith('linborg_server_state{'))!;
          const quoted = /server="((?:[^"\\]|\\.)*)"/.exec(line)![1]!;
          expect(quoted.replace(/\\(.)/g, (_, escaped) => (escaped === 'n' ? '\n' : escaped))).toBe(name);
        },
      ),
    );
  });
});
