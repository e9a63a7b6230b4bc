/** The text of /predictions/current, made server by server. */
import type { ServerView } from '../cycleView.js';
import { activeAlerts } from './alerts.js';
import { isScored, serverPrediction } from './serverPrediction.js';
import { environmentView, fleetSummary } from './summary.js';
import { isoTime } from './timestamp.js';

/** @param ranked riskiest first; servers without a risk are left out */
export function* renderPredictions(at: number, ranked: readonly ServerView[]): Generator<string, void> {
  const scored = ranked.filter(isScored);
  const risks = scored.map(({ risk }) => risk);
  yield '{"predictions":{';
  let separator = '';
  for (const server of scored) {
    yield `${separator}${JSON.stringify(server.frame.server)}:${JSON.stringify(serverPrediction(at, server))}`;
    separator = ',';
  }
  const rest = {
    summary: fleetSummary(risks),
    alerts: activeAlerts(risks),
    environment: environmentView(risks),
    timestamp: isoTime(at),
  };
  yield `},${JSON.stringify(rest).slice(1)}\n`;
}
