/** A simulated fleet as a source: what a Prometheus that scraped it and clients that pushed would tell, without them. */
import type { SampleBatch } from '../../core/flow.js';
import { fleetBatch } from '../../simulator/fleetBatch.js';
import { splitsCloseWait } from '../../simulator/node/nodeSeries.js';
import { STEP_SECONDS } from '../../simulator/step.js';
import { noPoints } from '../../sources/serverSeries.js';
import type { PullEvent, PullSummary, Source } from '../../sources/source.js';
import type { SplitFleet } from './pushedServers.js';

/** The fleet's step means, up to the last bucket that is complete. */
export function fleetSource({ pulled, pushed }: SplitFleet): Source {
  const name = 'simulator';
  const fleet = { ...pulled, servers: [...pulled.servers, ...pushed] };
  const joined = new Set(pulled.servers.filter((server) => !splitsCloseWait(server)).map((server) => server.name));
  async function* pull(from: number, at: number): AsyncGenerator<PullEvent> {
    const batch = joinSides(fleetBatch(fleet, Math.floor(from / STEP_SECONDS), Math.floor(at / STEP_SECONDS)), joined);
    yield { kind: 'batch', batch, done: 1, total: 1 };
    yield { kind: 'summary', summary: summaryOf(name, at, batch) };
  }
  return {
    name,
    history: (now, seconds) => pull(now - seconds, now),
    increment: (since, now) => pull(since, now),
    close: () => {},
  };
}

/** Counts the sockets of these servers in CLOSE_WAIT as the pack does where node_exporter tells no side: all as `back`. */
function joinSides(batch: SampleBatch, joined: ReadonlySet<string>): SampleBatch {
  const fronts = new Map(
    batch.series
      .filter(({ server, metric }) => metric === 'front_close_wait' && joined.has(server))
      .map(({ server, values }) => [server, values]),
  );
  const series = batch.series.flatMap((one) => {
    const front = fronts.get(one.server);
    if (front === undefined) return [one];
    if (one.metric === 'front_close_wait') return [];
    return one.metric === 'back_close_wait'
      ? [{ ...one, values: one.values.map((back, i) => back + front[i]!) }]
      : [one];
  });
  return { ...batch, series };
}

function summaryOf(source: string, at: number, { series }: SampleBatch): PullSummary {
  return {
    source,
    at,
    skewSeconds: 0,
    durationSeconds: 0,
    queries: 1,
    queriesFailed: 0,
    ...noPoints(),
    samples: series.reduce((sum, { values }) => sum + values.filter(Number.isFinite).length, 0),
    servers: new Set(series.map(({ server }) => server)).size,
    warnings: [],
    failures: [],
    targets: [],
  };
}
