/** What came of handing actions over, and which spans they have made useless for learning. */
import type { DeliveryOutcome } from '../core/action.js';
import { type ActionRecord, type PolicyState, touchesServer } from './state.js';

/** Notes what came of an action. */
export function settleDelivery(state: PolicyState, id: string, delivery: DeliveryOutcome): PolicyState {
  return { ...state, records: state.records.map((record) => (record.id === id ? { ...record, delivery } : record)) };
}

/** A span of a server that shows what an action did and not what was forecast. */
export interface ActedUponSpan {
  readonly server: string;
  /** Epoch seconds; from ≤ t < to. */
  readonly from: number;
  readonly to: number;
  readonly reason: string;
}

type TakenAction = Pick<ActionRecord, 'server' | 'at' | 'name' | 'rule'>;

/** The length of a forecast: so long might the incident that was foreseen have come. */
const MITIGATED_SECONDS = 8 * 3600;

/**
 * The spans after actions that may have changed a server. What was foreseen there is mitigated, unverified: that it did not come
 * is neither a hit nor a false alarm. An action that could not be delivered counts, too: it may have been taken all the same.
 */
export function actedUponSpans(state: PolicyState): ActedUponSpan[] {
  return state.records.filter(({ kind, isDry }) => !isDry && touchesServer(kind)).map(spanAfter);
}

/** The span after one action. @param at epoch seconds */
export function spanAfter({ server, at, name, rule }: TakenAction): ActedUponSpan {
  return { server, from: at, to: at + MITIGATED_SECONDS, reason: `mitigated, unverified: ${name} by rule ${rule}` };
}
