/** How good an incident head is on what training never saw: thresholds that people set, and breaches that came by themselves. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { groupBy } from '../../core/groupBy.js';
import type { MetricName } from '../../core/metrics.js';
import { auroc } from '../../core/ranking.js';
import { ReliabilityTenths, type Tenth } from '../../core/reliability.js';
import type { Forecaster } from '../forecaster.js';
import { DAY_STEPS } from '../inputs/contract.js';
import type { WeightValues } from '../network/parameters.js';
import { type LongSeries, originRange } from '../training/corpus.js';
import { addCases, originsBetween, RowBuffer } from './cases.js';
import { INCIDENT_FEATURES, INCIDENT_SIZE } from './contract.js';
import { ORIGIN_STRIDE } from './drawRows.js';
import { IncidentHead } from './head.js';
import { headLoss, type IncidentRows } from './trainHead.js';

const FEATURES = INCIDENT_FEATURES.length;
const PAST_SHARE = INCIDENT_FEATURES.indexOf('share_week');

/** What is asked: CPU used ≥ 90 %, memory used ≥ 90 %. */
const QUESTIONS = [
  { metric: 'cpu_idle_pct', threshold: 10 },
  { metric: 'mem_used_pct', threshold: 90 },
] as const satisfies readonly { readonly metric: MetricName; readonly threshold: number }[];

/** History before the first origin. */
const MIN_HISTORY_STEPS = 2 * DAY_STEPS;

/** Figures of one threshold in one data set; lists go by horizon, null where nothing or everything was a breach. */
export interface IncidentAccuracy {
  readonly dataset: string;
  readonly metric: string;
  readonly threshold: number;
  readonly servers: number;
  readonly cases: number;
  readonly onsets: number[];
  readonly log_loss: number;
  readonly auroc: (number | null)[];
  /** Mean over the servers that had both outcomes. */
  readonly auroc_within_servers: (number | null)[];
  /** Of the share of the last week over the threshold, as a yardstick. */
  readonly auroc_past_share: (number | null)[];
  /** By horizon: the tenths of the probability that hold a case. */
  readonly reliability: Omit<Tenth, 'tenth'>[][];
}

/** The rows of one question in one data set, server by server. */
interface Answers {
  readonly rows: IncidentRows;
  /** First row of each server, and the end. */
  readonly bounds: readonly number[];
  /** [horizon][row] */
  readonly probabilities: readonly Float32Array[];
  readonly labels: readonly Uint8Array[];
}

/**
 * Figures per data set and question, over origins after the share `from` of each series; questions whose breach never came
 * are left out.
 */
export async function evaluateHead(
  forecaster: Forecaster,
  weights: WeightValues,
  { corpus, from }: { readonly corpus: readonly LongSeries[]; readonly from: number },
  onProgress: (share: number) => void,
): Promise<IncidentAccuracy[]> {
  const asked = QUESTIONS.flatMap((question) => {
    const series = corpus.filter(({ metric }) => metric === question.metric);
    return [...groupBy(series, ({ dataset }) => dataset)].map(([dataset, members]) => ({ dataset, members, question }));
  });
  const figures: IncidentAccuracy[] = [];
  for (const [i, { dataset, members, question }] of asked.entries()) {
    const buffer = new RowBuffer();
    const bounds = [0];
    for (const [n, series] of members.entries()) {
      onProgress((i + n / members.length) / asked.length);
      await nextTurn();
      addCases(forecaster, series, casesOf(series, from, question.threshold), () => buffer);
      bounds.push(buffer.count);
    }
    const answers = answer(weights, buffer.rows(), bounds);
    if (!answers.labels.at(-1)!.includes(1)) continue;
    figures.push({ dataset, ...question, ...figuresOf(answers), log_loss: headLoss(weights, answers.rows) });
  }
  return figures;
}

function casesOf(series: LongSeries, from: number, threshold: number) {
  const { low, high } = originRange(series, from, 1);
  const origins = originsBetween(series, Math.max(low, series.first + MIN_HISTORY_STEPS), high, ORIGIN_STRIDE);
  return origins.map((newest) => ({ newest, thresholds: [threshold] }));
}

function answer(weights: WeightValues, rows: IncidentRows, bounds: readonly number[]): Answers {
  const head = new IncidentHead(weights);
  const one = new Float32Array(INCIDENT_SIZE);
  const probabilities = Array.from({ length: INCIDENT_SIZE }, () => new Float32Array(rows.count));
  const labels = Array.from({ length: INCIDENT_SIZE }, () => new Uint8Array(rows.count));
  for (let row = 0; row < rows.count; row++) {
    head.write(rows.features, row * FEATURES, one, 0);
    for (let k = 0; k < INCIDENT_SIZE; k++) {
      probabilities[k]![row] = one[k]!;
      labels[k]![row] = rows.labels[row * INCIDENT_SIZE + k]!;
    }
  }
  return { rows, bounds, probabilities, labels };
}

function figuresOf({ rows, bounds, probabilities, labels }: Answers) {
  const pastShare = Float32Array.from({ length: rows.count }, (_, row) => rows.features[row * FEATURES + PAST_SHARE]!);
  const byHorizon = <Figure>(figure: (k: number) => Figure) => labels.map((_, k) => figure(k));
  return {
    servers: bounds.slice(1).filter((end, i) => end > bounds[i]!).length,
    cases: rows.count,
    onsets: byHorizon((k) => labels[k]!.reduce((sum, label) => sum + label, 0)),
    auroc: byHorizon((k) => auroc(probabilities[k]!, labels[k]!) ?? null),
    auroc_within_servers: byHorizon((k) => withinServers(probabilities[k]!, labels[k]!, bounds)),
    auroc_past_share: byHorizon((k) => auroc(pastShare, labels[k]!) ?? null),
    reliability: byHorizon((k) => reliability(probabilities[k]!, labels[k]!)),
  };
}

function withinServers(probabilities: Float32Array, labels: Uint8Array, bounds: readonly number[]): number | null {
  const areas = bounds.slice(1).flatMap((end, i) => {
    return auroc(probabilities.subarray(bounds[i]!, end), labels.subarray(bounds[i]!, end)) ?? [];
  });
  return areas.length === 0 ? null : areas.reduce((sum, area) => sum + area, 0) / areas.length;
}

function reliability(probabilities: Float32Array, labels: Uint8Array): Omit<Tenth, 'tenth'>[] {
  const tenths = new ReliabilityTenths();
  probabilities.forEach((probability, i) => {
    tenths.add(probability, labels[i]!);
  });
  return tenths.tenths().map(({ cases, predicted, observed }) => ({ cases, predicted, observed }));
}
