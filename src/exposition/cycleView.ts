/** What one cycle hands to the exposition. */

import type { FleetReport } from '../core/fleet.js';
import type { EarlierForecasts, Forecast, Frame, Risk, RiskPath } from '../core/flow.js';
import type { ServerLabels } from '../core/serverLabels.js';
import type { TruthReport } from '../core/truth.js';

/** One server, or subject of extra targets, in one cycle. A server without `risk` is shown with its state alone. */
export interface ServerView {
  readonly frame: Frame;
  readonly risk?: Risk;
  readonly forecasts: readonly Forecast[];
  /** The risk along the forecast, computed at the first wish for it; absent without a risk. */
  readonly riskPath?: () => RiskPath | undefined;
  /** Labels of its scraped series that are passed through; absent where there are none. */
  readonly labels?: ServerLabels;
}

/** A maintenance window now. */
export interface MaintenanceStatus {
  readonly window: string;
  /** Servers that it covers. */
  readonly servers: number;
}

/** The result of one successful cycle. */
export interface CycleView {
  /** Epoch seconds that the cycle stands for. */
  readonly at: number;
  /** With the subjects of extra targets, which are no servers; names are unique. */
  readonly servers: readonly ServerView[];
  /** How good the forecasts have been; absent where nobody keeps a ledger. */
  readonly truth?: TruthReport | undefined;
  /** The fleet as a whole; absent where nobody watches it. */
  readonly fleet?: FleetReport;
  /** Forecasts as they were made earlier; absent where none are kept. */
  readonly earlier?: EarlierForecasts;
  /** Only windows that are known. */
  readonly maintenance?: readonly MaintenanceStatus[];
}

/**
 * The servers, riskiest first (then by name, servers without a risk last); a stale server loses its risk and forecasts:
 * they are withdrawn, never frozen.
 */
export function rankServers(servers: readonly ServerView[]): ServerView[] {
  return servers
    .map((server) => (server.frame.state === 'stale' ? withdrawn(server) : server))
    .sort((a, b) => (b.risk?.score ?? -1) - (a.risk?.score ?? -1) || compareNames(a.frame.server, b.frame.server));
}

function withdrawn({ frame, labels }: ServerView): ServerView {
  return { frame, forecasts: [], ...(labels === undefined ? {} : { labels }) };
}

/** By code unit, which is the same on every machine. */
function compareNames(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
