/** The plots of a server's page: those of the metrics that explain its risk, and the others. */
import { bucketValue } from '../../core/frame.js';
import { topReasons } from '../../core/topReasons.js';
import type { TruthReport } from '../../core/truth.js';
import type { ServerView } from '../../exposition/cycleView.js';
import { currentValue } from '../../exposition/forecastPoint.js';
import { renderChart } from './chart.js';
import { type Html, html } from './html.js';
import { describeMetricTrust } from './metricTrust.js';
import { describeValue, metricHelp } from './words.js';

const SECONDS_PER_DAY = 86_400;
const PLOTS_IN_A_ROW = 2;
const TITLE = 'The last 24 hours and the next 8';

export interface ChartedServer {
  readonly server: ServerView;
  /** Epoch seconds of the cycle. */
  readonly at: number;
  /** How good the forecasts of all servers have been; undefined where nobody keeps a ledger. */
  readonly truth: TruthReport | undefined;
}

/** Two sections, either of them undefined where it has nothing to draw. */
export function renderCharts(charted: ChartedServer): {
  readonly leading: Html | undefined;
  readonly others: Html | undefined;
} {
  const { risk } = charted.server;
  const reasons = new Set(risk ? topReasons(risk).map(({ metric }) => metric) : []);
  const metrics = chartOrder(charted.server);
  const explaining = metrics.filter((metric) => reasons.has(metric)).length;
  // A lone plot would leave the half beside it empty.
  const first = explaining === 1 ? PLOTS_IN_A_ROW : explaining;
  const leading = metrics.slice(0, first);
  const others = metrics.slice(first);
  return {
    leading: renderSection(TITLE, leading, charted),
    others: renderSection(leading.length === 0 ? TITLE : 'The other metrics', others, charted),
  };
}

function renderSection(title: string, metrics: readonly string[], charted: ChartedServer): Html | undefined {
  if (metrics.length === 0) return undefined;
  return html`<div class="keys"><h2>${title}</h2>${title === TITLE ? renderKeys() : undefined}</div>
<section class="charts" aria-label="${title}">${metrics.map((metric) => renderMetric(charted, metric))}</section>`;
}

function renderKeys(): Html {
  return html`<span><svg viewBox="0 0 26 12" aria-hidden="true"><path class="past" d="M0 6h26"/></svg>measured</span>
<span><svg viewBox="0 0 26 12" aria-hidden="true"><path class="median" d="M0 6h26"/></svg>forecast, p50</span>
<span><svg viewBox="0 0 26 12" aria-hidden="true"><rect class="band" width="26" height="12"/></svg>p10 to p90: meant to hold four values in five</span>
<span><svg viewBox="0 0 26 12" aria-hidden="true"><path class="threshold" d="M0 6h26"/></svg>threshold</span>
<span hidden>A pointer, or the arrow keys in a plot, read its values.</span>`;
}

/** What explains the risk first, then the other metrics that have anything to draw. */
function chartOrder({ frame, risk, forecasts }: ServerView): string[] {
  const reasons = (risk?.contributions ?? []).map(({ metric }) => metric);
  const forecast = new Set(forecasts.map(({ metric }) => metric));
  const oldest = frame.newest - SECONDS_PER_DAY / frame.stepSeconds;
  const hasPast = (row: number) => {
    for (let bucket = Math.max(0, oldest); bucket <= frame.newest; bucket++) {
      if (Number.isFinite(bucketValue(frame, row, bucket))) return true;
    }
    return false;
  };
  const drawable = frame.metrics.filter((metric, row) => forecast.has(metric) || hasPast(row));
  return [...new Set([...reasons.filter((metric) => drawable.includes(metric)), ...drawable])];
}

function renderMetric({ server, at, truth }: ChartedServer, metric: string): Html {
  const { frame, risk, forecasts } = server;
  const forecast = forecasts.find((candidate) => candidate.metric === metric);
  const threshold = risk?.timeToThreshold.find((entry) => entry.metric === metric)?.threshold;
  const current = currentValue(frame, metric);
  const now =
    current === undefined
      ? html`<span class="muted">no value now</span>`
      : html`now <b>${describeValue(metric, current)}</b>`;
  return html`<article class="card chart"><div class="chart-head"><h2>${metric}</h2><span class="small muted">${metricHelp(metric)}</span><span class="small now">${now}</span></div>
${renderChart({ frame, metric, forecast, threshold, at })}
${forecast && html`<p class="small muted">${describeMetricTrust(forecast, truth)}</p>`}</article>`;
}
