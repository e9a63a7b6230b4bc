/** “Can I trust it?” in five figures, for the fleet page and the trust page. */
import { describeDuration } from '../../core/duration.js';
import { medianOf } from '../../core/statistics.js';
import { BASELINES, type ForecastAccuracy, type ServingModel, type TruthReport } from '../../core/truth.js';
import { type Html, html } from './html.js';
import { describeNumber, describeRatio } from './words.js';

/** The shortest horizon that is judged. */
const FIRST_VERDICT_SECONDS = 1800;

/** @param more what stands at the right end of the heading, e.g. a link */
export function renderTrustSummary(truth: TruthReport | undefined, more?: Html): Html {
  return html`<section class="card trust" aria-label="Can I trust it?">
<div class="bar-head"><h2>Can I trust it?</h2><span class="small muted">forecasts that came due, against the samples</span><span class="end small">${more}</span></div>
${truth === undefined || countingSteps(truth) === 0 ? html`<p class="empty">${describeWaiting(truth)}</p>` : renderFigures(truth)}
</section>`;
}

/** Steps judged that live accuracy rests on. */
function countingSteps({ judged, judgedAtStart }: TruthReport): number {
  return judged + judgedAtStart.recorded;
}

/** Why there is no verdict yet, and when the first comes. */
function describeWaiting(truth: TruthReport | undefined): string {
  if (truth === undefined || Number.isNaN(truth.since)) {
    return 'Not judged yet: the first verdicts come due 30 min after the first forecasts.';
  }
  const wait = truth.since + FIRST_VERDICT_SECONDS - truth.at;
  const when = wait > 0 ? `come due in ${describeDuration(wait)}` : 'come with the next complete bucket';
  return `Not judged yet: the first verdicts ${when}.${describeHindsight(truth)}`;
}

function describeHindsight({ judgedAtStart: { hindcasts }, hindsight }: TruthReport): string {
  if (hindcasts === 0) return '';
  const { mase, skill, coverage } = summarize(hindsight);
  const figures = Number.isFinite(mase)
    ? ` Their error is ${mase.toFixed(2)} of that of “as a day ago” (median), the gain over the best of six baselines ${describeGain(skill)}, and ${describeRatio(coverage)} of the samples lie inside p10–p90.`
    : '';
  return ` Meanwhile ${describeNumber(hindcasts)} verdicts in hindsight, on forecasts of the last days made at the start, teach how to serve.${figures}`;
}

function renderFigures(truth: TruthReport): Html {
  const { mase, skill, coverage } = summarize(truth.accuracy);
  const past = Number.isFinite(skill) ? Number.NaN : summarize(truth.hindsight).skill;
  const general = truth.serving.filter(({ profile }) => profile === undefined);
  const byModel = general.filter(isModel).length;
  return html`<dl class="facts">
${fact('Error', Number.isFinite(mase) ? mase.toFixed(2) : '–', 'MASE, median; below 1 is better than “as a day ago at this time”')}
${
  Number.isFinite(past)
    ? fact(
        'Against the best baseline',
        describeGain(past),
        'in hindsight: the median gain over the best of six by hand',
      )
    : fact('Against the best baseline', describeGain(skill), 'median gain over the best of six by hand')
}
${fact('Inside p10–p90', Number.isFinite(coverage) ? describeRatio(coverage) : '–', '80% is meant')}
${fact('Served by the model', general.length === 0 ? '–' : `${byModel} of ${general.length}`, 'metrics; a baseline serves the others')}
${fact('Drift', driftWord(truth), 'today against the first days')}
</dl>`;
}

/** Medians of error and least gain over metrics and horizons, and the coverage of all; NaN where nothing is judged. */
function summarize(
  accuracy: readonly ForecastAccuracy[],
): Pick<ForecastAccuracy, 'mase' | 'coverage'> & { skill: number } {
  const entries = accuracy.filter(({ forecasts, mase }) => forecasts > 0 && Number.isFinite(mase));
  return {
    mase: medianOf(entries.map(({ mase }) => mase)),
    skill: medianOf(entries.map(leastSkill).filter(Number.isFinite)),
    coverage: meanCoverage(accuracy),
  };
}

function fact(name: string, figure: string, note: string): Html {
  return html`<div><dt>${name}</dt><dd><b>${figure}</b> <span class="small muted">${note}</span></dd></div>`;
}

/** Gain over the baseline that is hardest to beat; NaN where none is judged. */
export function leastSkill({ skill }: ForecastAccuracy): number {
  const values = Object.values(skill).filter(Number.isFinite);
  return values.length === 0 ? Number.NaN : Math.min(...values);
}

/** Whether a model serves, and not a baseline. */
export function isModel({ model }: ServingModel): boolean {
  return !BASELINES.some((baseline) => baseline === model);
}

/** A skill as a signed percentage: `+12%`, `−3%`; a dash where it is not known. */
export function describeGain(skill: number): string {
  if (!Number.isFinite(skill)) return '–';
  return `${isLoss(skill) ? '−' : '+'}${Math.round(100 * Math.abs(skill))}%`;
}

/** Below zero when rounded to whole percent. */
export function isLoss(skill: number): boolean {
  return skill <= -0.005;
}

/** Measures that are not known yet do not let it be within limits. */
function driftWord({ drift }: TruthReport): string {
  if (drift?.needsRetraining) return 'over a limit';
  const isKnown = drift !== undefined && [drift.per, drift.dss, drift.fds, drift.anomalyRate].every(Number.isFinite);
  return isKnown ? 'within limits' : 'not known yet';
}

function meanCoverage(accuracy: readonly ForecastAccuracy[]): number {
  const known = accuracy.filter(({ coverage }) => Number.isFinite(coverage));
  const all = known.reduce((sum, { forecasts }) => sum + forecasts, 0);
  return known.reduce((sum, { coverage, forecasts }) => sum + coverage * forecasts, 0) / all;
}
