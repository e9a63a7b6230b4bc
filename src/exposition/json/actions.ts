/** The body of /actions. Null = none. */
import type { Action } from '../../core/action.js';
import type { ActionDoors, RecentDecision } from '../actions.js';
import { roundMeasure } from '../seriesText.js';
import { isoTime } from './timestamp.js';

export function actionsView(actions: ActionDoors) {
  const pending = actions.pending();
  return {
    dry_run: actions.isDry(),
    unsafe: actions.unsafe() ?? null,
    pending: pending.map(actionView),
    decisions: actions.recent().map(decisionView),
  };
}

function decisionView({ decision, delivery }: RecentDecision) {
  const { at, action, verdict } = decision;
  const denial = verdict.kind === 'denied' ? verdict : undefined;
  return {
    ...actionView(action),
    decided: isoTime(at),
    decision: verdict.kind,
    reason: denial?.reason ?? null,
    message: denial?.words ?? delivery?.message ?? 'it is being handed over',
    delivery: delivery?.outcome ?? null,
  };
}

function actionView({ id, rule, name, server, profile, finding, at }: Action) {
  return {
    id,
    rule,
    action: name,
    server,
    profile,
    wanted: isoTime(at),
    finding: {
      kind: finding.kind,
      metric: finding.metric ?? null,
      probability: roundMeasure(finding.probability),
      horizon_seconds: finding.horizonSeconds,
      score: roundMeasure(finding.score),
      reason: finding.reason,
    },
  };
}
