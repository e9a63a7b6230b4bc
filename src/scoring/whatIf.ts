/** Windows with one metric moved to its good side: what the model and the score are asked again. */
import type { Counterfactual, MetricChange } from '../core/explanation.js';
import { type Frame, RISK_COLORS, type Risk, type TimeToThreshold } from '../core/flow.js';
import { unitSuffix, upperBound } from '../core/metrics.js';
import { figure } from './figure.js';
import { colorOf } from './riskLevel.js';

/**
 * Hours up to now whose values are moved: as long as the line through the last values is drawn from, so that a trend goes on
 * from the new level instead of being read off the jump.
 */
export const MOVED_HOURS = 4;

/** Steps that are tried: points of a percentage, shares of any other value. */
const POINTS = [5, 10, 15, 20, 30, 40, 60];
const SHARES = [0.1, 0.2, 0.3, 0.5, 0.7, 0.9];

/** As good as the best change is one that brings this share of what it brings. */
const RELIEF_SHARE = 0.8;

/** Every metric is also tried on the good side of its threshold: by this share of it, for a percentage by so many points at least. */
const CLEARANCE_SHARE = 0.1;
const CLEARANCE_POINTS = 2;

/** A metric and where it stands. */
export interface MovableMetric {
  readonly metric: string;
  readonly direction: TimeToThreshold['direction'];
  readonly threshold: number;
  /** The newest value. */
  readonly from: number;
}

/** The changes of a metric that are worth trying, small ones first; none that would leave the metric's bounds. */
export function changesOf({ metric, direction, threshold, from }: MovableMetric): MetricChange[] {
  const bound = upperBound(metric);
  const sign = direction === 'above' ? -1 : 1;
  const clearance = Math.max(CLEARANCE_SHARE * threshold, bound === 100 ? CLEARANCE_POINTS : 0);
  const steps = [
    ...(bound === 100 ? POINTS : SHARES.map((share) => share * from)),
    sign * (threshold - from) + clearance,
  ];
  return steps
    .filter((step) => step > 0)
    .sort((a, b) => a - b)
    .map((step) => ({ metric, from, to: from + sign * step }))
    .filter(({ to }) => to >= 0 && to <= bound);
}

/** The frame as it would be had the metric been moved for MOVED_HOURS, in memory of its own. Without changes, a copy. */
export function changeFrame(frame: Frame, changes: readonly MetricChange[]): Frame {
  const { newest, capacity, stepSeconds, metrics } = frame;
  const values = Float32Array.from(frame.values);
  const buckets = Math.min(capacity, Math.round((MOVED_HOURS * 3600) / stepSeconds));
  for (const { metric, from, to } of changes) {
    const row = metrics.indexOf(metric) * capacity;
    for (let bucket = Math.max(0, newest - buckets + 1); bucket <= newest; bucket++) {
      const at = row + (bucket % capacity);
      // NaN, a bucket without a sample, stays NaN.
      values[at] = Math.min(Math.max(values[at]! + to - from, 0), upperBound(metric));
    }
  }
  return { ...frame, values };
}

/** What came of one change. */
export interface Trial {
  readonly changes: readonly MetricChange[];
  readonly risk: Risk;
}

/**
 * The trial of a metric that is worth telling: the smallest change that takes the score to a better color, else the smallest
 * that is nearly as good as the best one.
 * @param trials  of one metric, small changes first; at least one
 */
export function chooseTrial<T extends Trial>(before: Risk, trials: readonly T[]): T {
  const rank = ({ score }: Risk) => RISK_COLORS.indexOf(colorOf(score));
  const relief = ({ risk }: Trial) => before.score - risk.score;
  const best = trials.reduce((a, b) => (relief(b) > relief(a) ? b : a));
  return (
    trials.find(({ risk }) => rank(risk) < rank(before)) ??
    trials.find((trial) => relief(trial) > 0 && relief(trial) >= RELIEF_SHARE * relief(best)) ??
    best
  );
}

/** A trial in words and numbers. */
export function describeTrial(before: Risk, { changes, risk: after }: Trial): Counterfactual {
  const told = {
    changes,
    hours: MOVED_HOURS,
    scoreBefore: before.score,
    scoreAfter: after.score,
    colorBefore: colorOf(before.score),
    colorAfter: colorOf(after.score),
    probabilityBefore: before.incidentProbability['8h'],
    probabilityAfter: after.incidentProbability['8h'],
  };
  const scenario = `${changes.map(describeChange).join(' and ')} (for the last ${MOVED_HOURS} h)`;
  return { ...told, scenario, recommendation: recommend(told) };
}

/** E.g. "mem_used_pct falls by 15 points, from 95 % to 80 %". */
function describeChange({ metric, from, to }: MetricChange): string {
  const verb = to < from ? 'falls' : 'rises';
  const by = `${figure(Math.abs(to - from))}${upperBound(metric) === 100 ? ' points' : unitSuffix(metric)}`;
  return `${metric} ${verb} by ${by}, from ${figure(from)}${unitSuffix(metric)} to ${figure(to)}${unitSuffix(metric)}`;
}

type Told = Omit<Counterfactual, 'scenario' | 'recommendation'>;

function recommend({ changes, scoreBefore, scoreAfter, colorBefore, colorAfter }: Told): string {
  const what = changes.map(({ metric, to }) => `${metric} at ${figure(to)}${unitSuffix(metric)}`).join(' and ');
  const scores = `${figure(scoreBefore)} → ${figure(scoreAfter)}`;
  if (colorAfter !== colorBefore && scoreAfter < scoreBefore) {
    return `${what} would take the risk from ${colorBefore} to ${colorAfter} (${scores})`;
  }
  if (scoreBefore - scoreAfter >= 1) return `${what} would ease the risk (${scores}), which stays ${colorAfter}`;
  return `${what} alone would not lower the risk (${scores})`;
}
