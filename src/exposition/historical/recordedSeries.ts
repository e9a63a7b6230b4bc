/** The series of linborg as Prometheus has them, in PromQL. Replicas: the worst one counts, as in the recording rules. */
import { ownSeries } from '../../core/ownSeries.js';
import type { HistorySpan } from './history.js';

/** An instant query sees a sample for so long. */
const LOOKBACK_SECONDS = 300;

export interface RecordedWish {
  /** Label matchers of linborg's own series, without braces; may be empty. */
  readonly selector: string;
  /** Of this server alone. */
  readonly server?: string | undefined;
}

/** Of servers alone, or of one server or subject: `risk by (server, profile)`, at each moment. */
export function riskScores(wish: RecordedWish): string {
  return `max by (server, profile) (${ofServers('linborg_risk_score', wish)})`;
}

/** The highest risk since the moment before, so that no peak is missed. */
export function highestRiskScores(wish: RecordedWish, { stepSeconds }: HistorySpan): string {
  if (stepSeconds <= LOOKBACK_SECONDS) return riskScores(wish);
  const highest = `max_over_time(${series('linborg_risk_score', wish)}[${stepSeconds}s])`;
  const known = `max_over_time(${series('linborg_server_state', wish)}[${stepSeconds}s])`;
  return `max by (server, profile) (${highest} and on (server) ${known})`;
}

/** Mean over the servers of the probability of a new breach, by horizon. */
export function meanProbabilities(wish: RecordedWish): string {
  return `avg by (horizon) (max by (server, horizon) (${ofServers('linborg_incident_probability_ratio', wish)}))`;
}

/** How many servers are red, held steady. */
export function redServers(wish: RecordedWish): string {
  return `count(max by (server) (${ofServers('linborg_risk_level', wish, 'color="red"')}))`;
}

/** The metrics of a server as linborg read them. */
export function metricValues(wish: RecordedWish): string {
  return `max by (metric) (${series('linborg_metric_value', wish)})`;
}

/** What extra targets are about has a risk, too, but no state: it is no server. */
function ofServers(name: string, wish: RecordedWish, matcher = ''): string {
  const found = series(name, wish, matcher);
  return wish.server === undefined ? `${found} and on (server) ${series('linborg_server_state', wish)}` : found;
}

function series(name: string, { selector, server }: RecordedWish, matcher = ''): string {
  const ofServer = server === undefined ? '' : `server=${JSON.stringify(server)}`;
  return ownSeries(name, selector, ofServer, matcher);
}
