/** Cases of long series, with what came of them: the same features that serving computes. */
import { HORIZON_STEPS } from '../../core/flow.js';
import { breachDirection } from '../../core/metrics.js';
import { BATCH_SIZE, FORECAST_SIZE, type Forecaster } from '../forecaster.js';
import { HISTORY_STEPS } from '../inputs/contract.js';
import { unrollHistory } from '../inputs/history.js';
import type { WindowRequest } from '../inputs/window.js';
import { isUsableOrigin, type LongSeries, valueAt, visibleSteps } from '../training/corpus.js';
import { INCIDENT_FEATURES, INCIDENT_SIZE, INCIDENT_STEPS, SUSTAINED_STEPS } from './contract.js';
import { writeIncidentFeatures } from './features.js';
import { type SignedLimit, signedLimit } from './signedLimit.js';
import type { IncidentRows } from './trainHead.js';

const FEATURES = INCIDENT_FEATURES.length;

/** Buckets after an origin that its label is made from: a breach that begins in the last step of the horizon has to last, too. */
export const LABEL_STEPS = HORIZON_STEPS + SUSTAINED_STEPS - 1;

/** A moment of a series, and the thresholds that are asked about. */
export interface CaseOrigin {
  /** Index of the last known bucket. */
  readonly newest: number;
  readonly thresholds: readonly number[];
}

/** Rows that grow; the arrays of `rows()` are views. */
export class RowBuffer {
  #features = new Float32Array(1024 * FEATURES);
  #labels = new Uint8Array(1024 * INCIDENT_SIZE);
  #count = 0;

  get count(): number {
    return this.#count;
  }

  /** Adds a row whose features `write` fills in. @param onset  step of the first breach, 0 without one */
  add(onset: number, write: (out: Float32Array, at: number) => void): void {
    if (this.#features.length === this.#count * FEATURES) this.#grow();
    write(this.#features, this.#count * FEATURES);
    INCIDENT_STEPS.forEach((steps, k) => {
      this.#labels[this.#count * INCIDENT_SIZE + k] = onset > 0 && onset <= steps ? 1 : 0;
    });
    this.#count++;
  }

  rows(): IncidentRows {
    return {
      count: this.#count,
      features: this.#features.subarray(0, this.#count * FEATURES),
      labels: this.#labels.subarray(0, this.#count * INCIDENT_SIZE),
    };
  }

  #grow(): void {
    const [features, labels] = [this.#features, this.#labels];
    this.#features = new Float32Array(2 * features.length);
    this.#features.set(features);
    this.#labels = new Uint8Array(2 * labels.length);
    this.#labels.set(labels);
  }
}

/** Origins every `stride` steps from `low` to `high` whose future is known and was no exception. */
export function originsBetween(series: LongSeries, low: number, high: number, stride: number): number[] {
  const origins: number[] = [];
  for (let newest = low; newest <= high; newest += stride) {
    if (isUsableOrigin(series, newest) && !touchesExcluded(series, newest)) origins.push(newest);
  }
  return origins;
}

const line = new Float32Array(HISTORY_STEPS);

/** Adds a row per origin and threshold, to the buffer of its origin; a threshold that is breached already gives none. */
export function addCases(
  forecaster: Forecaster,
  series: LongSeries,
  origins: readonly CaseOrigin[],
  bufferOf: (newest: number) => RowBuffer,
): void {
  const { ring, metricId, profileId, upper } = series;
  const direction = breachDirection(series.metric);
  for (let from = 0; from < origins.length; from += BATCH_SIZE) {
    const group = origins.slice(from, from + BATCH_SIZE);
    const requests = group.map(({ newest }): WindowRequest => {
      return { series: ring, newest, metricId, profileId, upper, visibleSteps: visibleSteps(series, newest) };
    });
    const { values } = forecaster.forecast(requests);
    group.forEach(({ newest, thresholds }, i) => {
      const forecast = values.subarray(i * FORECAST_SIZE, (i + 1) * FORECAST_SIZE);
      unrollHistory(ring, newest, line, visibleSteps(series, newest));
      for (const threshold of thresholds) {
        const signed = signedLimit(threshold, direction);
        if (isOver(series, newest, signed)) continue;
        const incident = { line, forecast, threshold, direction, sustainedSteps: SUSTAINED_STEPS };
        bufferOf(newest).add(firstBreach(series, newest, signed), (out, at) =>
          writeIncidentFeatures(incident, out, at),
        );
      }
    });
  }
}

/** Step (1 to HORIZON_STEPS) in which the first breach that lasts begins; 0 without one. */
export function firstBreach(series: LongSeries, newest: number, signed: SignedLimit): number {
  let run = 0;
  for (let h = 1; h <= LABEL_STEPS; h++) {
    run = isOver(series, newest + h, signed) ? run + 1 : 0;
    if (run === SUSTAINED_STEPS) return h - SUSTAINED_STEPS + 1;
  }
  return 0;
}

/** Tells whether a bucket holds a value at or over the limit. */
function isOver(series: LongSeries, bucket: number, { sign, limit }: SignedLimit): boolean {
  return sign * valueAt(series, bucket) >= limit;
}

/** A future that is partly left out does not tell whether a breach would have come. */
function touchesExcluded({ excluded = [] }: LongSeries, newest: number): boolean {
  return excluded.some(({ first, end }) => first <= newest + LABEL_STEPS && end > newest + 1);
}
