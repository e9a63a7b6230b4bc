/** What was asked and answered about one server while it was replayed. */
import { RISK_HORIZONS, type TimeToThreshold } from '../../../core/flow.js';
import type { StopOutcome } from '../round.js';
import { thresholdProbabilities } from './servedProbability.js';

/** One threshold of the server; columns have one entry per moment, NaN where it is not known. */
export interface ObservedThreshold {
  readonly direction: TimeToThreshold['direction'];
  readonly limits: number[];
  /** [horizons] */
  readonly served: readonly number[][];
}

export class ObservedServer {
  /** Bin of each moment, relative to the trace's first: it and what comes after was not known. */
  readonly bins: number[] = [];
  readonly riskScores: number[] = [];
  readonly thresholds = new Map<string, ObservedThreshold>();

  /** Takes in what was served at one moment. */
  add({ stop, risk, forecasts }: Pick<StopOutcome, 'stop' | 'risk' | 'forecasts'>): void {
    this.bins.push(stop.bin);
    this.riskScores.push(risk?.score ?? Number.NaN);
    const known = risk === undefined ? [] : thresholdProbabilities(risk, forecasts);
    for (const { metric, direction, threshold, probability } of known) {
      const { limits, served } = this.#thresholdOf(metric, direction);
      limits.push(threshold);
      for (const [h, value] of probability.entries()) served[h]!.push(value);
    }
    for (const { limits, served } of this.thresholds.values()) {
      if (limits.length === this.bins.length) continue;
      for (const column of [limits, ...served]) column.push(Number.NaN);
    }
  }

  #thresholdOf(metric: string, direction: TimeToThreshold['direction']): ObservedThreshold {
    const known = this.thresholds.get(metric);
    if (known !== undefined) return known;
    const unknown = () => new Array<number>(this.bins.length - 1).fill(Number.NaN);
    const fresh = { direction, limits: unknown(), served: RISK_HORIZONS.map(unknown) };
    this.thresholds.set(metric, fresh);
    return fresh;
  }
}
