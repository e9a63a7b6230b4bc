/** A threshold turned so that a breach is always upwards. */

export interface SignedLimit {
  /** Values are multiplied by it first: −1 for a threshold that is breached by falling. */
  readonly sign: 1 | -1;
  /** The threshold times `sign`: a signed value at or over it is a breach. */
  readonly limit: number;
}

/** The limit in the direction in which larger is worse; multiply values by `sign` before they are compared. */
export function signedLimit(threshold: number, direction: 'above' | 'below'): SignedLimit {
  const sign = direction === 'above' ? 1 : -1;
  return { sign, limit: sign * threshold };
}
