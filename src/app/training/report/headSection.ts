/** How well an incident head ranks breaches, and whether its probabilities come true. */
import { groupBy } from '../../../core/groupBy.js';
import { describeHorizon } from '../../../model/files/incidentCard.js';
import type { IncidentManifest } from '../../../model/files/manifest.js';
import { type Html, html } from '../../../web/pages/html.js';
import { describeCount, describeFixed, describeShare } from '../../backtest/report/figures.js';
import { renderReliabilityPlot } from '../../backtest/report/reliabilityPlot.js';
import { renderBoundedTable } from './boundedTable.js';
import { pooledReliability, type Question } from './pooledReliability.js';

/** A tenth of the probabilities that a question got for one horizon. */
interface PromisedTenth {
  readonly question: string;
  readonly horizon: string;
  readonly cases: number;
  readonly predicted: number;
  readonly observed: number;
}

export function renderHead(incident: IncidentManifest): Html {
  const { accuracy, outcome, rows, command, horizon_steps: steps } = incident;
  const horizons = steps.map(describeHorizon);
  return html`<section id="head"><h2>Incident head</h2><p>Outcome: ${outcome}; ${describeCount(rows)} cases. Command: <code>${command}</code></p>
${renderRanking(accuracy, horizons)}
<p class="small muted">AUROC is the chance that a moment before a breach gets a higher probability than one before none: 0.5 is guessing, 1 is always right.</p>
<h3>Do the probabilities come true?</h3>
${renderPlots(accuracy, horizons)}
${renderFarthest(accuracy, horizons)}</section>`;
}

function renderRanking(accuracy: readonly Question[], horizons: readonly string[]): Html {
  return renderBoundedTable({
    label: 'AUROC by question and horizon',
    header: ['Question', ...horizons.map((horizon) => `AUROC, ${horizon}`)],
    entries: accuracy,
    cells: (question) => [nameOf(question), ...question.auroc.map((area) => describeFixed(area, 3))],
    rank: ({ auroc }) => -Math.min(...auroc.filter((area) => area !== null)),
    ranked: 'with the lowest AUROC of a horizon',
  });
}

/** Thresholds with a plot of their own: as many as one compares at a glance. */
const MOST_PLOTS = 5;

/** Of all questions together, and of each threshold over all data sets, those with the most cases. */
function renderPlots(accuracy: readonly Question[], horizons: readonly string[]): Html {
  const plot = (title: string, questions: readonly Question[]) =>
    renderReliabilityPlot(`Reliability, ${title}`, pooledReliability(questions, horizons));
  const together = plot('all questions together', accuracy);
  if (together === undefined) return html`<p>No question had a case.</p>`;
  const casesOf = (questions: readonly Question[]) => questions.reduce((sum, { cases }) => sum + cases, 0);
  const byThreshold = [...groupBy(accuracy, thresholdOf)].sort(([, a], [, b]) => casesOf(b) - casesOf(a));
  const apart = byThreshold.length === 1 ? [] : byThreshold.slice(0, MOST_PLOTS);
  return html`<div class="charts">${together}${apart.flatMap(([threshold, questions]) => plot(threshold, questions) ?? [])}</div>`;
}

/** Fewer cases than this are told by chance. */
const MIN_CASES = 200;

function renderFarthest(accuracy: readonly Question[], horizons: readonly string[]): Html | undefined {
  const tenths = accuracy.flatMap((question) => tenthsOf(question, horizons)).filter(({ cases }) => cases >= MIN_CASES);
  if (tenths.length === 0) return undefined;
  const gap = ({ predicted, observed }: PromisedTenth) => Math.abs(predicted - observed);
  const farthestFirst = [...tenths].sort((a, b) => gap(b) - gap(a));
  return html`<h3>By question <span class="muted small">tenths of the probability with ${String(MIN_CASES)} cases or more, the farthest from what was given first</span></h3>${renderBoundedTable(
    {
      label: 'Reliability by question',
      header: ['Question', 'horizon', 'cases', 'probability given', 'share that came'],
      entries: farthestFirst,
      cells: ({ question, horizon, cases, predicted, observed }) => [
        question,
        horizon,
        describeCount(cases),
        describeShare(predicted),
        describeShare(observed),
      ],
      rank: gap,
      ranked: 'that are farthest off',
    },
  )}`;
}

function tenthsOf(question: Question, horizons: readonly string[]): PromisedTenth[] {
  return question.reliability.flatMap((bins, i) =>
    bins.map((bin) => ({ ...bin, question: nameOf(question), horizon: horizons[i] ?? '' })),
  );
}

function nameOf(question: Question): string {
  return `${question.dataset}, ${thresholdOf(question)}`;
}

function thresholdOf({ metric, threshold }: Question): string {
  return `${metric} at ${threshold}`;
}
