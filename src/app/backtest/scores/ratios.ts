/** How methods compare with the best naive one of a data set, chosen in hindsight: the hardest thing to beat by hand. */
import { medianOf } from '../../../core/statistics.js';
import type { DatasetReport, Method, MethodRatio } from '../report/reportData.js';
import {
  type BootstrapSettings,
  bootstrapGeometricMean,
  bootstrapMean,
  bootstrapMedian,
  type ServerValue,
} from './bootstrap.js';
import type { Figures, SeriesScore } from './seriesScore.js';

/** Below these, errors are rounding and quotients mean nothing. In units of the MASE scale. */
export const MASE_FLOOR = 0.05;
/** A single line has a pinball loss of half its error, an interval around it a little less. */
export const PINBALL_FLOOR = 0.02;
/** A series whose share of values inside p10–p90 lies here counts as calibrated. */
export const COVERAGE_BAND: readonly [number, number] = [0.7, 0.9];

type Comparison = Pick<DatasetReport, 'bestNaive' | 'bestNaivePinball' | 'ratios' | 'medianMase' | 'calibratedSeries'>;

/** Quotient of two errors, neither of them taken below the floor. */
export function flooredRatio(error: number, reference: number, floor: number): number {
  return Math.max(error, floor) / Math.max(reference, floor);
}

/** The naive method with the lowest median of a figure over the series; undefined without any. */
export function bestNaive(
  series: readonly SeriesScore[],
  methods: readonly Method[],
  figure: 'mase' | 'pinball',
): number | undefined {
  let best: number | undefined;
  let lowest = Number.POSITIVE_INFINITY;
  methods.forEach(({ kind }, method) => {
    if (kind !== 'naive') return;
    const median = medianOf(series.map((score) => score.figures(method)[figure]).filter(Number.isFinite));
    if (!(median < lowest)) return;
    lowest = median;
    best = method;
  });
  return best;
}

/** Compares every method over the series of one data set. */
export function compareMethods(
  series: readonly SeriesScore[],
  methods: readonly Method[],
  bootstrap: BootstrapSettings,
): Comparison {
  const figures = methods.map((_, method) => series.map((score) => score.figures(method)));
  const serverOf = indexServers(series);
  const byMase = bestNaive(series, methods, 'mase');
  const byPinball = bestNaive(series, methods, 'pinball');
  const quotients = (method: number, reference: number | undefined, figure: 'mase' | 'pinball'): ServerValue[] =>
    reference === undefined ? [] : quotientsOf(figures[method]!, figures[reference]!, figure, serverOf);
  const ratios = methods.flatMap(({ id, kind }, method): MethodRatio[] => {
    const mase = quotients(method, byMase, 'mase');
    if (kind === 'naive' || mase.length === 0) return [];
    const pinball = quotients(method, byPinball, 'pinball');
    return [
      {
        method: id,
        mase: bootstrapMean(mase, bootstrap),
        maseGeometric: bootstrapGeometricMean(mase, bootstrap),
        pinball: pinball.length === 0 ? null : bootstrapMean(pinball, bootstrap),
        pinballGeometric: pinball.length === 0 ? null : bootstrapGeometricMean(pinball, bootstrap),
      },
    ];
  });
  return {
    bestNaive: byMase === undefined ? null : methods[byMase]!.id,
    bestNaivePinball: byPinball === undefined ? null : methods[byPinball]!.id,
    ratios,
    medianMase: methods.flatMap(({ id }, method) => {
      const values = figures[method]!.map(({ mase }, i) => ({ server: serverOf[i]!, value: mase })).filter(
        ({ value }) => Number.isFinite(value),
      );
      return values.length === 0 ? [] : [{ method: id, mase: bootstrapMedian(values, bootstrap) }];
    }),
    calibratedSeries: methods.flatMap(({ id }, method) => calibratedShare(id, figures[method]!)),
  };
}

function quotientsOf(
  own: readonly Figures[],
  reference: readonly Figures[],
  figure: 'mase' | 'pinball',
  serverOf: readonly number[],
): ServerValue[] {
  const floor = figure === 'mase' ? MASE_FLOOR : PINBALL_FLOOR;
  return own
    .map((figures, i) => ({
      server: serverOf[i]!,
      value: flooredRatio(figures[figure], reference[i]![figure], floor),
    }))
    .filter(({ value }) => Number.isFinite(value));
}

function calibratedShare(method: string, figures: readonly Figures[]): DatasetReport['calibratedSeries'] {
  const judged = figures.filter((figure) => figure.judged > 0);
  if (judged.length === 0) return [];
  const [low, high] = COVERAGE_BAND;
  const share = (isWithin: (most: number, least: number) => boolean) => {
    const within = judged.filter(({ inside, onEdge, judged: all }) => isWithin(inside / all, (inside - onEdge) / all));
    return within.length / judged.length;
  };
  return [
    {
      method,
      share: share((coverage) => coverage >= low && coverage <= high),
      shareWithEdges: share((most, least) => most >= low && least <= high),
      series: judged.length,
    },
  ];
}

/** An index from 0 for the server of each series. */
function indexServers(series: readonly SeriesScore[]): number[] {
  const indexOf = new Map<string, number>();
  return series.map(({ identity }) => {
    const index = indexOf.get(identity.server) ?? indexOf.size;
    indexOf.set(identity.server, index);
    return index;
  });
}
