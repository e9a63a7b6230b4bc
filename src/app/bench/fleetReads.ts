/** What remote reads of a whole fleet cost the event loop, turn by turn, without a model and without HTTP. */

import { medianOf } from '../../core/statistics.js';
import { type FutureAnswer, readFuture } from '../../exposition/future/readFuture.js';
import { compressInTurns } from '../../exposition/future/snappy.js';
import { type PublishedCycle, publishCycle } from '../../exposition/publishedCycle.js';
import { createFleet } from '../../simulator/fleet.js';
import { fleetBatch } from '../../simulator/fleetBatch.js';
import { WindowStore } from '../../windows/store.js';
import { runCycle } from '../cycle.js';
import { benchConfig } from './benchConfig.js';
import { turnSecondsOf } from './clock.js';
import { FIRST_STEP, partsOf, STEP_SECONDS } from './feed.js';
import { levelForecast } from './levelForecast.js';
import { futureRequest } from './readRequest.js';

export interface ReadFigures {
  readonly servers: number;
  readonly reads: Readonly<Record<string, ReadFigure>>;
}

/** One read; medians of the repetitions, but for the worst turn. */
export interface ReadFigure {
  readonly samples: number;
  readonly bytes: number;
  readonly cpu_seconds: number;
  readonly turns: number;
  /** The longest that nobody else got a turn. */
  readonly longest_turn_cpu_ms: number;
  /** The same over all repetitions: what the garbage collector takes at once is in it. */
  readonly worst_turn_cpu_ms: number;
}

/** Forecasts here come from the newest value alone; the rest of a window is not looked at. */
const HISTORY_SECONDS = 86_400;
const FEED_SERVERS = 500;
/** As an incident head may say; without, a path is made of quantiles alone and takes longer. */
const BREACHES = Float32Array.of(0.01, 0.02, 0.06, 0.1);
const REPETITIONS = 5;
/** As many series as an answer of names may have. */
const NAMED =
  'cpu_user_pct|cpu_sys_pct|cpu_idle_pct|mem_used_pct|swap_used_pct|disk_usage_pct|load_average|uptime_days';

export async function measureReads(servers: number, onProgress: (text: string) => void): Promise<ReadFigures> {
  onProgress(`${servers} servers: a cycle to read from`);
  const cycle = await levelCycle(servers);
  onProgress(`${servers} servers: remote reads`);
  return {
    servers,
    reads: {
      // Before the paths are computed, so that it cannot be repeated.
      risk_of_all_first: await measure(cycle, 1, { metric: 'risk_score' }),
      risk_of_all: await measure(cycle, REPETITIONS, { metric: 'risk_score' }),
      one_path_of_all: await measure(cycle, REPETITIONS, { metric: 'mem_used_pct', level: 'p90' }),
      names_of_eight_metrics: await measure(cycle, REPETITIONS, { metric: new RegExp(NAMED), level: 'p50' }, 'series'),
      nobody: await measure(cycle, REPETITIONS, { server: /(a|b)+x/ }),
      one_server: await measure(cycle, REPETITIONS, { server: cycle.servers[0]!.frame.server }),
    },
  };
}

async function levelCycle(servers: number): Promise<PublishedCycle> {
  const config = benchConfig();
  const fleet = createFleet({ servers, seed: 5, scenariosPerServerWeek: 0.5 });
  const store = new WindowStore({ ...config.windows, historySeconds: HISTORY_SECONDS });
  for (const [, part] of partsOf(fleet, FEED_SERVERS)) store.ingest(fleetBatch(part, FIRST_STEP - 36, FIRST_STEP + 1));
  const at = (FIRST_STEP + 1) * STEP_SECONDS;
  const frames = store.frames(at);
  const result = await runCycle(frames, at, config.thresholds, {
    model: 'level',
    forecastRows: () => Promise.reject(new Error('all forecasts are known')),
    known: (i, metric) => ({
      ...levelForecast(frames[i]!, frames[i]!.metrics.indexOf(metric)),
      breachProbability: BREACHES,
    }),
  });
  return publishCycle(result, config.export);
}

async function measure(
  cycle: PublishedCycle,
  repetitions: number,
  labels: Readonly<Record<string, string | RegExp>>,
  func = '',
): Promise<ReadFigure> {
  const request = await compressInTurns([futureRequest(labels, func)]);
  const answers: FutureAnswer[] = [];
  const turns: number[][] = [];
  for (let i = 0; i < repetitions; i++) {
    turns.push(
      await turnSecondsOf(async () => {
        answers.push(await readFuture(request, cycle, benchConfig().future));
      }),
    );
  }
  const median = (figureOf: (turns: readonly number[]) => number) => medianOf(turns.map(figureOf));
  const { samples, body } = answers[0]!;
  return {
    samples,
    bytes: body.length,
    cpu_seconds: Number(median((all) => all.reduce((sum, turn) => sum + turn, 0)).toFixed(3)),
    turns: median((all) => all.length),
    longest_turn_cpu_ms: Number((1000 * median((all) => Math.max(...all))).toFixed(1)),
    worst_turn_cpu_ms: Number((1000 * Math.max(...turns.flat())).toFixed(1)),
  };
}
