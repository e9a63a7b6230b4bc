/** The text of /predictions/current, made server by server. */
import type { ServerView } from '../cycleView.js';
import { activeAlerts } from './alerts.js';
import { isScored } from './scored.js';
import { type Asked, serverPrediction, subjectPrediction } from './serverPrediction.js';
import { environmentView, fleetSummary } from './summary.js';
import { isoTime } from './timestamp.js';

/**
 * @param ranked   riskiest first; servers without a risk are left out
 * @param subjects of extra targets; those without a forecast are left out
 */
export function* renderPredictions(
  { at, cycleAt }: Asked,
  ranked: readonly ServerView[],
  subjects: readonly ServerView[],
): Generator<string, void> {
  const scored = ranked.filter(isScored);
  const risks = scored.map(({ risk }) => risk);
  yield '{"predictions":{';
  let separator = '';
  for (const server of scored) {
    yield `${separator}${JSON.stringify(server.frame.server)}:${JSON.stringify(serverPrediction(at, server))}`;
    separator = ',';
  }
  yield '},"subjects":{';
  separator = '';
  for (const subject of subjects.filter(({ forecasts }) => forecasts.length > 0)) {
    yield `${separator}${JSON.stringify(subject.frame.server)}:${JSON.stringify(subjectPrediction(at, subject))}`;
    separator = ',';
  }
  const rest = {
    summary: fleetSummary(risks),
    alerts: activeAlerts(risks),
    environment: environmentView(risks),
    timestamp: isoTime(cycleAt),
  };
  yield `},${JSON.stringify(rest).slice(1)}\n`;
}
