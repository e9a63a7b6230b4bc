/** The body of /explain/{server}: the fields of the older daemons, each of them computed, and more. */
import type { Counterfactual, ExplainedMetric, Explanation, NamedShare } from '../../core/explanation.js';
import type { Risk } from '../../core/flow.js';
import { PROFILE_DISPLAY_NAMES } from '../../core/profiles.js';
import { roundMeasure } from '../seriesText.js';
import { byHorizon } from './byHorizon.js';
import { isoTime } from './timestamp.js';

const MOST_FEATURES = 10;
const STARS = 5;

export function explanationView({ risk, metrics, counterfactuals, attentionWords }: Explanation) {
  return {
    server_name: risk.server,
    profile: PROFILE_DISPLAY_NAMES[risk.profile],
    prediction: {
      risk_score: roundMeasure(risk.score),
      alert_level: risk.alertLevel,
      color: risk.color,
      color_since: risk.colorSince === undefined ? null : isoTime(risk.colorSince),
      incident_probability: byHorizon(risk.incidentProbability),
    },
    shap: { method: 'exact_shapley', unit: 'points of the risk score', top_features: topFeatures(risk) },
    reasons: metrics.map(reasonView),
    attention: { focus_periods: metrics.flatMap(focusPeriods), analysis: attentionWords },
    variable_selection: metrics.flatMap(selectionView),
    counterfactuals: counterfactuals.map(counterfactualView),
    timestamp: isoTime(risk.at),
  };
}

/** `importance` is the share of the score that a metric explains, 0–1. */
function topFeatures({ score, contributions }: Risk) {
  return contributions.slice(0, MOST_FEATURES).map(({ metric, points }) => {
    const importance = points / score;
    const stars = Math.max(1, Math.round(STARS * importance));
    return {
      feature: metric,
      importance: roundMeasure(importance),
      stars: '★'.repeat(stars) + '☆'.repeat(STARS - stars),
      points: roundMeasure(points),
    };
  });
}

function reasonView({ contribution, ...metric }: ExplainedMetric) {
  const { trendPerHour } = contribution;
  return {
    metric: contribution.metric,
    points: roundMeasure(contribution.points),
    reason: contribution.reason,
    current: metric.current === undefined ? null : roundMeasure(metric.current),
    threshold: roundMeasure(metric.threshold),
    direction: metric.direction,
    breached: metric.breached,
    seconds_to_threshold: metric.seconds ?? null,
    trend_per_hour: trendPerHour === undefined ? null : roundMeasure(trendPerHour),
    incident_probability: metric.probability ? byHorizon(metric.probability) : null,
    served_by: byName(metric.servedBy),
  };
}

function focusPeriods({ contribution: { metric }, evidence }: ExplainedMetric) {
  return (evidence?.focus ?? []).map(({ fromHoursAgo, toHoursAgo, share, timesEven }) => ({
    metric,
    period: `${toHoursAgo}-${fromHoursAgo} h ago`,
    from_hours_ago: fromHoursAgo,
    to_hours_ago: toHoursAgo,
    attention: roundMeasure(share),
    times_even: roundMeasure(timesEven),
  }));
}

function selectionView({ contribution: { metric }, evidence }: ExplainedMetric) {
  if (evidence === undefined) return [];
  const { past, future, statics, candidates, attention } = evidence;
  return [
    {
      metric,
      past: byName(past),
      future: byName(future),
      static: byName(statics),
      candidates: byName(candidates),
      attention: byName(attention),
    },
  ];
}

/** `impact` is what the change does to the score, in points: below 0, the risk falls. */
function counterfactualView(told: Counterfactual) {
  return {
    scenario: told.scenario,
    impact: roundMeasure(told.scoreAfter - told.scoreBefore),
    recommendation: told.recommendation,
    changes: told.changes.map(({ metric, from, to }) => ({ metric, from: roundMeasure(from), to: roundMeasure(to) })),
    hours: told.hours,
    risk_before: roundMeasure(told.scoreBefore),
    risk_after: roundMeasure(told.scoreAfter),
    color_before: told.colorBefore,
    color_after: told.colorAfter,
    incident_probability_8h_before: roundMeasure(told.probabilityBefore),
    incident_probability_8h_after: roundMeasure(told.probabilityAfter),
  };
}

function byName(shares: readonly NamedShare[]) {
  return Object.fromEntries(shares.map(({ name, share }) => [name, roundMeasure(share)]));
}
