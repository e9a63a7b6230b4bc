/** A threshold, and the case that it belongs to, turned so that a breach is always upwards. */

export interface SignedLimit {
  /** Values are multiplied by it first: −1 for a threshold that is breached by falling. */
  readonly sign: 1 | -1;
  /** The threshold times `sign`: a signed value at or over it is a breach. */
  readonly limit: number;
}

/** What the features of a case are made from. */
export interface SignedCase extends SignedLimit {
  /** [HISTORY_STEPS], oldest first; NaN = absent. */
  readonly line: Float32Array;
  /** [HORIZON_STEPS × QUANTILE_LEVELS], in the metric's unit. */
  readonly forecast: Float32Array;
  /** Steps that a breach has to last to count. */
  readonly sustainedSteps: number;
  /** The unit of the margins. */
  readonly scale: number;
}

/** The limit in the direction in which larger is worse; multiply values by `sign` before they are compared. */
export function signedLimit(threshold: number, direction: 'above' | 'below'): SignedLimit {
  const sign = direction === 'above' ? 1 : -1;
  return { sign, limit: sign * threshold };
}
