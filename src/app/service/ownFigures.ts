/** What linborg tells of itself: one set of figures per cycle, as samples for its own window. */
import type { Logger } from 'pino';
import type { FleetReport } from '../../core/fleet.js';
import type { Frame, SampleBatch, SampleSeries } from '../../core/flow.js';
import { bucketValue } from '../../core/frame.js';
import { OWN_METRICS, OWN_SUBJECT, type OwnFigures, type OwnMetric } from '../../core/ownFigures.js';
import { ownSeries } from '../../core/ownSeries.js';
import type { TruthReport } from '../../core/truth.js';
import type { PullSummary, Source } from '../../sources/source.js';

/** What the parts of a cycle did. */
export interface CycleWork {
  /** By source; undefined where one of them read its whole history, which is no ordinary cycle. */
  readonly pulls: readonly PullSummary[] | undefined;
  /** Forecasting and scoring. */
  readonly forecastSeconds: number;
  /** Forecasting workers that died since the cycle before. */
  readonly workerDeaths: number;
}

/** What a cycle tells of itself and of the fleet. */
export interface OwnCycle {
  readonly work: CycleWork;
  readonly failedSeries: number;
  readonly fleet: Pick<FleetReport, 'anomalies'>;
  readonly truth: Pick<TruthReport, 'accuracy'> | undefined;
}

/** What only who publishes a cycle knows of it. */
export interface CycleCosts {
  readonly seconds: number;
  readonly droppedSeries: number;
  readonly residentBytes: number;
}

const NAMES: ReadonlySet<string> = new Set(OWN_METRICS);

/** Figures of a cycle that succeeded; undefined for one that read history, which says nothing of the ones after it. */
export function figuresOf({ work, failedSeries, fleet, truth }: OwnCycle, costs: CycleCosts): OwnFigures | undefined {
  const { pulls, forecastSeconds, workerDeaths } = work;
  if (pulls === undefined) return undefined;
  return {
    linborg_cycle_seconds: costs.seconds,
    linborg_pull_seconds: Math.max(...pulls.map(({ durationSeconds }) => durationSeconds)),
    linborg_forecast_seconds: forecastSeconds,
    linborg_pulled_samples: total(pulls.map(({ samples }) => samples)),
    linborg_failed_queries: total(pulls.map(({ queriesFailed }) => queriesFailed)),
    linborg_failed_series: failedSeries,
    linborg_failed_cycles_ratio: 0,
    linborg_worker_deaths: workerDeaths,
    linborg_dropped_series: costs.droppedSeries,
    linborg_outside_ratio: outsideRatio(fleet.anomalies),
    linborg_mase: meanMase(truth),
    linborg_resident_memory_bytes: costs.residentBytes,
  };
}

/** One sample per figure. @param without  names that the configuration uses for targets of its own: those are asked for there */
export function ownSamples(figures: OwnFigures, at: number, without: ReadonlySet<string>): SampleBatch {
  const series = Object.entries(figures).flatMap(([metric, value]): SampleSeries[] => {
    if (without.has(metric)) return [];
    return [{ server: OWN_SUBJECT, metric, times: Float64Array.of(at), values: Float64Array.of(value) }];
  });
  return { kind: 'samples', source: OWN_SUBJECT, at, series };
}

/** The whole own window, to be carried over into another. */
export function ownWindow(frame: Frame, at: number): SampleBatch {
  const { metrics, newest, capacity, stepSeconds } = frame;
  const buckets = Array.from({ length: capacity }, (_, i) => newest - capacity + 1 + i);
  const series = metrics.flatMap((metric, row): SampleSeries[] => {
    if (!isOwnMetric(metric)) return [];
    const known = buckets.filter((bucket) => !Number.isNaN(bucketValue(frame, row, bucket)));
    const times = Float64Array.from(known, (bucket) => bucket * stepSeconds);
    return [
      {
        server: OWN_SUBJECT,
        metric,
        times,
        values: Float64Array.from(known, (bucket) => bucketValue(frame, row, bucket)),
      },
    ];
  });
  return { kind: 'buckets', source: OWN_SUBJECT, at, series };
}

export interface RecallParts {
  readonly sources: readonly Source[];
  /** Epoch seconds up to which to read, and how far back. */
  readonly at: number;
  readonly historySeconds: number;
  readonly stepSeconds: number;
  /** Label matchers of linborg's own series; without, those of all linborgs that Prometheus knows. */
  readonly selector: string;
  readonly log: Logger;
}

/**
 * The own window as Prometheus recorded it from /metrics: what a restart begins with. Several linborgs that the selector
 * takes are averaged. A source that has nothing, or fails, costs its own part only.
 */
export async function recallOwn({ sources, at, selector, log, ...times }: RecallParts): Promise<SampleBatch> {
  const { historySeconds, stepSeconds } = times;
  const last = Math.floor(at / stepSeconds) * stepSeconds;
  // At the end of a bucket the newest value is the mean of nearly all of it.
  const range = { from: last - historySeconds + stepSeconds, to: last, stepSeconds };
  const own = ownSeries('linborg_metric_value', selector, `server="${OWN_SUBJECT}"`, `metric=~"${OWN_SUBJECT}_.+"`);
  const expr = `avg by (metric) (${own})`;
  const series: SampleSeries[] = [];
  for (const source of sources) {
    try {
      for (const { labels, times, values } of (await source.recorded?.(expr, range)) ?? []) {
        const { metric } = labels;
        if (metric === undefined || !isOwnMetric(metric)) continue;
        const starts = Float64Array.from(times, (time) => time - stepSeconds);
        series.push({ server: OWN_SUBJECT, metric, times: starts, values: Float64Array.from(values) });
      }
    } catch (error) {
      log.debug({ source: source.name, reason: (error as Error).message }, 'own figures of the past could not be read');
    }
  }
  return { kind: 'buckets', source: OWN_SUBJECT, at, series };
}

function isOwnMetric(metric: string): metric is OwnMetric {
  return NAMES.has(metric);
}

/** Share of the fleet's series that are out of what was forecast for now; NaN while none can be judged. */
function outsideRatio(anomalies: FleetReport['anomalies']): number {
  const scores = [...anomalies].flatMap(([server, own]) =>
    server === OWN_SUBJECT ? [] : own.map(({ score }) => score),
  );
  return scores.filter((score) => score > 1).length / scores.length;
}

/** Of the fleet's metrics, an hour ahead; NaN until some were judged. */
function meanMase(truth: OwnCycle['truth']): number {
  const judged = (truth?.accuracy ?? []).filter(({ horizon, mase }) => horizon === '1h' && !Number.isNaN(mase));
  return total(judged.map(({ mase }) => mase)) / judged.length;
}

function total(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0);
}
