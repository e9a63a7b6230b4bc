/** Finding methods and their scores in a report. */
import { isMeasured } from './figures.js';
import type {
  BacktestReport,
  DatasetReport,
  Estimate,
  Method,
  MethodRatio,
  MethodScore,
  ScoreGroup,
} from './reportData.js';

/** One data set beside the report that it belongs to. */
export interface DatasetView {
  readonly report: BacktestReport;
  readonly dataset: DatasetReport;
}

/** How a method is drawn: the best one by hand stands out from the other naive ones. */
export type MethodLook = 'served' | 'model' | 'yardstick' | 'best' | 'other';

/** How a method is drawn in every plot of this data set. */
export function methodLook({ dataset }: DatasetView, method: Method): MethodLook {
  if (method.kind !== 'naive') return method.kind;
  return method.id === dataset.bestNaive ? 'best' : 'other';
}

/** What people call the method; its id where the report does not list it. */
export function methodTitle(report: BacktestReport, id: string | null): string {
  return report.methods.find((method) => method.id === id)?.title ?? id ?? 'none';
}

/** The forecast that the report judges: what was served, or the model where nothing was blended. */
export function judgedMethod(report: BacktestReport): Method | undefined {
  return (
    report.methods.find(({ kind }) => kind === 'served') ??
    report.methods.find(({ kind }) => kind === 'model') ??
    report.methods.find(({ kind }) => kind === 'yardstick')
  );
}

/** Scores of a method in a group; undefined where it was not scored there. */
export function scoreOf(group: ScoreGroup, method: string | null | undefined): MethodScore | undefined {
  return group.scores.find((score) => score.method === method);
}

/** A method's errors over those of the best method by hand; undefined where it was not compared. */
export function ratioOf(dataset: DatasetReport, method: string | undefined): MethodRatio | undefined {
  return dataset.ratios.find((ratio) => ratio.method === method);
}

/** Median over the series of a data set; undefined where the method was not scored. */
export function medianMaseOf(dataset: DatasetReport, method: string): Estimate | undefined {
  return dataset.medianMase.find((entry) => entry.method === method)?.mase;
}

/** The naive method with the lowest median MASE within a group, chosen in hindsight. */
export function bestNaiveOf(report: BacktestReport, group: ScoreGroup): MethodScore | undefined {
  const naive = new Set(report.methods.filter(({ kind }) => kind === 'naive').map(({ id }) => id));
  let best: MethodScore | undefined;
  for (const score of group.scores) {
    if (!naive.has(score.method) || !isMeasured(score.mase)) continue;
    if (best === undefined || score.mase < best.mase!) best = score;
  }
  return best;
}

/** The quotient of two scores; undefined where either was not measured or the second is no larger than 0. */
export function quotientOf(score: number | null | undefined, against: number | null | undefined): number | undefined {
  if (!isMeasured(score) || !isMeasured(against) || against <= 0) return undefined;
  const quotient = score / against;
  return Number.isFinite(quotient) ? quotient : undefined;
}

/** `uncertain`: the interval holds 1, or there is no interval to tell. */
export type Verdict = 'better' | 'worse' | 'uncertain';

/** Whether a quotient lies on one side of 1 with its whole interval. */
export function verdictOf(ratio: Estimate | undefined): Verdict | undefined {
  if (!ratio || !isMeasured(ratio.value)) return undefined;
  if (isMeasured(ratio.high) && ratio.high < 1) return 'better';
  if (isMeasured(ratio.low) && ratio.low > 1) return 'worse';
  return 'uncertain';
}
