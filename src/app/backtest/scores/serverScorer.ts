/** Scores the forecasts of one server as they come, series by series. */
import { asFloat32 } from '../../../core/float32.js';
import { type Forecast, HORIZON_STEPS, QUANTILE_LEVELS } from '../../../core/flow.js';
import { type MaseScale, maseScale } from '../../../core/maseScale.js';
import { upperBound } from '../../../core/metrics.js';
import type { ForecastDetails } from '../../forecasting/forecastFrames.js';
import type { Method } from '../report/reportData.js';
import { type ServerTrace, valuesAfter } from '../serverTrace.js';
import { columnOf, NAIVE_COLUMNS } from './methods.js';
import { NaiveQuantiles } from './naiveQuantiles.js';
import { SeriesScore } from './seriesScore.js';

/** A forecast kept for drawing. */
export interface KeptForecast {
  /** Epoch seconds. */
  readonly origin: number;
  /** [HISTORY_DRAWN] up to the origin. */
  readonly history: Float64Array;
  /** [HORIZON_STEPS × QUANTILE_LEVELS] */
  readonly served: Float32Array;
  readonly actual: Float64Array;
  /** Per naive method [HORIZON_STEPS]. */
  readonly naive: readonly Float32Array[];
}

/** One forecast with all that stood behind it. */
export interface JudgedForecast {
  readonly forecast: Forecast;
  readonly details: ForecastDetails;
  /** The second model's; undefined if there is none or it failed. */
  readonly yardstick: Forecast | undefined;
  /** Whether it feeds the naive methods' quantiles. */
  readonly isTick: boolean;
  /** Which scored origin it is; undefined if it is none. */
  readonly originIndex: number | undefined;
}

export type SeriesResult =
  | { readonly kind: 'scored'; readonly score: SeriesScore; readonly kept: readonly KeptForecast[] }
  | { readonly kind: 'not scored'; readonly reason: string };

interface SeriesState {
  readonly scale: MaseScale;
  readonly score: SeriesScore;
  readonly quantiles: NaiveQuantiles;
  readonly kept: KeptForecast[];
}

export interface ScorerSettings {
  readonly methods: readonly Method[];
  /** Bins of the trace that are in sample: the MASE scale is measured there. */
  readonly inSampleBins: number;
  /** Origins per server that were asked for. */
  readonly origins: number;
}

/** 24 h. */
const HISTORY_DRAWN = 288;
/** Half of the horizon must be known for an origin to be scored. */
const MIN_KNOWN = HORIZON_STEPS / 2;
/** A series is scored from this many origins on. */
const MIN_ORIGINS = 5;
const LEVELS = QUANTILE_LEVELS.length;

export class ServerScorer {
  readonly #trace: ServerTrace;
  readonly #settings: ScorerSettings;
  readonly #series = new Map<string, SeriesState>();
  /** Origins that are drawn where a series is among the best or the worst. */
  readonly #drawn: ReadonlySet<number>;

  constructor(trace: ServerTrace, settings: ScorerSettings) {
    this.#trace = trace;
    this.#settings = settings;
    const { origins, inSampleBins, methods } = settings;
    this.#drawn = new Set([1, 3, 5].map((sixth) => Math.floor((origins * sixth) / 6)));
    const { dataset, server, profile } = trace;
    for (const [metric, values] of trace.values) {
      const scale = maseScale(values, inSampleBins);
      const unit = scale.kind === 'scale' ? scale.value : Number.NaN;
      this.#series.set(metric, {
        scale,
        score: new SeriesScore({ dataset, server, metric, profile }, unit, methods.length),
        quantiles: new NaiveQuantiles(NAIVE_COLUMNS.length),
        kept: [],
      });
    }
  }

  /** Takes one forecast in; its truth is read from the trace only after it was made. */
  add({ forecast, details, yardstick, isTick, originIndex }: JudgedForecast): void {
    const { metric, origin, stepSeconds, values } = forecast;
    const state = this.#series.get(metric)!;
    const newest = Math.round(origin / stepSeconds);
    const column = this.#trace.values.get(metric)!;
    const naive = NAIVE_COLUMNS.map((candidate) => columnOf(details.candidates, candidate));
    // Forecasts have 32 bits: against a value of 64, one that is just what was forecast would lie beside it.
    state.quantiles.resolve(newest, (bin) => asFloat32(column[bin - this.#trace.first]!));
    if (isTick) state.quantiles.record(newest, naive);
    if (originIndex === undefined || state.scale.kind === 'none') return;
    const actual = valuesAfter(this.#trace, metric, newest, HORIZON_STEPS).map(asFloat32);
    if (actual.filter((value) => !Number.isNaN(value)).length < MIN_KNOWN) return;
    const hasYardstick = this.#settings.methods.some(({ kind }) => kind === 'yardstick');
    state.score.add(actual, [
      values,
      details.raw,
      ...(hasYardstick ? [yardstick?.values ?? NO_FORECAST] : []),
      ...naive.map((median, method) => state.quantiles.around(method, median, upperBound(metric))),
    ]);
    if (this.#drawn.has(originIndex)) {
      state.kept.push({ origin, history: this.#historyOf(column, newest), served: values.slice(), actual, naive });
    }
  }

  #historyOf(column: Float64Array, newest: number): Float64Array {
    const end = newest - this.#trace.first + 1;
    return column.slice(end - HISTORY_DRAWN, end);
  }

  /** What became of every series. */
  results(): SeriesResult[] {
    const needed = Math.min(MIN_ORIGINS, this.#settings.origins);
    return [...this.#series.values()].map(({ scale, score, kept }): SeriesResult => {
      if (scale.kind === 'none') return { kind: 'not scored', reason: scale.reason };
      if (score.origins === 0) return { kind: 'not scored', reason: 'no origin that could be scored' };
      if (score.origins < needed)
        return { kind: 'not scored', reason: `fewer than ${needed} origins that could be scored` };
      return { kind: 'scored', score, kept };
    });
  }
}

const NO_FORECAST = new Float32Array(HORIZON_STEPS * LEVELS).fill(Number.NaN);
