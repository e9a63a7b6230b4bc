import fc from 'fast-check';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { loadConfigFile } from '../../../src/app/configFile.js';
import { figuresOf, ownSamples, ownWindow, recallOwn } from '../../../src/app/service/ownFigures.js';
import { type OpenOptions, Pipeline, type PipelineCycle } from '../../../src/app/service/pipeline.js';
import type { Frame, SampleBatch } from '../../../src/core/flow.js';
import { type OWN_METRICS, OWN_SUBJECT, type OwnFigures } from '../../../src/core/ownFigures.js';
import { seededRandom } from '../../../src/core/random.js';
import type { PullSummary } from '../../../src/sources/source.js';
import { WindowStore } from '../../../src/windows/store.js';
import { makeFleetReport } from '../../exposition/fleetReport.js';
import { hasPrometheus } from '../../sources/fixtures/realPrometheus.js';
import { writeConfiguration } from '../fixtures/configuration.js';
import { DAY, type FleetPrometheus, startFleetPrometheus } from '../fixtures/fleet.js';
import { WINDOWS } from '../fixtures/frames.js';

const HOUR = 3600;
const STEP = 300;
const SILENT = pino({ level: 'silent' });
/** The start of a bucket. */
const FIRST = Math.floor(Date.now() / 1000 / STEP) * STEP - 3 * HOUR;

/** An ordinary cycle of a linborg that has little to do. */
function ordinary(random: () => number): OwnFigures {
  const around = (value: number) => value * (0.9 + 0.2 * random());
  return {
    linborg_cycle_seconds: around(0.8),
    linborg_pull_seconds: around(0.2),
    linborg_forecast_seconds: around(0.5),
    linborg_pulled_samples: around(60),
    linborg_failed_queries: 0,
    linborg_resident_memory_bytes: around(5e8),
  };
}

/** The last hours before `until` as another pipeline knew them. */
function pastFigures(hours: number, until: number): SampleBatch {
  const random = seededRandom(3);
  const store = new WindowStore(WINDOWS);
  for (let at = until - hours * HOUR; at < until; at += 60) store.ingest(ownSamples(ordinary(random), at, new Set()));
  return ownWindow(store.frame(OWN_SUBJECT, until)!, until);
}

describe('the figures of a cycle', () => {
  const pulls = [
    { durationSeconds: 0.25, samples: 40, queriesFailed: 1 },
    { durationSeconds: 0.5, samples: 2, queriesFailed: 2 },
  ] as unknown as PullSummary[];
  const accuracy = [
    { metric: 'mem_used_pct', horizon: '1h', mase: 0.5 },
    { metric: 'cpu_user_pct', horizon: '1h', mase: 0.75 },
    { metric: 'net_in_mb_s', horizon: '1h', mase: Number.NaN },
    { metric: 'cpu_user_pct', horizon: '8h', mase: 3 },
  ];
  const cycle = {
    ...{ failedSeries: 4, truth: { accuracy }, fleet: makeFleetReport(FIRST) },
    work: { pulls, forecastSeconds: 0.125, workerDeaths: 1 },
  } as unknown as PipelineCycle;
  const costs = { seconds: 1, droppedSeries: 7, residentBytes: 1e8 };

  it('are what its sources, workers and doors did, and how well the fleet is forecast', () => {
    expect(figuresOf(cycle, costs)).toEqual({
      linborg_cycle_seconds: 1,
      linborg_pull_seconds: 0.5,
      linborg_forecast_seconds: 0.125,
      linborg_pulled_samples: 42,
      linborg_failed_queries: 3,
      linborg_failed_series: 4,
      linborg_failed_cycles_ratio: 0,
      linborg_worker_deaths: 1,
      linborg_dropped_series: 7,
      linborg_outside_ratio: 0.5,
      linborg_mase: 0.625,
      linborg_resident_memory_bytes: 1e8,
    } satisfies Record<(typeof OWN_METRICS)[number], number>);
  });

  it('are none for a cycle that read the whole history, which no later one does', () => {
    expect(figuresOf({ ...cycle, work: { ...cycle.work, pulls: undefined } }, costs)).toBeUndefined();
  });

  it('are unknown where nothing was judged, not 0', () => {
    const fleet = makeFleetReport(FIRST, {
      anomalies: new Map([[OWN_SUBJECT, [{ metric: 'linborg_mase', score: 2 }]]]),
    });
    const figures = figuresOf({ ...cycle, fleet, truth: undefined }, costs);
    expect(figures).toMatchObject({ linborg_outside_ratio: Number.NaN, linborg_mase: Number.NaN });
  });

  it('leave out names that a target of the configuration has', () => {
    const { series } = ownSamples({ linborg_mase: 1, linborg_cycle_seconds: 2 }, FIRST, new Set(['linborg_mase']));
    expect(series.map(({ metric }) => metric)).toEqual(['linborg_cycle_seconds']);
  });
});

describe('the window of own figures', () => {
  it('is the same in the store that it is carried over into', () => {
    const value = fc.option(fc.float({ min: 0, max: 1e9, noNaN: true }), { nil: undefined });
    const cycles = fc.array(fc.record({ linborg_cycle_seconds: value, linborg_mase: value }), {
      minLength: 1,
      maxLength: 80,
    });
    fc.assert(
      fc.property(cycles, (all) => {
        const [before, after] = [new WindowStore(WINDOWS), new WindowStore(WINDOWS)];
        all.forEach((figures, i) => {
          const known = Object.entries(figures).filter(([, one]) => one !== undefined);
          before.ingest(ownSamples(Object.fromEntries(known) as OwnFigures, FIRST + 60 * i, new Set()));
        });
        const at = FIRST + 60 * all.length;
        const frame = before.frame(OWN_SUBJECT, at);
        if (frame === undefined) return;
        after.ingest(ownWindow(frame, at));
        expect(valuesOf(after.frame(OWN_SUBJECT, at)!)).toEqual(valuesOf(frame));
      }),
    );
  });

  it('is recalled from what a Prometheus recorded at the ends of its buckets, and does without one that fails', async () => {
    const asked: unknown[] = [];
    const none = async function* () {};
    const common = { history: none, increment: none, close: () => {} };
    const failing = { ...common, name: 'failing', recorded: () => Promise.reject(new Error('HTTP 500')) };
    const knowing = {
      ...{ ...common, name: 'knowing' },
      recorded: async (expr: string, range: unknown) => {
        asked.push(expr, range);
        return [
          { labels: { metric: 'linborg_cycle_seconds' }, times: [FIRST - 300, FIRST], values: [1, 2] },
          { labels: { metric: 'linborg_unheard_of' }, times: [FIRST], values: [3] },
        ];
      },
    };
    const sources = [failing, { ...common, name: 'recording nothing' }, knowing];
    const wanted = { at: FIRST + 70, historySeconds: 8 * DAY, stepSeconds: STEP, selector: '', log: SILENT };
    const { series } = await recallOwn({ sources, ...wanted });
    expect(series).toEqual([
      {
        ...{ server: OWN_SUBJECT, metric: 'linborg_cycle_seconds' },
        ...{ times: Float64Array.of(FIRST - 600, FIRST - 300), values: Float64Array.of(1, 2) },
      },
    ]);
    expect(asked[1]).toEqual({ from: FIRST - 8 * DAY + STEP, to: FIRST, stepSeconds: STEP });
  });
});

/** Known values by metric and bucket. */
function valuesOf({ metrics, values, capacity, newest }: Frame): Record<string, Record<number, number>> {
  const own = (row: number) => {
    const known: [number, number][] = [];
    for (let bucket = newest - capacity + 1; bucket <= newest; bucket++) {
      const value = values[row * capacity + (bucket % capacity)]!;
      if (!Number.isNaN(value)) known.push([bucket, value]);
    }
    return Object.fromEntries(known);
  };
  const rows = metrics.map((metric, row) => [metric, own(row)] as const);
  return Object.fromEntries(rows.filter(([, known]) => Object.keys(known).length > 0));
}

describe.runIf(hasPrometheus)('linborg as a category', () => {
  let fleet: FleetPrometheus;
  const pipelines: Pipeline[] = [];
  beforeAll(async () => {
    fleet = await startFleetPrometheus({ servers: 2, days: 1, until: Date.now() / 1000 });
  });
  afterEach(() => Promise.all(pipelines.splice(0).map((pipeline) => pipeline.close())));
  afterAll(() => fleet?.prometheus.stop());

  async function open(options: OpenOptions = {}, keys: Record<string, unknown> = {}): Promise<Pipeline> {
    const config = await loadConfigFile(writeConfiguration({ url: fleet.prometheus.url, keys }));
    const nothing = { onPull: () => {}, onDropped: () => {}, onHistory: () => {} };
    const pipeline = await Pipeline.open(config, SILENT, nothing, options);
    pipelines.push(pipeline);
    return pipeline;
  }
  const aiEngine = ({ fleet: { categories } }: PipelineCycle) =>
    categories.find(({ category }) => category === 'ai_engine');
  const ownForecasts = ({ servers }: PipelineCycle) =>
    servers.find(({ frame }) => frame.server === OWN_SUBJECT)?.forecasts.map(({ metric }) => metric) ?? [];

  it('is judged by its own past: not at all at first, well while it is as usual, and an anomaly once it gets slow', async () => {
    const pipeline = await open({ own: pastFigures(6, FIRST) });
    const random = seededRandom(4);
    const cycle = async (step: number, slowness: number) => {
      const at = FIRST + step * STEP + 60;
      const { linborg_cycle_seconds: seconds, linborg_forecast_seconds: forecasting, ...rest } = ordinary(random);
      const slow = { linborg_cycle_seconds: slowness * seconds!, linborg_forecast_seconds: slowness * forecasting! };
      pipeline.noteOwn({ ...rest, ...slow, linborg_pull_seconds: slowness * rest.linborg_pull_seconds! }, at - 1);
      return pipeline.cycle(at);
    };
    const first = await cycle(0, 1);
    expect(ownForecasts(first)).toContain('linborg_cycle_seconds');
    expect(aiEngine(first)).toBeUndefined();
    for (let step = 1; step < 19; step++) await cycle(step, 1);
    expect(aiEngine(await cycle(19, 1))).toMatchObject({ judged: 6, severity: undefined });
    for (let step = 20; step < 26; step++) await cycle(step, 6);
    const last = await cycle(26, 6);
    const judged = new Set(last.truth!.accuracy.map(({ metric }) => metric));
    expect(judged).toContain('mem_used_pct');
    expect([...judged].filter((metric) => metric.startsWith('linborg_'))).toEqual([]);
    const anomalous = aiEngine(last)!;
    expect(anomalous.severity).toBeDefined();
    expect(anomalous.recommendedAction).toMatch(/linborg_\w+_seconds of linborg was above what was forecast/);
  }, 120_000);

  it('goes on after a restart with what Prometheus recorded of it, and after a reload with what it had', async () => {
    const points = Array.from({ length: 300 }, (_, i): [number, number] => [FIRST - 300 * 60 + (i + 1) * 60, 0.5]);
    const labels = { __name__: 'linborg_metric_value', server: OWN_SUBJECT, metric: 'linborg_cycle_seconds' };
    await fleet.prometheus.write([{ labels: { ...labels, instance: 'a:9877' }, points }]);
    const restarted = await open();
    expect(ownForecasts(await restarted.cycle(FIRST))).toEqual(['linborg_cycle_seconds']);
    restarted.noteOwn({ linborg_mase: 0.75 }, FIRST + 60);
    await restarted.cycle(FIRST + 120);
    const reloaded = await open({ own: restarted.ownFigures(FIRST + 120)! });
    const { servers } = await reloaded.cycle(FIRST + 180);
    const { frame } = servers.find((view) => view.frame.server === OWN_SUBJECT)!;
    const known = valuesOf(frame);
    expect(Object.keys(known['linborg_cycle_seconds']!)).toHaveLength(60);
    expect(Object.values(known['linborg_mase']!)).toEqual([0.75]);
  }, 60_000);

  it('goes on with its own past alone where the Prometheus knows another linborg, and it is told which it is', async () => {
    const pulling = (job: string, seconds: number) => ({
      labels: {
        ...{ __name__: 'linborg_metric_value', server: OWN_SUBJECT, metric: 'linborg_pull_seconds' },
        ...{ job, instance: `${job}:9877` },
      },
      points: Array.from({ length: 60 }, (_, i): [number, number] => [FIRST - 3600 + (i + 1) * 60, seconds]),
    });
    await fleet.prometheus.write([pulling('linborg-eu', 1), pulling('linborg-us', 99)]);
    const secondsOf = async (selector: string) => {
      const pipeline = await open({}, { historical: { selector } });
      await pipeline.cycle(FIRST + 60);
      const { series } = pipeline.ownFigures(FIRST + 60)!;
      return new Set(series.find(({ metric }) => metric === 'linborg_pull_seconds')!.values);
    };
    expect(await secondsOf('job="linborg-eu"')).toEqual(new Set([1]));
    expect(await secondsOf('')).toEqual(new Set([50]));
  }, 60_000);
});
