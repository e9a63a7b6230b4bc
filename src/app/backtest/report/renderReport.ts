/** The page of a backtest. */
import { type Html, html } from '../../../web/pages/html.js';
import { renderAnswer } from './answer.js';
import { renderDatasetSection } from './datasetSection.js';
import { renderHowToRead } from './howToRead.js';
import { renderIncidents } from './incidentSection.js';
import { renderMeasured } from './measured.js';
import { renderOverview } from './overview.js';
import type { BacktestReport } from './reportData.js';
import { renderReportPage } from './reportPage.js';

/** The whole of `report.html`; the same report gives the same text. */
export function renderReport(report: BacktestReport): string {
  const names = report.datasets.map(({ name }) => name).join(', ');
  return renderReportPage({
    title: `linborg backtest: ${names}`,
    created: report.created,
    navigation: renderNavigation(report),
    main: html`<div class="title"><h1>Would the forecasts have helped?</h1><span class="muted">backtest of ${report.model.name} on ${names}</span></div>
${renderAnswer(report)}
${renderMeasured(report)}
${renderOverview(report)}
${report.datasets.map((dataset, index) => renderDatasetSection({ report, dataset }, index))}${report.incidents?.datasets.map((dataset, index) => renderIncidents(report.incidents!, dataset, index))}
${renderHowToRead(report.incidents !== undefined)}`,
    footer: html`Made by <code>linborg backtest</code> ${report.linborg}. The same figures for programs: report.json; every forecast: forecasts.csv.gz.`,
  });
}

function renderNavigation({ datasets, incidents }: BacktestReport): Html {
  return html`<nav aria-label="Sections"><a href="#measured">What was measured</a>${datasets.length > 1 ? html`<a href="#overview">Side by side</a>` : undefined}${datasets.map(({ name }, index) => html`<a href="#set-${String(index)}">${name}</a>`)}${incidents?.datasets.map(({ name }, index) => html`<a href="#incidents-${String(index)}">alarms on ${name}</a>`)}<a href="#reading">How to read it</a></nav>`;
}
