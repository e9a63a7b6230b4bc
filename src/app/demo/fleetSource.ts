/** A simulated fleet as a source: what a Prometheus that scraped it would answer, without one. */
import type { SampleBatch } from '../../core/flow.js';
import type { Fleet } from '../../simulator/fleet.js';
import { fleetBatch } from '../../simulator/fleetBatch.js';
import { STEP_SECONDS } from '../../simulator/step.js';
import { noPoints } from '../../sources/serverSeries.js';
import type { PullEvent, PullSummary, Source } from '../../sources/source.js';

/** The fleet's step means, up to the last bucket that is complete. */
export function fleetSource(fleet: Fleet): Source {
  const name = 'simulator';
  async function* pull(from: number, at: number): AsyncGenerator<PullEvent> {
    const batch = fleetBatch(fleet, Math.floor(from / STEP_SECONDS), Math.floor(at / STEP_SECONDS));
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
