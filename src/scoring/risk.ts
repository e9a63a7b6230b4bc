/** One server's risk: what its forecasts and its present state say about the next eight hours (docs/risk.md). */
import {
  type Forecast,
  type Frame,
  RISK_HORIZONS,
  type Risk,
  type RiskContribution,
  type RiskHorizon,
  type ThresholdOutlook,
  type TimeToThreshold,
} from '../core/flow.js';
import { upperBound } from '../core/metrics.js';
import { type BreachCurve, breachCurve, horizonCurve, stepsOver } from './breach.js';
import type { Threshold } from './limit.js';
import { presentValue } from './present.js';
import { explain, trendPerHour } from './reason.js';
import { alertLevelOf, colorOf } from './riskLevel.js';
import { shapleyPoints } from './shapley.js';
import { isBreach, timeToThreshold } from './timeToThreshold.js';

/** A certain breach this far ahead weighs half of one that is there: what can still be prevented in a working shift. */
const HALF_LIFE_SECONDS = 6 * 3600;

/** The part of a metric's weight that is reached at the threshold; the rest depends on how far beyond it is. */
export const SHARE_AT_THRESHOLD = 0.85;

/** Three quantiles cannot tell smaller probabilities from none. */
export const SMALLEST_PROBABILITY = 0.001;

/** Metrics of one server hurt together: half-way between one common cause and independent ones. */
const INDEPENDENT_SHARE = 0.5;

/** What one thresholded metric says. */
interface Judgement {
  readonly threshold: Threshold;
  readonly current: number | undefined;
  readonly times: TimeToThreshold | undefined;
  /** Of a new breach; undefined while it is breached, and without a forecast. */
  readonly probability: Readonly<Record<RiskHorizon, number>> | undefined;
  /** Its part in the noisy-or, 0–1. */
  readonly weight: number;
}

/**
 * The risk of one server at `at`.
 * @param forecasts   those of this server, in any order; metrics without a threshold are ignored
 * @param thresholds  settled for this server
 * @returns undefined if the server is stale or no thresholded metric has a forecast: then nothing is known
 */
export function scoreServer(
  frame: Frame,
  forecasts: readonly Forecast[],
  thresholds: readonly Threshold[],
  at: number,
): Risk | undefined {
  if (frame.state === 'stale') return undefined;
  const judgements = thresholds.map((threshold) => judge(frame, forecasts, threshold, at));
  const timesToThreshold = judgements.map((judgement) => judgement.times).filter((times) => times !== undefined);
  if (timesToThreshold.length === 0) return undefined;
  const score = 100 * noisyOr(judgements.map((judgement) => judgement.weight));
  return {
    server: frame.server,
    profile: frame.profile,
    at,
    score,
    color: colorOf(score),
    alertLevel: alertLevelOf(score),
    contributions: contributionsOf(frame, judgements),
    incidentProbability: incidentProbability(judgements),
    thresholds: judgements.filter(isKnown).map(outlookOf),
    timeToThreshold: timesToThreshold,
  };
}

function judge(frame: Frame, forecasts: readonly Forecast[], threshold: Threshold, at: number): Judgement {
  const current = presentValue(frame, threshold.metric);
  const forecast = forecasts.find(({ metric }) => metric === threshold.metric);
  const times = forecast && timeToThreshold(forecast, threshold, current, at);
  if (isBreach(current, threshold)) {
    const beyond = SHARE_AT_THRESHOLD + (1 - SHARE_AT_THRESHOLD) * excess(current!, threshold);
    return { threshold, current, times, probability: undefined, weight: threshold.severity * beyond };
  }
  if (forecast === undefined) return { threshold, current, times, probability: undefined, weight: 0 };
  const { probability, curve } = outlookFrom(forecast, threshold, at);
  return { threshold, current, times, probability, weight: threshold.severity * SHARE_AT_THRESHOLD * nearness(curve) };
}

/** The incident head's word where there is one, else what the quantiles alone say. */
function outlookFrom(forecast: Forecast, threshold: Threshold, at: number) {
  const { breachProbability } = forecast;
  if (breachProbability === undefined) {
    const curve = breachCurve(forecast, threshold, at);
    return { curve, probability: byHorizon((_, steps) => probabilityBy(curve, steps)) };
  }
  const curve = horizonCurve(forecast, breachProbability, at);
  return { curve, probability: byHorizon((k) => breachProbability[k]!) };
}

/** How far beyond the threshold a breach is: 0 at it, 1 at the metric's bound (infinitely far for one without). */
export function excess(value: number, threshold: Threshold): number {
  const limit = threshold.value;
  if (threshold.direction === 'below') return limit > 0 ? Math.min(1, (limit - value) / limit) : 1;
  const bound = upperBound(threshold.metric);
  if (bound === Number.POSITIVE_INFINITY) return value > 0 ? 1 - limit / value : 0;
  return bound > limit ? Math.min(1, (value - limit) / (bound - limit)) : 1;
}

/** Expected value of 2^(−time to breach / half-life), 0–1; no breach counts 0. */
function nearness({ probability, firstSeconds, stepSeconds }: BreachCurve): number {
  if (probability[probability.length - 1]! < SMALLEST_PROBABILITY) return 0;
  let expected = 0;
  let reached = 0;
  for (let step = 0; step < probability.length; step++) {
    if (probability[step] === reached) continue;
    expected += (probability[step]! - reached) * discountAt(firstSeconds + step * stepSeconds);
    reached = probability[step]!;
  }
  return expected;
}

/** What a breach so many seconds ahead counts, 0–1. */
export function discountAt(seconds: number): number {
  return 2 ** (-seconds / HALF_LIFE_SECONDS);
}

/** Probability of a breach within the first so many steps that are not over. */
function probabilityBy({ probability, firstSeconds, stepSeconds }: BreachCurve, steps: number): number {
  const last = stepsOver(firstSeconds, stepSeconds) + steps - 1;
  return probability[Math.min(last, probability.length - 1)] ?? 0;
}

/** Probability that any of the metrics is newly breached: between the largest of them and their independent union. */
function incidentProbability(judgements: readonly Judgement[]): Record<RiskHorizon, number> {
  const open = judgements.flatMap(({ probability }) => probability ?? []);
  return byHorizon((k) => {
    const single = open.map((probability) => probability[RISK_HORIZONS[k]!.name]);
    const survivesOne = 1 - Math.max(0, ...single);
    const survivesAll = 1 - noisyOr(single);
    return 1 - survivesOne ** (1 - INDEPENDENT_SHARE) * survivesAll ** INDEPENDENT_SHARE;
  });
}

function byHorizon(probabilityOf: (k: number, steps: number) => number): Record<RiskHorizon, number> {
  const entries = RISK_HORIZONS.map(({ name, steps }, k) => [name, probabilityOf(k, steps)] as const);
  return Object.fromEntries(entries) as Record<RiskHorizon, number>;
}

function isKnown({ current, probability }: Judgement): boolean {
  return current !== undefined || probability !== undefined;
}

function outlookOf({ threshold, current, probability }: Judgement): ThresholdOutlook {
  const { metric, value, usualPeak, direction, sustainedSeconds } = threshold;
  const breached = isBreach(current, threshold);
  const outlook = {
    ...{ metric, threshold: value, direction, sustainedSeconds, breached },
    ...(usualPeak !== undefined && { usualPeak }),
  };
  return probability === undefined ? outlook : { ...outlook, probability };
}

/** The probability that any of independent events with these probabilities comes true. */
export function noisyOr(parts: readonly number[]): number {
  return 1 - parts.reduce((product, part) => product * (1 - part), 1);
}

/** What each metric adds to the score, largest first. */
function contributionsOf(frame: Frame, judgements: readonly Judgement[]): RiskContribution[] {
  const points = shapleyPoints(judgements.map(({ weight }) => weight));
  return judgements
    .flatMap((judgement, i) => (judgement.weight > 0 ? [contributionOf(frame, judgement, points[i]!)] : []))
    .sort((a, b) => b.points - a.points);
}

function contributionOf(frame: Frame, judgement: Judgement, points: number): RiskContribution {
  const { threshold, times, current, probability } = judgement;
  const { metric } = threshold;
  const trend = trendPerHour(frame, frame.metrics.indexOf(metric));
  const reason = explain({ threshold, times, current, probability: probability?.['8h'], trend });
  return { metric, points, reason, ...(trend !== undefined && { trendPerHour: trend }) };
}
