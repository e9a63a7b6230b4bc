/** What was asked and answered about one server while it was replayed. */
import { RISK_HORIZONS, type ThresholdOutlook } from '../../../core/flow.js';
import type { StopOutcome } from '../round.js';

/** One threshold of the server; columns have one entry per moment, NaN where it is not known. */
export interface ObservedThreshold extends Pick<ThresholdOutlook, 'direction' | 'sustainedSeconds'> {
  readonly limits: number[];
  /** [horizons] */
  readonly served: readonly number[][];
  /** [horizons] before recalibration; as served where nothing is recalibrated. */
  readonly raw: readonly number[][];
}

export class ObservedServer {
  /** Bin of each moment, relative to the trace's first: it and what comes after was not known. */
  readonly bins: number[] = [];
  readonly riskScores: number[] = [];
  /** [horizons][moments]: of any threshold that is not breached. */
  readonly served: readonly number[][] = RISK_HORIZONS.map(() => []);
  readonly thresholds = new Map<string, ObservedThreshold>();

  /** Takes in what was served at one moment. */
  add({ stop, risk, forecasts }: Pick<StopOutcome, 'stop' | 'risk' | 'forecasts'>): void {
    this.bins.push(stop.bin);
    this.riskScores.push(risk?.score ?? Number.NaN);
    for (const [h, { name }] of RISK_HORIZONS.entries()) {
      this.served[h]!.push(risk?.incidentProbability[name] ?? Number.NaN);
    }
    for (const outlook of risk?.thresholds ?? []) {
      const { limits, served, raw } = this.#thresholdOf(outlook);
      const uncorrected = forecasts.find(({ metric }) => metric === outlook.metric)?.rawBreachProbability;
      limits.push(outlook.threshold);
      for (const [h, { name }] of RISK_HORIZONS.entries()) {
        const probability = outlook.probability?.[name] ?? Number.NaN;
        served[h]!.push(probability);
        // While the threshold is breached there is a forecast, but no prediction.
        raw[h]!.push(Number.isNaN(probability) ? probability : (uncorrected?.[h] ?? probability));
      }
    }
    for (const { limits, served, raw } of this.thresholds.values()) {
      if (limits.length === this.bins.length) continue;
      for (const column of [limits, ...served, ...raw]) column.push(Number.NaN);
    }
  }

  #thresholdOf({ metric, direction, sustainedSeconds }: ThresholdOutlook): ObservedThreshold {
    const known = this.thresholds.get(metric);
    if (known !== undefined) return known;
    const unknown = () => new Array<number>(this.bins.length - 1).fill(Number.NaN);
    const byHorizon = () => RISK_HORIZONS.map(unknown);
    const fresh = { direction, sustainedSeconds, limits: unknown(), served: byHorizon(), raw: byHorizon() };
    this.thresholds.set(metric, fresh);
    return fresh;
  }
}
