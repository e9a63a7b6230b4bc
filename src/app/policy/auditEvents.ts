/** What the audit log says of decisions, of what came of them, and of persons' answers. */
import type { Decision } from '../../core/action.js';
import type { Delivery } from './sender.js';

export function decisionEvent({ at, action, verdict }: Decision) {
  const { id, rule, name, server, profile, parameters, finding } = action;
  return {
    at: isoTime(at),
    event: 'decision',
    id,
    rule,
    action: name,
    server,
    profile,
    ...(verdict.kind === 'allowed'
      ? { decision: 'allowed', parameters }
      : { decision: 'denied', reason: verdict.reason, message: verdict.words }),
    finding: {
      kind: finding.kind,
      metric: finding.metric ?? null,
      probability: finding.probability,
      horizon_seconds: finding.horizonSeconds,
      score: finding.score,
      reason: finding.reason,
      at: isoTime(finding.at),
    },
  };
}

/** @param at  epoch seconds */
export function deliveryEvent(at: number, id: string, { outcome, message, tries }: Delivery) {
  return { at: isoTime(at), event: 'delivery', id, outcome, message, tries };
}

/** @param by  who answered, as they say */
export function answerEvent(at: number, id: string, answer: 'approve' | 'deny', by: string) {
  return { at: isoTime(at), event: 'answer', id, answer, by };
}

function isoTime(at: number): string {
  return new Date(at * 1000).toISOString();
}
