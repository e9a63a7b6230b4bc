/** The body of /debug/warmup: how far each server is from its first forecast, and why. */

import type { z } from 'zod';
import type { Frame } from '../../core/flow.js';
import { bucketValue } from '../../core/frame.js';
import type { ServerWarmup, warmupAnswer } from '../answers/feed.js';
import type { ServerView } from '../cycleView.js';
import type { PushWarmup } from '../push.js';
import { isoTime } from './timestamp.js';
import { isWarm } from './warmup.js';

/**
 * @param servers   of the newest cycle
 * @param pushed    those that are pushed and not pulled, in the newest cycle or not yet
 * @param required  buckets that a server needs that is pulled
 */
export function debugWarmupView(
  servers: readonly ServerView[],
  pushed: readonly PushWarmup[],
  required: number,
): z.infer<typeof warmupAnswer> {
  const fromClients = new Set(pushed.map(({ server }) => server));
  const pulled = servers.filter(({ frame }) => !fromClients.has(frame.server));
  const all = [...pulled.map((view) => pulledServer(view, required)), ...pushed.map(pushedServer)];
  const ready = all.filter((server) => server.ready).length;
  return {
    warmup_complete: all.length > 0 && ready === all.length,
    servers_tracked: all.length,
    servers_ready: ready,
    servers: all.sort((a, b) => (a.server < b.server ? -1 : 1)),
  };
}

function pushedServer({ server, records, required, ratio, since }: PushWarmup): ServerWarmup {
  const percent = Math.floor(100 * ratio);
  return { server, records, required, percent, ready: ratio >= 1, source: 'push', since: isoTime(since) };
}

/** One record per bucket of its best-covered metric. */
function pulledServer(view: ServerView, required: number): ServerWarmup {
  const { server, quality, stepSeconds } = view.frame;
  const oldest = oldestBucket(view.frame);
  return {
    server,
    records: Math.round((quality.historyDays * 86_400) / stepSeconds),
    required,
    percent: Math.floor(100 * Math.min(1, quality.warmupRatio)),
    ready: isWarm(view),
    source: 'prometheus',
    since: oldest === undefined ? null : isoTime(oldest * stepSeconds),
  };
}

function oldestBucket(frame: Frame): number | undefined {
  const rows = frame.metrics.map((_, row) => row);
  for (let bucket = Math.max(0, frame.newest - frame.capacity + 1); bucket <= frame.newest; bucket++) {
    if (rows.some((row) => !Number.isNaN(bucketValue(frame, row, bucket)))) return bucket;
  }
  return undefined;
}
