/** What came within each horizon of each moment. */
import { RISK_HORIZONS } from '../../../core/flow.js';
import { UNSEEN } from './watch.js';

/**
 * [horizons][n] 1 where an onset lies in t ≤ onset < t + horizon, 0 where none does, UNSEEN where nobody knows.
 * @param onsets   epoch seconds, ascending
 * @param isKnown  whether it is known what came from t to the end of the horizon
 */
export function outcomesOf(
  times: Float64Array,
  onsets: readonly number[],
  stepSeconds: number,
  isKnown: (moment: number, steps: number) => boolean,
): Uint8Array[] {
  return RISK_HORIZONS.map(({ steps }) => {
    const outcomes = new Uint8Array(times.length);
    let next = 0;
    for (let i = 0; i < times.length; i++) {
      while (onsets[next]! < times[i]!) next++;
      const comes = onsets[next] !== undefined && onsets[next]! < times[i]! + steps * stepSeconds;
      outcomes[i] = comes ? 1 : isKnown(i, steps) ? 0 : UNSEEN;
    }
    return outcomes;
  });
}
