/** Pushed records as a source: what clients sent since the last pull, as buckets. */
import type { SampleBatch, SampleSeries, ServerNote } from '../../core/flow.js';
import { METRIC_NAMES } from '../../core/metrics.js';
import type { PullEvent, PullSummary, Source } from '../source.js';
import type { PushedChange, RecordBook } from './recordBook.js';

export const PUSH_SOURCE = 'push';

/** Servers whose buckets go into one batch: a few ms of work, so that doors are answered in between. */
const SERVERS_PER_BATCH = 50;

/** @param book  where records go; what changes in it from now on is brought in by the next pull */
export function createPushSource(book: RecordBook, stepSeconds: number): Source {
  const changes = book.follow();
  const bring = (now: number) => {
    book.forgetSilent(now);
    return pull(changes.take(), now, stepSeconds);
  };
  return {
    name: PUSH_SOURCE,
    history: (now) => bring(now),
    increment: (_since, now) => bring(now),
    close: () => changes.end(),
  };
}

async function* pull(changes: readonly PushedChange[], at: number, stepSeconds: number): AsyncGenerator<PullEvent> {
  const startedAt = performance.now();
  let samples = 0;
  for (let i = 0; i < changes.length; i += SERVERS_PER_BATCH) {
    const batch = batchOf(changes.slice(i, i + SERVERS_PER_BATCH), at, stepSeconds);
    samples += batch.series.reduce(
      (sum, { values }) => sum + values.reduce((n, v) => n + Number(!Number.isNaN(v)), 0),
      0,
    );
    yield { kind: 'batch', batch, done: Math.min(i + SERVERS_PER_BATCH, changes.length), total: changes.length };
    await new Promise(setImmediate);
  }
  const durationSeconds = (performance.now() - startedAt) / 1000;
  yield { kind: 'summary', summary: summaryOf({ at, samples, servers: changes.length, durationSeconds }) };
}

function batchOf(changes: readonly PushedChange[], at: number, stepSeconds: number): SampleBatch {
  const notes = new Map(
    changes.map(({ server, profile, maintenance }): [string, ServerNote] => [server, { profile, maintenance }]),
  );
  return {
    kind: 'buckets',
    source: PUSH_SOURCE,
    at,
    notes,
    series: changes.flatMap((change) => seriesOf(change, stepSeconds)),
  };
}

/** A metric that no record has gives a series all the same: a bucket may have lost it. */
function seriesOf({ server, buckets }: PushedChange, stepSeconds: number): SampleSeries[] {
  if (buckets.size === 0) return [];
  const ascending = [...buckets].sort(([a], [b]) => a - b);
  const times = Float64Array.from(ascending, ([bucket]) => bucket * stepSeconds);
  return METRIC_NAMES.map((metric, i) => ({
    server,
    metric,
    times,
    values: Float64Array.from(ascending, ([, held]) => held.mean(i)),
  }));
}

function summaryOf(pulled: Pick<PullSummary, 'at' | 'samples' | 'servers' | 'durationSeconds'>): PullSummary {
  return {
    source: PUSH_SOURCE,
    skewSeconds: 0,
    queries: 0,
    queriesFailed: 0,
    duplicatePoints: 0,
    nonFinitePoints: 0,
    implausiblePoints: 0,
    unlabelledSeries: 0,
    warnings: [],
    failures: [],
    targets: [],
    ...pulled,
  };
}
