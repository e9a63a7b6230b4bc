/** The forecasts that Prometheus recorded from /metrics before a restart. */
import type { Logger } from 'pino';
import { ownSeries } from '../../core/ownSeries.js';
import { TRUTH_HORIZONS, type TruthHorizon } from '../../core/truth.js';
import type { RecordedSeries, Source } from '../../sources/source.js';
import type { RecordedForecast } from '../../truth/truth.js';

/** How far back, and how densely: enough for a verdict per metric, little enough for one answer. */
const SPAN_SECONDS = 86_400;
const EVERY_SECONDS = 7200;
/**
 * A scrape shows the cycle before it, and is itself some seconds old when it is read: so late in a bucket, what is read was forecast
 * in that bucket, unless cycles and scrapes are four minutes apart.
 */
const LATE_IN_BUCKET_SECONDS = 240;

type Levels = { -readonly [level in 'p10' | 'p50' | 'p90']: number };

export interface ReadingParts {
  readonly sources: readonly Source[];
  /** Epoch seconds up to which to read. */
  readonly at: number;
  /** Of the forecasts' buckets. */
  readonly stepSeconds: number;
  /** Label matchers of linborg's own series; without, those of all linborgs that Prometheus knows. */
  readonly selector: string;
  readonly log: Logger;
}

/** What was forecast in the last day, by server. A source that has nothing, or fails, costs its own part only. */
export async function readRecorded({
  sources,
  at,
  stepSeconds,
  selector,
  log,
}: ReadingParts): Promise<Map<string, RecordedForecast[]>> {
  const byServer = new Map<string, RecordedForecast[]>();
  const to = Math.floor((at - LATE_IN_BUCKET_SECONDS) / stepSeconds) * stepSeconds + LATE_IN_BUCKET_SECONDS;
  const range = { from: to - SPAN_SECONDS, to, stepSeconds: EVERY_SECONDS };
  for (const source of sources) {
    for (const horizon of TRUTH_HORIZONS) {
      try {
        const series = await source.recorded?.(
          ownSeries('linborg_forecast_value', selector, `horizon="${horizon}"`),
          range,
        );
        if (series) addSeries(series, { horizon, stepSeconds }, byServer);
      } catch (error) {
        log.debug({ source: source.name, reason: (error as Error).message }, 'recorded forecasts could not be read');
      }
    }
  }
  return byServer;
}

/** Puts the levels of one forecast together. */
function addSeries(
  series: readonly RecordedSeries[],
  { horizon, stepSeconds }: { readonly horizon: TruthHorizon; readonly stepSeconds: number },
  byServer: Map<string, RecordedForecast[]>,
): void {
  const forecasts = new Map<string, { server: string; metric: string; origin: number; levels: Levels }>();
  for (const { labels, times, values } of series) {
    const { server, metric, level } = labels;
    if (server === undefined || metric === undefined || !isLevel(level)) continue;
    Array.from(times).forEach((time, i) => {
      const origin = Math.floor(time / stepSeconds);
      const key = `${server}\n${metric}\n${origin}`;
      const none = { p10: Number.NaN, p50: Number.NaN, p90: Number.NaN };
      const forecast = forecasts.get(key) ?? { server, metric, origin, levels: none };
      forecasts.set(key, forecast);
      forecast.levels[level] = values[i]!;
    });
  }
  for (const { server, metric, origin, levels } of forecasts.values()) {
    const list = byServer.get(server) ?? [];
    byServer.set(server, list);
    list.push({ metric, horizon, origin, ...levels });
  }
}

function isLevel(level: string | undefined): level is keyof Levels {
  return level === 'p10' || level === 'p50' || level === 'p90';
}
