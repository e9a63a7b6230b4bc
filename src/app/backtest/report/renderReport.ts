/** The page of a backtest: one HTML file that needs nothing from outside and no script. */
import { type Html, html, htmlText, trustedHtml } from '../../../web/pages/html.js';
import { renderAnswer } from './answer.js';
import { renderDatasetSection } from './datasetSection.js';
import { describeMoment } from './figures.js';
import { renderHowToRead } from './howToRead.js';
import { renderIncidents } from './incidentSection.js';
import { renderMeasured } from './measured.js';
import { renderOverview } from './overview.js';
import type { BacktestReport } from './reportData.js';
import { CONTENT_SECURITY_POLICY, REPORT_STYLES } from './reportStyles.js';

/** The whole of `report.html`; the same report gives the same text. */
export function renderReport(report: BacktestReport): string {
  const names = report.datasets.map(({ name }) => name).join(', ');
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${CONTENT_SECURITY_POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>linborg backtest: ${names}</title>
<style>${trustedHtml(REPORT_STYLES)}</style>
</head>
<body>
<a class="skip" href="#main">Skip to the content</a>
<header><div class="wrap"><span class="brand">linborg</span>${renderNavigation(report)}<span class="muted small">${describeMoment(report.created)}</span></div></header>
<main id="main" class="wrap">
<div class="title"><h1>Would the forecasts have helped?</h1><span class="muted">backtest of ${report.model.name} on ${names}</span></div>
${renderAnswer(report)}
${renderMeasured(report)}
${renderOverview(report)}
${report.datasets.map((dataset, index) => renderDatasetSection({ report, dataset }, index))}${report.incidents?.datasets.map((dataset, index) => renderIncidents(report.incidents!, dataset, index))}
${renderHowToRead()}
</main>
<footer class="wrap">Made by <code>linborg backtest</code> ${report.linborg}. The same figures for programs: report.json; every forecast: forecasts.csv.gz.</footer>
</body>
</html>
`;
  return htmlText(page);
}

function renderNavigation({ datasets, incidents }: BacktestReport): Html {
  return html`<nav aria-label="Sections"><a href="#measured">What was measured</a>${datasets.length > 1 ? html`<a href="#overview">Side by side</a>` : undefined}${datasets.map(({ name }, index) => html`<a href="#set-${String(index)}">${name}</a>`)}${incidents?.datasets.map(({ name }, index) => html`<a href="#incidents-${String(index)}">alarms on ${name}</a>`)}<a href="#reading">How to read it</a></nav>`;
}
