/** What the audit log says of decisions, of what came of them, and of persons' answers. */

import type { Decision } from '../../core/action.js';
import { isoMilliseconds } from '../../core/isoMilliseconds.js';
import { findingView } from './findingView.js';
import type { Delivery } from './sender.js';

/** A decision with what was found; why not, where it was denied. */
export function decisionEvent({ at, action, verdict }: Decision) {
  const { id, rule, name, server, profile, parameters, finding } = action;
  return {
    at: isoMilliseconds(at),
    event: 'decision',
    id,
    rule,
    action: name,
    server,
    profile,
    ...(verdict.kind === 'allowed'
      ? { decision: 'allowed', parameters }
      : { decision: 'denied', reason: verdict.reason, message: verdict.words }),
    finding: findingView(finding),
  };
}

/** @param at  epoch seconds */
export function deliveryEvent(at: number, id: string, { outcome, message, tries }: Delivery) {
  return { at: isoMilliseconds(at), event: 'delivery', id, outcome, message, tries };
}

/** @param by  who answered, as they say */
export function answerEvent(at: number, id: string, answer: 'approve' | 'deny', by: string) {
  return { at: isoMilliseconds(at), event: 'answer', id, answer, by };
}
