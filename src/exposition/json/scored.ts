import type { Risk } from '../../core/flow.js';
import type { ServerView } from '../cycleView.js';

/** A server that has a risk, and so forecasts. */
export type ScoredServer = ServerView & { readonly risk: Risk };

/** Whether a server has a risk: it is warm, not stale, and could be forecast. */
export function isScored(server: ServerView): server is ScoredServer {
  return server.risk !== undefined;
}
