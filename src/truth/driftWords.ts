/** Drift in words: what to do and why, with the numbers that say so. */
import { type DriftMeasures, type DriftReport, type DriftScore, UNFAMILIAR } from '../core/truth.js';

/** Figures named for the farthest metric. */
const NAMED_FIGURES = 3;

/** What the inputs say: scores farthest first, and how strange the fleet is to the model. */
type Inputs = Pick<DriftReport, 'scores' | 'unfamiliarity'>;

export function recommend(measures: DriftMeasures, limits: DriftMeasures, { scores, unfamiliarity }: Inputs): string {
  return adviseOnDrift(measures, limits, scores) + describeStranger(unfamiliarity);
}

function adviseOnDrift(measures: DriftMeasures, limits: DriftMeasures, scores: readonly DriftScore[]): string {
  const errors = errorReasons(measures, limits);
  const inputs = inputReasons(measures, limits, scores);
  if (errors.length > 0) {
    const also = inputs.length > 0 ? `; ${inputs.join('; ')}` : '';
    return `Retrain: ${errors.join('; ')}${also}. ${HOW}`;
  }
  if (inputs.length > 0)
    return `Retrain when convenient: ${inputs.join('; ')}; ${errorState(measures, limits)}. ${HOW}`;
  return `${restfulness(measures, limits)}.`;
}

const HOW = '“linborg train --from prometheus --base MODEL” fine-tunes on your own fleet';

function errorReasons({ per, anomalyRate }: DriftMeasures, limits: DriftMeasures): string[] {
  const reasons: string[] = [];
  if (per > limits.per) {
    reasons.push(
      `against methods by hand, the forecast error rose by ${percent(per)} since the first days (limit ${percent(limits.per)})`,
    );
  }
  if (anomalyRate > limits.anomalyRate) {
    reasons.push(
      `${percent(0.2 + anomalyRate)} of the samples lie outside p10–p90, where 20% should (limit ${percent(0.2 + limits.anomalyRate)})`,
    );
  }
  return reasons;
}

function inputReasons({ dss, fds }: DriftMeasures, limits: DriftMeasures, scores: readonly DriftScore[]): string[] {
  const reasons: string[] = [];
  if (dss > limits.dss)
    reasons.push(`inputs differ from those of the first week by ${dss.toFixed(2)} (limit ${limits.dss})`);
  if (fds > limits.fds)
    reasons.push(`${percent(fds)} of the input figures have shifted (limit ${percent(limits.fds)})`);
  const [farthest] = scores;
  if (reasons.length > 0 && farthest !== undefined) {
    const figures = Object.entries(farthest.byInput)
      .sort(([, a], [, b]) => b - a)
      .slice(0, NAMED_FIGURES)
      .map(([figure, index]) => `${figure} ${index.toFixed(2)}`);
    reasons.push(`farthest is ${farthest.metric} with ${farthest.score.toFixed(2)} (${figures.join(', ')})`);
  }
  return reasons;
}

function errorState({ per }: DriftMeasures, limits: DriftMeasures): string {
  if (Number.isNaN(per)) return 'whether the forecast error suffers is not known yet';
  const change = `${per <= -0.005 ? '−' : '+'}${percent(Math.abs(per))}`;
  return `the forecast error has not suffered (${change} against methods by hand since the first days, limit ${percent(limits.per)})`;
}

function restfulness({ per, dss, fds, anomalyRate }: DriftMeasures, limits: DriftMeasures): string {
  if ([per, dss, fds, anomalyRate].every(Number.isNaN)) {
    return 'Not known yet: inputs are compared with the first week of at least three servers when it is over, errors with those of the first three days';
  }
  const inputs = Number.isNaN(dss)
    ? 'whether inputs have shifted is known when the first week is over'
    : `inputs differ from those of the first week by ${dss.toFixed(2)} (limit ${limits.dss})`;
  return `No need to retrain: ${inputs}; ${errorState({ per, dss, fds, anomalyRate }, limits)}`;
}

/** Being of another kind from the first day on is no drift, and fine-tuning helps once. */
function describeStranger(unfamiliarity: number): string {
  if (!(unfamiliarity > UNFAMILIAR)) return '';
  return ` The fleet is unfamiliar: its inputs differ from the training inputs by ${unfamiliarity.toFixed(2)} (alike: below ${UNFAMILIAR}). That is no drift; fine-tuning on it once may still pay.`;
}

function percent(ratio: number): string {
  return `${Math.round(100 * ratio)}%`;
}
