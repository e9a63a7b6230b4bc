/** The answer first: one sentence of computed numbers, then where it lost. */
import { type Html, html } from '../../../web/pages/html.js';
import { COVERAGE_TARGET, PROMISED_COVERAGE } from './coverage.js';
import {
  describeAmount,
  describeChange,
  describeFixed,
  describeInterval,
  describeLessOrMore,
  describeShare,
  isMeasured,
} from './figures.js';
import { judgedMethod, methodTitle, quotientOf, ratioOf, scoreOf, verdictOf } from './lookup.js';
import type { BacktestReport, DatasetReport, Estimate, Method } from './reportData.js';
import { describeAlarms } from './warnings.js';

/** More lost metrics than this are counted, not named. */
const NAMED_LOSSES = 6;
/** A median that is less than half a percent higher is the same. */
const SMALLEST_LOSS = 1.005;

export function renderAnswer(report: BacktestReport): Html {
  const method = judgedMethod(report);
  const judged = report.datasets.filter((dataset) => isMeasured(ratioOf(dataset, method?.id)?.mase.value));
  if (!method || judged.length === 0) {
    return html`<p class="answer">No forecast could be scored, so there is no answer. The table below says why.</p>`;
  }
  const findings = [describeLosses, describeCoverage, describeOthers].flatMap((describe) =>
    describe(report, method, judged),
  );
  if (report.incidents) findings.unshift(...describeAlarms(report.incidents));
  return html`<p class="answer">${answerSentence(report, method, judged)}</p>
${renderFigures(report, method, judged)}
<ul class="findings">${findings.map((text) => html`<li>${text}</li>`)}</ul>`;
}

/** Mean over the data sets, each counting once, as a user's fleet is one data set. */
function meanRatio(datasets: readonly DatasetReport[], ratio: (dataset: DatasetReport) => Estimate | null | undefined) {
  const values = datasets.map((dataset) => ratio(dataset)?.value).filter(isMeasured);
  return values.length === 0 ? undefined : values.reduce((sum, value) => sum + value / values.length, 0);
}

function pooledCoverage(datasets: readonly DatasetReport[], method: Method): number | undefined {
  let [inside, all] = [0, 0];
  for (const dataset of datasets) {
    const coverage = scoreOf(dataset.overall, method.id)?.coverage;
    if (!isMeasured(coverage) || !isMeasured(dataset.forecasts)) continue;
    inside += coverage * dataset.forecasts;
    all += dataset.forecasts;
  }
  return quotientOf(inside, all);
}

function answerSentence(report: BacktestReport, method: Method, datasets: readonly DatasetReport[]): string {
  const series = datasets.reduce((sum, { scoredSeries }) => sum + scoredSeries, 0);
  const [only] = datasets;
  const naive =
    datasets.length === 1
      ? `the best method by hand (${methodTitle(report, only!.bestNaive)}, chosen in hindsight)`
      : 'the best method by hand, chosen per data set in hindsight (mean over the data sets)';
  const where = datasets.length === 1 ? `of ${only!.name}` : `of ${describeAmount(datasets.length, 'data set')}`;
  const ratio = meanRatio(datasets, (dataset) => ratioOf(dataset, method.id)?.mase);
  const who = method.kind === 'served' ? 'the served forecast' : `the forecast of ${method.title}`;
  const missed = isMeasured(ratio)
    ? `${who} missed by ${describeLessOrMore(ratio)} ${naive}`
    : `${who} could not be compared`;
  const coverage = pooledCoverage(datasets, method);
  const held = isMeasured(coverage)
    ? `; its p10–p90 held ${describeShare(coverage)} of what came (${describeShare(PROMISED_COVERAGE, 0)} is promised)`
    : '';
  return `On these ${describeAmount(series, 'series', 'series')} ${where}, ${missed}${held}.`;
}

function renderFigures(report: BacktestReport, method: Method, datasets: readonly DatasetReport[]): Html {
  const single = datasets.length === 1;
  const count = single ? '' : `mean of ${describeAmount(datasets.length, 'data set')}`;
  const error = meanRatio(datasets, (dataset) => ratioOf(dataset, method.id)?.mase);
  const loss = meanRatio(datasets, (dataset) => ratioOf(dataset, method.id)?.pinball);
  const coverage = pooledCoverage(datasets, method);
  const calibrated = calibratedShare(datasets, method);
  const interval = (ratio: Estimate | null | undefined) => {
    const text = describeInterval(ratio, describeChange);
    return text === '' ? 'no interval: fewer than three servers' : `95% interval ${text}`;
  };
  const own = ratioOf(datasets[0]!, method.id);
  const band = report.settings.coverageBand.map((share) => describeFixed(share, 2)).join('–');
  return html`<div class="cards">
${renderFigure('error vs best by hand', describeChange(error), single ? interval(own?.mase) : count)}
${renderFigure('quantile loss vs best by hand', describeChange(loss), single ? interval(own?.pinball) : count)}
${renderFigure('coverage of p10–p90', describeShare(coverage), `${describeShare(PROMISED_COVERAGE, 0)} is promised`)}
${renderFigure(`series with a coverage in ${band}`, describeShare(calibrated, 0), 'of those that were scored')}
</div>`;
}

function renderFigure(title: string, figure: string, below: string): Html {
  return html`<div class="card"><h2>${title}</h2><div class="figure">${figure}</div><div class="small muted">${below}</div></div>`;
}

function calibratedShare(datasets: readonly DatasetReport[], method: Method): number | undefined {
  let [within, all] = [0, 0];
  for (const { calibratedSeries } of datasets) {
    const entry = calibratedSeries.find((calibrated) => calibrated.method === method.id);
    if (!isMeasured(entry?.share) || !isMeasured(entry.series)) continue;
    within += entry.share * entry.series;
    all += entry.series;
  }
  return quotientOf(within, all) ?? (all > 0 ? 0 : undefined);
}

/** Data sets and metrics that were forecast worse than by hand, or not certainly better, in words. */
function describeLosses(report: BacktestReport, method: Method, datasets: readonly DatasetReport[]): string[] {
  const findings = datasets.flatMap((dataset) => describeLoss(report, method, dataset) ?? []);
  const metrics = lostMetrics(report, method, datasets);
  const rest = metrics.length > NAMED_LOSSES ? `; and ${String(metrics.length - NAMED_LOSSES)} more` : '';
  if (metrics.length > 0) {
    findings.push(`Lost by metric, in median MASE: ${metrics.slice(0, NAMED_LOSSES).join('; ')}${rest}.`);
  }
  if (findings.length === 0) findings.push('It lost on no data set and on no metric.');
  return findings;
}

function describeLoss(report: BacktestReport, method: Method, dataset: DatasetReport): string | undefined {
  const ratio = ratioOf(dataset, method.id)!.mase;
  const verdict = verdictOf(ratio);
  const interval = describeInterval(ratio, describeChange);
  const range = interval === '' ? '' : ` (95% interval ${interval})`;
  if (ratio.value < 1) {
    if (verdict === 'better' || interval === '') return undefined;
    return `Not certain on ${dataset.name}: ${describeChange(ratio.value)}${range}.`;
  }
  const size = `${describeLessOrMore(ratio.value)} ${methodTitle(report, dataset.bestNaive)}${range}`;
  return `Lost on ${dataset.name}: it missed by ${size}${verdict === 'uncertain' ? ', which is not certain' : ''}.`;
}

/** By median MASE against the data set's best method by hand; the largest losses first. */
function lostMetrics(report: BacktestReport, method: Method, datasets: readonly DatasetReport[]): string[] {
  const losses = datasets.flatMap((dataset) =>
    dataset.byMetric.flatMap((group) => {
      const [own, naive] = [scoreOf(group, method.id)?.mase, scoreOf(group, dataset.bestNaive)?.mase];
      const quotient = quotientOf(own, naive);
      if (quotient === undefined || quotient < SMALLEST_LOSS) return [];
      const where = report.datasets.length > 1 ? ` on ${dataset.name}` : '';
      const text = `${group.name}${where} (${describeFixed(own, 3)} against ${describeFixed(naive, 3)} of ${methodTitle(report, dataset.bestNaive)})`;
      return [{ quotient, text }];
    }),
  );
  return losses.sort((a, b) => b.quotient - a.quotient).map(({ text }) => text);
}

/** The model alone and the yardstick by the same measure: what the network and what the rest adds. */
function describeOthers(report: BacktestReport, judged: Method, datasets: readonly DatasetReport[]): string[] {
  return report.methods.flatMap((method) => {
    if (method.kind === 'naive' || method.id === judged.id) return [];
    const ratio = meanRatio(datasets, (dataset) => ratioOf(dataset, method.id)?.mase);
    if (!isMeasured(ratio)) return [];
    return [`By the same measure, ${method.title}: ${describeChange(ratio)}.`];
  });
}

/** Data sets whose band is wider or narrower than it should be. */
function describeCoverage(report: BacktestReport, method: Method, datasets: readonly DatasetReport[]): string[] {
  const [least, most] = COVERAGE_TARGET;
  const list = (title: string, isOff: (coverage: number) => boolean) => {
    const off = datasets.flatMap(({ name, overall }) => {
      const coverage = scoreOf(overall, method.id)?.coverage;
      if (!isMeasured(coverage) || !isOff(coverage)) return [];
      return [report.datasets.length > 1 ? `${describeShare(coverage)} on ${name}` : describeShare(coverage)];
    });
    return off.length === 0 ? [] : [`${title}: it held ${off.join(', ')}.`];
  };
  const target = `${describeShare(least, 0)} to ${describeShare(most, 0)}`;
  return [
    ...list(`p10–p90 is too narrow for ${target}`, (coverage) => coverage < least),
    ...list(`p10–p90 is wider than it need be for ${target}`, (coverage) => coverage > most),
  ];
}
