/** Whether an incident head's probabilities mean what they say, over several questions together. */
import { ReliabilityTenths } from '../../../core/reliability.js';
import type { IncidentManifest } from '../../../model/files/manifest.js';
import { binOf } from '../../backtest/incidents/reliability.js';
import type { ReliabilityReport } from '../../backtest/report/incidentData.js';

/** What was asked of the head on one data set, and how well it answered. */
export type Question = IncidentManifest['accuracy'][number];

/** One for each horizon. The manifest keeps tenths and no single cases, so there is no Brier score. */
export function pooledReliability(questions: readonly Question[], horizons: readonly string[]): ReliabilityReport[] {
  return horizons.map((horizon, i) => {
    const pooled = new ReliabilityTenths();
    for (const { reliability } of questions) for (const bin of reliability[i] ?? []) pooled.addAll(bin);
    const bins = pooled.tenths().map(binOf);
    const cases = bins.reduce((sum, bin) => sum + bin.cases, 0);
    const came = bins.reduce((sum, bin) => sum + bin.cases * bin.observed, 0);
    return {
      ...{ horizon, cases, rate: cases === 0 ? null : came / cases, bins },
      ...{ brier: null, brierOfRate: null },
    };
  });
}
