/** The bodies of /health and /status. */
import { currentCycle, judgeReadiness } from '../readiness.js';
import type { StateView } from '../state.js';
import { isScored } from './scored.js';
import { isoTime } from './timestamp.js';
import { isWarm, warmupView } from './warmup.js';

const SECONDS_PER_DAY = 86_400;

/** At epoch second `now`; unhealthy when no cycle succeeded for three intervals. */
export function healthView(state: StateView, now: number) {
  const servers = state.cycle()?.servers ?? [];
  const { lastSuccessAt } = state.cycles();
  return {
    status: isHealthy(state, now) ? 'healthy' : 'unhealthy',
    service: 'linborg',
    running: true,
    servers_tracked: servers.length,
    servers_warmed_up: servers.filter(isWarm).length,
    predictions_active: currentCycle(state, now)?.servers.some(isScored) ?? false,
    last_update: lastSuccessAt === undefined ? null : isoTime(lastSuccessAt),
  };
}

/** Whether cycles come as often as they should. @param now  epoch seconds */
export function isHealthy(state: StateView, now: number): boolean {
  return judgeReadiness(state.cycles(), now).kind !== 'overdue';
}

/** /health and more: the window, the model and the warm-up. */
export function statusView(state: StateView, now: number) {
  const cycle = state.cycle();
  const servers = cycle?.servers ?? [];
  const totals = state.cycles();
  const model = state.model();
  const warmup = warmupView(servers, state.warmupBuckets());
  return {
    ...healthView(state, now),
    model_loaded: model !== undefined,
    model_path: model?.path ?? null,
    // One record per server and bucket of its best-covered metric.
    rolling_window_size: servers.reduce(
      (sum, { frame }) => sum + Math.round((frame.quality.historyDays * SECONDS_PER_DAY) / frame.stepSeconds),
      0,
    ),
    tick_count: totals.succeeded + totals.failed,
    total_records_received: state.sources().reduce((sum, source) => sum + source.samples, 0),
    last_prediction: cycle ? isoTime(cycle.at) : null,
    uptime_seconds: Math.floor(now - totals.startedAt),
    warmup_complete: warmup.is_warmed_up,
    warmup,
  };
}
