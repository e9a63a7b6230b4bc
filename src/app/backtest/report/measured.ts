/** What was measured and how: enough to judge the figures and to make them again. */
import { describeDuration } from '../../../core/duration.js';
import { type Html, html } from '../../../web/pages/html.js';
import {
  ABSENT,
  describeAmount,
  describeCount,
  describeFixed,
  describeMinute,
  describeMoment,
  describeShare,
  type Figure,
  isMeasured,
} from './figures.js';
import type { BacktestReport, BacktestSettings, DatasetReport } from './reportData.js';

export function renderMeasured(report: BacktestReport): Html {
  return html`<section id="measured"><h2>What was measured</h2>
<div class="card"><div class="scroll" tabindex="0" role="region" aria-label="Data sets"><table>
<thead><tr><th scope="col">Data set</th><th scope="col" class="number">servers</th><th scope="col" class="number">series scored</th><th scope="col" class="number">forecasts scored</th><th scope="col">first origin, UTC</th><th scope="col">last origin, UTC</th><th scope="col">not scored</th></tr></thead>
<tbody>${report.datasets.map(renderDataset)}</tbody></table></div></div>
<div class="card measured"><dl class="about">
${aboutRun(report).map(([term, text]) => html`<dt>${term}</dt><dd>${text}</dd>`)}
</dl></div></section>`;
}

function renderDataset(dataset: DatasetReport): Html {
  const left = dataset.notScored.map(
    ({ reason, series }) => `${describeAmount(series, 'series', 'series')}: ${reason}`,
  );
  return html`<tr><th scope="row">${dataset.name}</th><td class="number">${describeCount(dataset.servers)}</td><td class="number">${describeCount(dataset.scoredSeries)} of ${describeCount(dataset.series)}</td><td class="number">${describeCount(dataset.forecasts)}</td><td class="nowrap">${describeMinute(dataset.firstOrigin)}</td><td class="nowrap">${describeMinute(dataset.lastOrigin)}</td><td class="small reason">${left.length === 0 ? ABSENT : left.join('; ')}</td></tr>`;
}

function aboutRun(report: BacktestReport): [string, Html][] {
  const { model, yardstick, settings, work } = report;
  const steps = `${describeCount(settings.horizonSteps)} steps of ${describeSpan(settings.stepSeconds)}`;
  return [
    ['Command', html`<code>${report.command}</code>`],
    [
      'Model',
      html`${model.name}, made ${describeMoment(model.created)}, on ${model.engine}${model.sha256 === undefined ? undefined : html`<br><span class="small muted">SHA-256 of its weights</span> <code>${model.sha256}</code>`}`,
    ],
    ['Yardstick', yardstick === null ? html`none` : html`${yardstick.name}, made ${describeMoment(yardstick.created)}`],
    [
      'Source',
      html`${settings.source === 'csv' ? 'CSV traces' : 'Prometheus'}; ${steps} ahead (${describeSpan(settings.horizonSteps * settings.stepSeconds)})`,
    ],
    ['Origins', html`${originsText(settings)}`],
    [
      'Scale of MASE',
      html`the mean absolute error of "the same as 24 h before" (24 h seasonal naive) on the same series before the first origin; in ratios a MASE below ${describeFixed(settings.maseFloor, 2)} counts as ${describeFixed(settings.maseFloor, 2)}, a scaled pinball loss below ${describeFixed(settings.pinballFloor, 2)} as ${describeFixed(settings.pinballFloor, 2)}`,
    ],
    [
      'Intervals',
      html`95%, from ${describeCount(settings.bootstrapDraws)} bootstrap draws over servers, seed ${describeFixed(settings.bootstrapSeed, 0)}`,
    ],
    [
      'Work',
      html`${describeAmount(work.forecasts, 'forecast')} in ${describeSpan(work.seconds)}, ${describeCount(work.failedForecasts)} failed; those that only fed ledger and risk are included`,
    ],
    ['linborg', html`${report.linborg}; report of ${describeMoment(report.created)}`],
  ];
}

function originsText({ origins, last, startAt }: BacktestSettings): string {
  const count = `${describeCount(origins)} per server, evenly spread`;
  if (isMeasured(startAt)) return `${count} from ${describeMinute(startAt)} UTC on`;
  return `${count} over the last ${describeShare(last, 0)} of each trace; nothing after an origin was read for its forecast`;
}

/** A duration in words; `core` knows no duration that was not measured. */
function describeSpan(seconds: Figure): string {
  return isMeasured(seconds) && seconds >= 0 ? describeDuration(seconds) : ABSENT;
}
