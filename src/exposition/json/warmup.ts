/** How far the servers are from their first forecast, in records as the older daemons counted them. */
import type { ServerView } from '../cycleView.js';

/** One record per server and bucket. `required` is per server. */
export function warmupView(servers: readonly ServerView[], required: number) {
  const records = servers.map(({ frame }) => Math.round(Math.min(1, frame.quality.warmupRatio) * required));
  const current = records.reduce((sum, count) => sum + count, 0);
  const warm = servers.filter(isWarm).length;
  const complete = servers.length > 0 && warm === servers.length;
  return {
    is_warmed_up: complete,
    progress_percent: servers.length === 0 ? 0 : Math.floor((100 * current) / (required * servers.length)),
    threshold: required,
    current_size: current,
    required_size: required * servers.length,
    message: complete ? 'all servers are warm' : `${warm} of ${servers.length} servers are warm`,
  };
}

/** What a client gets instead of forecasts while no server has one. */
export function insufficientHistory(servers: readonly ServerView[], required: number) {
  const best = Math.max(0, ...servers.map(({ frame }) => Math.round(frame.quality.warmupRatio * required)));
  const message =
    servers.length === 0
      ? 'No server has been seen yet; see /-/ready and the log'
      : `Need at least ${required} records per server, have ${Math.min(best, required)}`;
  return insufficientData(message);
}

/** The older daemons' answer of status 200 while there is nothing to predict from. */
export function insufficientData(message: string) {
  return { error: 'insufficient_data', message, predictions: {} };
}

/** Whether a server has the history that forecasts need. */
export function isWarm({ frame }: ServerView): boolean {
  return frame.quality.warmupRatio >= 1;
}
