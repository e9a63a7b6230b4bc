/** The body of the answer to POST /feed/data. */
import type { FeedAccepted } from '../answers/feed.js';
import type { FeedTally, PushWarmup } from '../push.js';

export function feedView(tally: FeedTally): FeedAccepted {
  const { servers, errors, windowRecords } = tally;
  const ready = servers.filter(({ ratio }) => ratio >= 1).length;
  const isComplete = servers.length > 0 && ready === servers.length;
  return {
    status: isComplete ? 'accepted' : 'warming_up',
    accepted: tally.accepted,
    rejected: tally.rejected,
    records_received: tally.received,
    dropped_too_old: tally.tooOld,
    warning_count: tally.clamped,
    ...(errors.length > 0 ? { errors: [...errors] } : {}),
    tick: tally.tick,
    rolling_window_size: windowRecords,
    window_size: windowRecords,
    servers_tracked: servers.length,
    servers_ready: ready,
    warmup_complete: isComplete,
    ...(isComplete ? {} : { progress: progressOf(servers) }),
  };
}

/** As the older daemons said it; what it needs is what most servers wait for. */
function progressOf(servers: readonly PushWarmup[]): string {
  const cold = servers.filter(({ ratio }) => ratio < 1);
  const percent = Math.floor((100 * servers.reduce((sum, { ratio }) => sum + ratio, 0)) / Math.max(1, servers.length));
  const lackRecords = cold.filter(({ lacks }) => lacks === 'records').length;
  const need =
    2 * lackRecords >= cold.length ? `${cold[0]?.required ?? 0} records` : 'records over min_history per server';
  return `${percent}% (need ${need} minimum)`;
}
