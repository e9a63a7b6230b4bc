/** Everything scored of one data set, gathered server by server and summed up at the end. */
import type { DatasetReport, DrawnForecast, DrawnSeries, Method } from '../report/reportData.js';
import type { BootstrapSettings } from './bootstrap.js';
import { Extremes } from './extremes.js';
import { bestNaive, compareMethods, flooredRatio, MASE_FLOOR } from './ratios.js';
import { groupsBy, groupsByHorizon, scoreGroup } from './scoreGroups.js';
import type { SeriesScore } from './seriesScore.js';
import type { KeptForecast, SeriesResult } from './serverScorer.js';

/** Series drawn at each end. */
const DRAWN_SERIES = 10;
/** Of them of one metric, so that one that is easy or hard everywhere does not hide the others. */
const DRAWN_OF_METRIC = 2;
/** Column of what was served among the methods. */
const SERVED = 0;
const LOW = 0;
const MEDIAN = 1;
const HIGH = 2;
const LEVELS = 3;

interface KeptSeries {
  readonly score: SeriesScore;
  readonly kept: readonly KeptForecast[];
}

const DRAWING = {
  size: DRAWN_SERIES,
  kindOf: ({ score }: KeptSeries) => score.identity.metric,
  sizeOfKind: DRAWN_OF_METRIC,
};

export class DatasetScores {
  readonly #name: string;
  readonly #methods: readonly Method[];
  #servers = 0;
  readonly #scores: SeriesScore[] = [];
  readonly #notScored = new Map<string, number>();
  /** Per naive method, since which of them is the best is known at the end only. */
  readonly #extremes: ReadonlyMap<number, Extremes<KeptSeries>>;
  #firstOrigin = Number.POSITIVE_INFINITY;
  #lastOrigin = Number.NEGATIVE_INFINITY;

  constructor(name: string, methods: readonly Method[]) {
    this.#name = name;
    this.#methods = methods;
    this.#extremes = new Map(
      methods.flatMap(({ kind }, method) => (kind === 'naive' ? [[method, new Extremes<KeptSeries>(DRAWING)]] : [])),
    );
  }

  /** Notes a scored origin, epoch seconds. */
  noteOrigin(origin: number): void {
    this.#firstOrigin = Math.min(this.#firstOrigin, origin);
    this.#lastOrigin = Math.max(this.#lastOrigin, origin);
  }

  /** Takes a server in whose trace is at its end. */
  addServer(results: readonly SeriesResult[]): void {
    this.#servers++;
    for (const result of results) {
      if (result.kind === 'not scored') {
        this.#notScored.set(result.reason, (this.#notScored.get(result.reason) ?? 0) + 1);
        continue;
      }
      this.#scores.push(result.score);
      for (const [method, extremes] of this.#extremes) extremes.offer(ratioOf(result.score, method), result);
    }
  }

  report(bootstrap: BootstrapSettings): DatasetReport {
    // Not in the order in which they finished, which depends on how many ran side by side.
    const series = this.#scores.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
    const methods = this.#methods;
    const reference = bestNaive(series, methods, 'mase');
    return {
      name: this.#name,
      servers: this.#servers,
      series: series.length + [...this.#notScored.values()].reduce((sum, count) => sum + count, 0),
      scoredSeries: series.length,
      notScored: [...this.#notScored].map(([reason, count]) => ({ reason, series: count })),
      firstOrigin: Number.isFinite(this.#firstOrigin) ? this.#firstOrigin : null,
      lastOrigin: Number.isFinite(this.#lastOrigin) ? this.#lastOrigin : null,
      forecasts: series.reduce((sum, { origins }) => sum + origins, 0),
      ...compareMethods(series, methods, bootstrap),
      overall: scoreGroup('all', series, methods),
      byMetric: groupsBy(series, methods, ({ identity }) => identity.metric),
      byHorizon: groupsByHorizon(series, methods),
      byProfile: groupsBy(series, methods, ({ identity }) => identity.profile),
      outcomes: reference === undefined ? [] : series.map((score) => outcomeOf(score, reference)),
      ...this.#drawings(reference, series),
    };
  }

  #drawings(reference: number | undefined, series: readonly SeriesScore[]): Pick<DatasetReport, 'best' | 'worst'> {
    if (reference === undefined) return { best: [], worst: [] };
    const extremes = this.#extremes.get(reference)!;
    const firstNaive = this.#methods.findIndex(({ kind }) => kind === 'naive');
    const draw = (kept: KeptSeries) => drawnSeries(kept, reference, reference - firstNaive);
    // No series is both among the best and the worst.
    const ratios = series.map((score) => ratioOf(score, reference)).sort((a, b) => a - b);
    const middle = ratios[Math.ceil(ratios.length / 2) - 1]!;
    const isBetter = ({ score }: KeptSeries) => ratioOf(score, reference) <= middle;
    return {
      best: extremes.smallest.filter(isBetter).map(draw),
      worst: extremes.largest.filter((kept) => !isBetter(kept)).map(draw),
    };
  }
}

function keyOf({ identity }: SeriesScore): string {
  return `${identity.server}\n${identity.metric}`;
}

function ratioOf(score: SeriesScore, reference: number): number {
  return flooredRatio(score.figures(SERVED).mase, score.figures(reference).mase, MASE_FLOOR);
}

function outcomeOf(score: SeriesScore, reference: number) {
  const { inside, judged } = score.figures(SERVED);
  const { server, metric } = score.identity;
  return { server, metric, ratio: ratioOf(score, reference), coverage: inside / judged };
}

function drawnSeries({ score, kept }: KeptSeries, reference: number, naive: number): DrawnSeries {
  return {
    ...outcomeOf(score, reference),
    profile: score.identity.profile,
    mase: score.figures(SERVED).mase,
    naiveMase: score.figures(reference).mase,
    forecasts: kept.map((forecast) => drawnForecast(forecast, naive)),
  };
}

function drawnForecast({ origin, history, served, actual, naive }: KeptForecast, column: number): DrawnForecast {
  const level = (q: number) => Array.from(actual, (_, h) => rounded(served[h * LEVELS + q]!));
  return {
    origin,
    history: Array.from(history, orNull),
    p10: level(LOW),
    p50: level(MEDIAN),
    p90: level(HIGH),
    actual: Array.from(actual, orNull),
    naive: Array.from(naive[column]!, rounded),
  };
}

function orNull(value: number): number | null {
  return Number.isNaN(value) ? null : rounded(value);
}

/** Finer than a plot can show. */
function rounded(value: number): number {
  return Number(value.toPrecision(5));
}
