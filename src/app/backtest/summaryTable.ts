/** What a backtest says on the terminal: a table per data set, and the one figure that counts. */
import { renderTable } from '../table.js';
import { incidentSummary } from './incidents/incidentSummary.js';
import type { BacktestReport, CalibratedSeries, DatasetReport, Estimate, MethodScore } from './report/reportData.js';

const COLUMNS = ['method', 'MASE', 'WQL', 'pinball', 'coverage', 'width', 'ratio', 'geometric', 'pinball ratio'];
const RIGHT = new Set(COLUMNS.map((_, i) => i).slice(1));

/** All data sets, one after the other, then their alarms. */
export function summaryTable(report: BacktestReport): string {
  const forecasts = report.datasets.map((dataset) => datasetTable(report, dataset));
  return [...forecasts, ...(report.incidents?.datasets.map(incidentSummary) ?? [])].join('\n\n');
}

function datasetTable({ methods }: BacktestReport, dataset: DatasetReport): string {
  const { name, scoredSeries, series, servers, forecasts, overall } = dataset;
  const title = `${name}: ${forecasts} forecasts of ${scoredSeries} series on ${servers} servers are scored`;
  const left = dataset.notScored.map(({ reason, series: count }) => `${count} ${reason}`).join(', ');
  const heading = series > scoredSeries ? `${title} (not scored: ${left})` : title;
  if (scoredSeries === 0) return heading;
  const rows = overall.scores.map((score, i) => [
    methods[i]!.title + (score.method === dataset.bestNaive ? ' *' : ''),
    ...figuresOf(score),
    ...ratiosOf(dataset, score.method),
  ]);
  const calibrated = dataset.calibratedSeries.find(({ method }) => method === 'served');
  const share = calibrated === undefined ? '' : `\n${describeCalibrated(calibrated)}`;
  return `${heading}\n${renderTable(COLUMNS, rows, RIGHT)}\n* best by hand in hindsight: ratios are against it${share}`;
}

function describeCalibrated({ share, shareWithEdges }: CalibratedSeries): string {
  const edges = `${percent(shareWithEdges)} if values on an edge of p10–p90 may count either way`;
  return `${percent(share)} of series have a coverage within 0.70–0.90; ${edges}`;
}

function figuresOf({ mase, wql, pinball, coverage, width }: MethodScore): string[] {
  return [mase, wql, pinball, coverage, width].map((value) => (value === null ? '' : value.toFixed(3)));
}

function ratiosOf({ ratios }: DatasetReport, method: string): string[] {
  const ratio = ratios.find((candidate) => candidate.method === method);
  if (ratio === undefined) return ['', '', ''];
  return [estimate(ratio.mase), ratio.maseGeometric.value.toFixed(3), ratio.pinball?.value.toFixed(3) ?? ''];
}

function estimate({ value, low, high }: Estimate): string {
  return low === null || high === null
    ? value.toFixed(3)
    : `${value.toFixed(3)} (${low.toFixed(2)}–${high.toFixed(2)})`;
}

function percent(share: number): string {
  return `${Math.round(100 * share)} %`;
}
