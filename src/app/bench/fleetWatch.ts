/** What the watch over a fleet costs the event loop, without a model: it asks only where forecasts lie. */
import { medianOf } from '../../core/statistics.js';
import { createFleet } from '../../simulator/fleet.js';
import { fleetBatch } from '../../simulator/fleetBatch.js';
import { WindowStore } from '../../windows/store.js';
import { FleetMonitor } from '../service/fleetMonitor.js';
import { benchConfig } from './benchConfig.js';
import { turnSecondsOf } from './clock.js';
import { FIRST_STEP, partsOf, STEP_SECONDS } from './feed.js';
import { levelForecast } from './levelForecast.js';

export interface WatchFigures {
  readonly servers: number;
  /** Of one cycle; median. */
  readonly cpu_seconds: number;
  /** The longest that nobody else got a turn in a cycle; median. */
  readonly longest_turn_cpu_seconds: number;
  /** In the last cycle. */
  readonly stressed_servers: number;
}

/** One hour until forecasts are old enough to judge samples by, and as much again. */
const CYCLES = 24;
/** The watch looks back two hours; a day is enough of a window. */
const HISTORY_SECONDS = 86_400;
const FEED_SERVERS = 500;

export async function measureWatch(servers: number, onProgress: (text: string) => void): Promise<WatchFigures> {
  const fleet = createFleet({ servers, seed: 5, scenariosPerServerWeek: 0.5 });
  const store = new WindowStore({ ...benchConfig().windows, historySeconds: HISTORY_SECONDS });
  const monitor = new FleetMonitor();
  const cycles: number[][] = [];
  let stressed = 0;
  for (let step = FIRST_STEP; step < FIRST_STEP + CYCLES; step++) {
    onProgress(`${servers} servers: watch ${step - FIRST_STEP + 1} of ${CYCLES}`);
    for (const [, part] of partsOf(fleet, FEED_SERVERS)) store.ingest(fleetBatch(part, step - 1, step + 1));
    const at = (step + 1) * STEP_SECONDS;
    const views = store
      .frames(at)
      .map((frame) => ({ frame, forecasts: frame.metrics.map((_, row) => levelForecast(frame, row)) }));
    const result = { at, servers: views, details: [], failedSeries: 0, failure: undefined };
    cycles.push(
      await turnSecondsOf(async () => {
        stressed = (await monitor.observe(result)).stressed.length;
      }),
    );
  }
  const median = (figureOf: (turns: readonly number[]) => number) => Number(medianOf(cycles.map(figureOf)).toFixed(4));
  return {
    servers,
    cpu_seconds: median((turns) => turns.reduce((sum, turn) => sum + turn, 0)),
    longest_turn_cpu_seconds: median((turns) => Math.max(...turns)),
    stressed_servers: stressed,
  };
}
