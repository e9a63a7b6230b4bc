/** The fleet's risks as a table for the terminal. */
import { describeDuration } from '../core/duration.js';
import type { Risk, TimeToThreshold } from '../core/flow.js';
import { topReasons } from '../core/topReasons.js';
import type { ServerView } from '../exposition/cycleView.js';
import { renderTable } from './table.js';

/** Numbers stand to the right: risk and probability. */
const RIGHT = new Set([1, 3]);

/** One line per server in the given order: score, state, probability within 8 h, earliest time to a threshold, top reason. */
export function renderRiskTable(servers: readonly ServerView[]): string {
  const rows = servers.map(({ frame, risk }) => [
    frame.server,
    risk ? risk.score.toFixed(0) : '–',
    risk ? risk.color : frame.state,
    risk ? `${Math.round(100 * risk.incidentProbability['8h'])} %` : '–',
    risk ? describeEarliest(risk) : '–',
    (risk && topReasons(risk)[0]?.reason) ?? '',
  ]);
  return renderTable(['SERVER', 'RISK', 'STATE', 'P(8 h)', 'THRESHOLD IN', 'TOP REASON'], rows, RIGHT);
}

/** When the median of the first metric to get there reaches its threshold; else its cautious level's time. */
function describeEarliest({ timeToThreshold }: Risk): string {
  const median = earliest(timeToThreshold, (times) => times.seconds.p50);
  if (median !== undefined) return median === 0 ? 'now' : describeDuration(median);
  const cautious = earliest(timeToThreshold, ({ direction, seconds }) =>
    direction === 'above' ? seconds.p90 : seconds.p10,
  );
  return cautious === undefined ? 'not in 8 h' : `at worst ${describeDuration(cautious)}`;
}

function earliest(
  times: readonly TimeToThreshold[],
  secondsOf: (times: TimeToThreshold) => number | null,
): number | undefined {
  const known = times.map(secondsOf).filter((seconds) => seconds !== null);
  return known.length === 0 ? undefined : Math.min(...known);
}
